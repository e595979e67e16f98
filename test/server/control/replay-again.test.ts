/** Deciding a recorded request again by the draft of its policy, and what it would cost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../policies/decision.ts';
import type { Model } from '../../../policies/model.ts';
import { costOf } from '../../../policies/price.ts';
import type { Difference } from '../../../policies/replay.ts';
import { NO_USAGE } from '../../../policies/request.ts';
import { costAgain } from '../../../server/control/replay-cost.ts';
import { type House, LAYOUT, modelGraph, openHouse, recordOf } from './house.ts';

const SMALL: Model = {
  id: 'test/small',
  provider: 'test',
  name: 'small',
  label: 'Small',
  price: null,
  tier: 'small',
  contextTokens: 8000,
  tokenizer: null,
  imageTokens: 3000,
  leavesHouse: true,
  supports: { tools: true, images: false, audio: false, files: false, jsonSchema: true },
};
const REASON = 'to replay it';

describe('a record', () => {
  let house: House;
  let policy: string;
  let record: string;
  beforeAll(async () => {
    house = await openHouse('sqlite');
    const made = await house.ask('POST', '/policies', {
      name: 'again',
      title: 'Again',
      graph: modelGraph(),
      layout: LAYOUT,
    });
    policy = made.body.policy.id;
    await house.ask('POST', `/policies/${policy}/publish`, { revision: 1, reason: REASON });
    record = 'req_again';
    await house.database.records.commit({
      intents: [],
      records: [recordOf(house, { id: record, policy, version: 1 })],
    });
  });
  afterAll(() => house.close());

  const replay = (body: object) => house.ask('POST', `/records/${record}/replay`, body);

  it('is decided the same way at the same cost by its version, and by a draft that is the same', async () => {
    for (const body of [{}, { version: 1 }, { version: 'draft' }]) {
      const answer = await replay(body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      expect(answer.body).toMatchObject({ result: 'same', cost: 9_000 });
    }
  });

  it('is decided by the draft as it is, and refused by one that cannot run', async () => {
    const { revision } = (await house.ask('GET', `/policies/${policy}/draft`)).body;
    const graph = {
      schema: 1,
      nodes: [
        { id: 'enter', kind: 'request', title: 'Request', settings: { timeZone: 'UTC' } },
        { id: 'no', kind: 'block', title: 'No', settings: { status: 403, message: 'Closed.' } },
      ],
      edges: [{ from: 'enter', port: 'next', to: 'no' }],
    };
    const saved = await house.ask('PUT', `/policies/${policy}/draft`, { graph, layout: LAYOUT, revision });
    const answer = await replay({ version: 'draft' });
    expect(answer.body).toMatchObject({ result: 'different', cost: 0, difference: { now: { port: null } } });
    const broken = { ...graph, nodes: [], edges: [] };
    await house.ask('PUT', `/policies/${policy}/draft`, {
      graph: broken,
      layout: LAYOUT,
      revision: saved.body.revision,
    });
    expect((await replay({ version: 'draft' })).status).toBe(422);
    expect((await replay({ version: 'other' })).status).toBe(422);
    expect((await replay({ version: 7 })).status).toBe(404);
  });
});

it('that would ask a model which was never asked says what that would cost if it answered', async () => {
  const house = await openHouse('sqlite');
  try {
    const graph = modelGraph();
    const made = await house.ask('POST', '/policies', { name: 'asks', title: 'Asks', graph, layout: LAYOUT });
    const policy = made.body.policy.id;
    await house.ask('POST', `/policies/${policy}/publish`, { revision: 1, reason: REASON });
    const [enter] = recordOf(house, {}).trace;
    const trace = enter ? [enter] : [];
    const past = recordOf(house, { id: 'req_asks', policy, version: 1, model: 'other/model', trace });
    await house.database.records.commit({ intents: [], records: [past] });
    const { body } = await house.ask('POST', '/records/req_asks/replay', {});
    expect(body).toMatchObject({
      result: 'cannot tell',
      node: 'small',
      cost: null,
      ifAnswered: { model: 'test/small', cost: expect.any(Number) },
    });
    expect(body.ifAnswered.cost).toBeGreaterThan(0);
  } finally {
    await house.close();
  }
});

it('costs by another model what its tokens cost there, and nothing that is not known', () => {
  const usage = { ...NO_USAGE, inputTokens: 10, outputTokens: 20 };
  const past = { model: 'test/small', status: 'ok', usage, cost: 5 } as const;
  const rate = { aboveInputTokens: 0, input: 1e12, cachedInput: 1e12, cacheWrite: 1e12, output: 2e12 };
  const difference: Difference = { node: 'n', recorded: null, now: null, why: '' };
  const again = (outcome: Outcome, status: 'ok' | 'failed' = 'ok') =>
    costAgain(
      { ...past, status },
      { result: 'different', difference, decision: { trace: [], outcome }, explanations: [] },
      (name) => (name === 'b/large' ? { ...SMALL, id: name, price: [rate] } : undefined),
    );
  const dear = again({ type: 'model', model: 'b/large' });
  expect(dear).toBe(costOf(usage, [rate]));
  expect(dear).toBeGreaterThan(past.cost);
  expect(again({ type: 'model', model: 'test/small' })).toBe(5);
  expect(again({ type: 'model', model: 'c/other' })).toBeNull();
  expect(again({ type: 'model', model: 'b/large' }, 'failed')).toBeNull();
  expect(again({ type: 'block', status: 403, message: '' })).toBe(0);
});
