import { afterAll, beforeAll, expect, it } from 'vitest';
import { graphOf, idOf, makeDefault, publish, recordOf, startGateway, type TestGateway } from '../gateway/harness.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const graph = graphOf(
    {
      enter: ['request', {}],
      small: ['model', { model: 'sandbox/small?usage=exact', retries: 0 }],
    },
    ['enter.next > small'],
  );
  await makeDefault(gateway, await publish(gateway, 'save', graph));
});
afterAll(() => gateway.stop());

const chat = async (model: string) => {
  const answer = await gateway.chat({ model, messages: [{ role: 'user', content: 'How much is this?' }] });
  await answer.text();
  return recordOf(gateway, idOf(answer));
};

it('a record says what its answer would have cost more at the model that was asked for', async () => {
  const { usage, cost, savedByRouting } = await chat('sandbox/large');
  expect(usage.inputTokens * usage.outputTokens * cost).toBeGreaterThan(0);
  // Nano-dollars for a token, by the sandbox's own price list.
  expect(savedByRouting).toBe(usage.inputTokens * 5_000 + usage.outputTokens * 25_000 - cost);
});

it('a record says nothing of savings where no other model, or none that is known, was asked for', async () => {
  for (const model of ['sandbox/small', 'small', 'policy/save', 'nobody/knows']) {
    expect(await chat(model), model).not.toHaveProperty('savedByRouting');
  }
});

it('savings are summed up', async () => {
  const { totals } = await gateway.api<{ totals: { requests: number; savedByRouting: number; cost: number }[] }>(
    'GET',
    '/usage?by=model',
  );
  expect(totals).toHaveLength(1);
  expect(totals[0]).toMatchObject({ requests: 5, savedByRouting: expect.any(Number) });
  expect(totals[0]?.savedByRouting).toBeGreaterThan(0);
});
