/** What is written down with each call to a model: whether it went out, where to, and with private data or without. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BehavingModels, startBehavingModels, status } from './behaving-models.ts';
import { eventually, graphOf, publish, type TestGateway } from './harness.ts';

let models: BehavingModels;
let gateway: TestGateway;

beforeAll(async () => {
  models = await startBehavingModels();
  ({ gateway } = models);
});
beforeEach(() => models.fresh());
afterAll(() => models.stop());

const PRIVATE = { messages: [{ role: 'user', content: 'Write to ada@example.org about PRJ-1234.' }] };
const OUT = { region: null, leavesHouse: true };
const call = (model: string) => ['model', { model, timeoutSeconds: 20, retries: 0 }] as const;
const email = (action: string) => ({ rules: [{ detect: 'email', action }], ifUnavailable: 'refuse' });
const project = { rules: [{ name: 'project', pattern: 'PRJ-\\d{4}', action: 'report' }], ifUnavailable: 'refuse' };

it.each([
  ['taken_out', [email('mask')]],
  ['left_in', [email('report')]],
  ['in_part', [email('placeholder'), project]],
  ['not_found', [{ ...email('mask'), rules: [{ detect: 'iban', action: 'mask' }] }]],
  ['not_looked_for', []],
])('says %s of private data', async (protection, redactions) => {
  const nodes = Object.fromEntries(redactions.map((settings, i) => [`r${i}`, ['redact', settings] as const]));
  const chain = ['enter', ...Object.keys(nodes), 'call'];
  const edges = chain.slice(1).flatMap((to, i) => {
    const from = chain[i] ?? '';
    return from === 'enter' ? [`enter.next > ${to}`] : [`${from}.clean > ${to}`, `${from}.found > ${to}`];
  });
  const name = `says-${protection.replaceAll('_', '-')}`;
  await publish(gateway, name, graphOf({ enter: ['request', {}], ...nodes, call: call('up/a') }, edges));
  const { record } = await models.ask(`policy/${name}`, PRIVATE);
  expect(record.attempts.map(({ sent }) => sent)).toEqual([{ ...OUT, protection }]);
  expect(models.upstream.requests[0]?.body.includes('ada@example.org')).toBe(
    protection !== 'taken_out' && protection !== 'in_part',
  );
});

it('tells a call before private data was taken out from one behind it', async () => {
  const nodes = {
    enter: ['request', {}],
    first: call('up/a'),
    clean: ['redact', email('mask')],
    second: call('up/b'),
  } as const;
  const edges = ['enter.next > first', 'first.failed > clean', 'clean.clean > second', 'clean.found > second'];
  await publish(gateway, 'behind', graphOf(nodes, edges));
  models.behaviours.set('a', status(503));
  const { record } = await models.ask('policy/behind', PRIVATE);
  expect(record.attempts.map(({ model, sent }) => [model, sent?.protection])).toEqual([
    ['up/a', 'not_looked_for'],
    ['up/b', 'taken_out'],
  ]);
});

it.each([
  ['refused with a status', 'up/a', status(400)],
  ['broken off before the answer', 'up/a', (response: { destroy(): unknown }) => void response.destroy()],
])('a call that was %s has left', async (_what, model, behaviour) => {
  models.behaviours.set('a', behaviour);
  const name = await models.policyOf('model', { model, timeoutSeconds: 20, retries: 0 });
  const { record } = await models.ask(name);
  expect(record.attempts).toMatchObject([{ ok: false, sent: { ...OUT, protection: 'not_looked_for' } }]);
});

it('a call that found nobody has not left', async () => {
  const name = await models.policyOf('model', { model: 'gone/m', timeoutSeconds: 20, retries: 0 });
  const { record } = await models.ask(name);
  expect(record.attempts).toMatchObject([{ ok: false, failure: 'connect', sent: null }]);
});

it('says it of a copy of a request too', async () => {
  const nodes = {
    enter: ['request', {}],
    clean: ['redact', email('mask')],
    copy: ['shadow', { model: 'up/b', share: 1, timeoutSeconds: 20 }],
    call: call('up/a'),
  } as const;
  const edges = ['enter.next > clean', 'clean.clean > copy', 'clean.found > copy', 'copy.next > call'];
  await publish(gateway, 'copied', graphOf(nodes, edges));
  await models.ask('policy/copied', PRIVATE);
  const copy = await eventually(async () => {
    const { records } = await gateway.api<{ records: { id: string }[] }>('GET', '/records?status=shadow');
    expect(records).toHaveLength(1);
    return gateway.api('GET', `/records/${records[0]?.id}`);
  });
  expect(copy).toMatchObject({ attempts: [{ sent: { ...OUT, protection: 'taken_out' } }] });
});

it('keeps where a call went as it was then, whatever is said of the account later', async () => {
  const account = await gateway.api<{ id: string; name: string }>('POST', '/provider-accounts', {
    kind: 'other',
    name: 'own',
    leavesHouse: false,
    region: 'cellar',
    values: { address: models.upstream.baseUrl, key: 'a key' },
    models: [{ name: 'a' }],
  });
  const name = await models.policyOf('model', { model: 'own/a', timeoutSeconds: 20, retries: 0 });
  await gateway.api('POST', '/prices', {
    model: 'own/a',
    reason: 'for a test',
    price: [{ aboveInputTokens: 0, input: 1e9, cachedInput: 1e9, cacheWrite: 1e9, output: 1e9 }],
  });
  await models.ask(name);
  await gateway.api('PATCH', `/provider-accounts/${account.id}`, {
    leavesHouse: true,
    allowPrivate: true,
    region: 'eu-central-1',
  });
  await models.ask(name);
  const left = await gateway.api<{ groups: { model: string; region: string; leavesHouse: boolean }[] }>(
    'GET',
    `/audit/left-house?from=0&to=${Date.now() + 1000}`,
  );
  expect(left.groups.filter(({ model }) => model === 'own/a')).toMatchObject([
    { region: 'cellar', leavesHouse: false, asSetToday: false, requests: 1 },
    { region: 'eu-central-1', leavesHouse: true, asSetToday: false, requests: 1 },
  ]);
});
