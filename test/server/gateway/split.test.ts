/** Splits in a whole gateway: shares are kept, and everybody stays with their variant. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bucketOf } from '../../../policies/bucket.ts';
import { graphOf, idOf, publish, recordOf, replayAll, startGateway, type TestGateway } from './harness.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  expect(await replayAll(gateway)).toBeGreaterThan(0);
  await gateway.stop();
});

const splitting = (stickyBy: readonly string[]) =>
  graphOf(
    {
      enter: ['request', {}],
      try: [
        'split',
        {
          variants: [
            { port: 'small', label: '', weight: 70 },
            { port: 'large', label: '', weight: 30 },
          ],
          stickyBy,
        },
      ],
      small: ['model', { model: 'sandbox/small' }],
      large: ['model', { model: 'sandbox/large' }],
    },
    ['enter.next > try', 'try.small > small', 'try.large > large'],
  );

const ask = (model: string, tags = ''): Promise<Response> =>
  gateway.chat(
    { model, messages: [{ role: 'user', content: 'hello' }] },
    tags === '' ? {} : { 'x-signalbox-tags': tags },
  );

it('draws a lot for each request by its id, and the record has it', async () => {
  await publish(gateway, 'by-lot', splitting([]));
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask('policy/by-lot')));
  const models = new Set<string | null>();
  for (const answer of answers) {
    const chance = bucketOf(idOf(answer), 'try');
    const model = answer.headers.get('x-signalbox-model');
    expect(model).toBe(chance < 0.7 ? 'sandbox/small' : 'sandbox/large');
    models.add(model);
  }
  expect(models.size).toBe(2);
  const [first] = answers;
  if (!first) throw new Error('nothing was answered');
  const { trace } = await recordOf(gateway, idOf(first));
  expect(trace[1]).toMatchObject({ node: 'try', results: [{ chance: bucketOf(idOf(first), 'try') }] });
});

it('keeps a user with their variant, request after request', async () => {
  await publish(gateway, 'by-user', splitting(['user']));
  const seen = new Set<string>();
  for (const user of ['ada', 'bob', 'cem', 'dora', 'eve', 'finn', 'gus', 'hana']) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('policy/by-user', `user=${user}`)));
    const models = new Set(answers.map((answer) => answer.headers.get('x-signalbox-model')));
    expect(models.size, user).toBe(1);
    for (const model of models) seen.add(model ?? '');
  }
  expect(seen.size).toBe(2);
});

it('compares the variants by what became of their requests', async () => {
  const policy = await publish(gateway, 'compared', splitting(['user']));
  const users = Array.from({ length: 12 }, (_, i) => `user-${i}`);
  const answers = await Promise.all(users.map((user) => ask('policy/compared', `user=${user}`)));
  gateway.faults.set('large', 'fault=500');
  answers.push(...(await Promise.all(users.map((user) => ask('policy/compared', `user=${user}`)))));
  gateway.faults.clear();
  const took = (model: string) => users.filter((user) => bucketOf(`user=${user}`, 'try') < 0.7 === (model === 'small'));
  const { variants, read, isWhole } = await gateway.api<{
    variants: { port: string; requests: number; cost: { mean: number } }[];
    read: number;
    isWhole: boolean;
  }>('GET', `/policies/${policy}/variants?node=try&from=0&to=${Date.now() + 1000}`);
  expect([read, isWhole]).toEqual([24, true]);
  expect(variants).toMatchObject([
    {
      port: 'large',
      requests: took('large').length * 2,
      errors: { count: took('large').length, share: 0.5 },
      models: ['sandbox/large'],
    },
    {
      port: 'small',
      requests: took('small').length * 2,
      errors: { count: 0, share: 0, low: 0 },
      models: ['sandbox/small'],
      latency: { p50: { value: expect.any(Number) } },
      feedback: null,
    },
  ]);
  const [large, small] = variants;
  expect((large?.cost.mean ?? 0) * 2).toBeGreaterThan(small?.cost.mean ?? 0);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(24 - took('large').length);
  const none = `/policies/${policy}/variants?node=other&from=0&to=${Date.now()}`;
  expect(await gateway.api('GET', none)).toMatchObject({ variants: [] });
  await expect(gateway.api('GET', `/policies/${policy}/variants?node=try&from=5&to=5`)).rejects.toThrow(/422/);
});
