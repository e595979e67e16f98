import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyTest } from '../../../policies/policy-test.ts';
import { dialects, type House, LAYOUT, modelGraph, openHouse } from './house.ts';

/** A request that is to be answered by `model`, or refused where that is null. */
function policyTest(id: string, model: string | null): PolicyTest {
  return {
    id,
    name: `Test ${id}`,
    request: { model: 'any', messages: [{ role: 'user', content: 'Hello' }] },
    tags: {},
    at: '2026-03-02T12:00:00Z',
    outside: { budgets: {}, down: {} },
    expect: { model, status: model === null ? 503 : 200 },
  };
}

const RIGHT = policyTest('right', 'test/small');
const WRONG = policyTest('wrong', null);

describe.each(dialects)('tests of a policy on %s', (dialect) => {
  let house: House;
  let made = 0;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  async function create(tests: readonly PolicyTest[]): Promise<string> {
    const name = `tested-${++made}`;
    const { body } = await house.ask('POST', '/policies', { name, graph: modelGraph(), layout: LAYOUT, tests });
    expect(body.draft.tests).toEqual(tests);
    return body.policy.id;
  }
  const draft = async (policy: string) => (await house.ask('GET', `/policies/${policy}/draft`)).body;
  const save = (policy: string, revision: number, tests?: readonly PolicyTest[], title = 'Answers') =>
    house.ask('PUT', `/policies/${policy}/draft`, { graph: modelGraph(title), layout: LAYOUT, tests, revision });
  const publish = (policy: string, revision: number) =>
    house.ask('POST', `/policies/${policy}/publish`, { revision, reason: 'for the test' });

  it('are saved with the draft, and stay where a save does not speak of them', async () => {
    const policy = await create([RIGHT]);
    expect((await save(policy, 1, [RIGHT, WRONG])).body.tests).toEqual([RIGHT, WRONG]);
    expect((await save(policy, 2, undefined, 'Other')).body.tests).toEqual([RIGHT, WRONG]);
    expect((await draft(policy)).tests).toEqual([RIGHT, WRONG]);
    expect((await save(policy, 3, [])).body.tests).toEqual([]);
  });

  it('leave their digest in the history', async () => {
    const policy = await create([]);
    await save(policy, 1, [RIGHT]);
    const { body } = await house.ask('GET', `/history?objectType=policy&objectId=${policy}&limit=1`);
    const [{ before, after }] = body.entries;
    expect(before.graph).toBe(after.graph);
    expect(before.tests).not.toBe(after.tests);
  });

  it('are refused where they are none, with the place of the mistake', async () => {
    const policy = await create([]);
    const refused = await house.ask('PUT', `/policies/${policy}/draft`, {
      graph: modelGraph(),
      layout: LAYOUT,
      tests: [{ ...RIGHT, at: 'noon' }],
      revision: 1,
    });
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
    expect(refused.body.error.message).toContain('tests.0.at');
  });

  it('are published with the version that they pass', async () => {
    const policy = await create([RIGHT]);
    expect((await publish(policy, 1)).body).toMatchObject({ number: 1, tests: [RIGHT] });
    expect((await house.ask('GET', `/policies/${policy}/versions/1`)).body.tests).toEqual([RIGHT]);
  });

  it('stop a publish that does not pass them, and say which and what came otherwise', async () => {
    const policy = await create([RIGHT, WRONG]);
    const refused = await publish(policy, 1);
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'tests_failed' } } });
    expect(refused.body.error.message).toContain('Test wrong');
    expect(refused.body.error.details.tests).toEqual([
      { id: 'wrong', name: 'Test wrong', differences: [expect.stringContaining('test/small answers')] },
    ]);
    expect((await house.ask('GET', `/policies/${policy}/versions`)).body.versions).toEqual([]);
    expect(house.control.snapshot().policies.has(policy)).toBe(false);
  });

  it('are told of in a sentence that stays short, while its details have all', async () => {
    const policy = await create(Array.from({ length: 7 }, (_, i) => policyTest(`wrong-${i}`, null)));
    const { error } = (await publish(policy, 1)).body;
    expect(error.message).toContain('“Test wrong-2”');
    expect(error.message).not.toContain('wrong-3');
    expect(error.message).toContain('; and 4 more.');
    expect(error.details.tests).toHaveLength(7);
  });

  it('are run with the models and budgets of the organisation, of which nothing is spent', async () => {
    const budget = { scope: [], window: 'day', timeZone: 'UTC', unit: 'usd', limit: 1e9, owner: null };
    const { body } = await house.ask('POST', '/budgets', { ...budget, name: `Day ${made}`, reason: 'for the test' });
    house.use.set(body.id, [{ scope: '', spent: 1e9, held: 0, resetsAt: null }]);
    const graph = modelGraph();
    graph.nodes.push({ id: 'pay', kind: 'budget', title: 'Pay', settings: { budget: body.id, warnAt: null } });
    graph.edges = [
      { from: 'enter', port: 'next', to: 'pay' },
      { from: 'pay', port: 'within', to: 'small' },
      { from: 'pay', port: 'exhausted', to: 'no' },
      { from: 'small', port: 'failed', to: 'no' },
    ];
    const spent = {
      ...policyTest('spent', null),
      outside: { budgets: { [body.id]: { spent: 1e9, held: 0 } }, down: {} },
      expect: { model: null, status: 429 },
    };
    const { body: checked } = await house.ask('POST', '/check', { graph, tests: [RIGHT, spent] });
    expect(checked.problems.filter((one: { severity: string }) => one.severity === 'error')).toEqual([]);
    expect(checked.failed).toEqual([]);
    const { body: broken } = await house.ask('POST', '/check', { graph, tests: [WRONG] });
    expect(broken.failed).toMatchObject([{ id: 'wrong' }]);
  });

  it('are not asked of a graph that has errors: those come first', async () => {
    const graph = { ...modelGraph(), edges: [] };
    const { body } = await house.ask('POST', '/check', { graph, tests: [WRONG] });
    expect(body.problems[0]).toMatchObject({ severity: 'error' });
    expect(body.failed).toEqual([]);
    const policy = await create([WRONG]);
    await house.ask('PUT', `/policies/${policy}/draft`, { graph, layout: LAYOUT, revision: 1 });
    expect((await publish(policy, 2)).body.error.code).toBe('invalid_graph');
    expect((await publish(policy, 1)).body.error.code).toBe('conflict');
  });

  it('come back with a version that is restored, and are not run', async () => {
    const policy = await create([WRONG]);
    // As if the house had been another one when it was published.
    await house.database.control('drafts').where({ policy }).update({ tests_json: '[]' });
    await publish(policy, 1);
    await house.database
      .control('versions')
      .where({ policy })
      .update({ tests_json: JSON.stringify([WRONG]) });
    await house.database
      .control('drafts')
      .where({ policy })
      .update({ tests_json: JSON.stringify([RIGHT]) });
    expect((await publish(policy, 1)).status).toBe(201);
    const restored = await house.ask('POST', `/policies/${policy}/versions/1/restore`, { reason: 'for the test' });
    expect(restored).toMatchObject({ status: 201, body: { number: 3, tests: [WRONG] } });
    expect((await draft(policy)).tests).toEqual([WRONG]);
  });

  it('that are new in a draft stay when an old version is restored', async () => {
    const policy = await create([]);
    await publish(policy, 1);
    await save(policy, 1, [RIGHT]);
    await house.ask('POST', `/policies/${policy}/versions/1/restore`, { reason: 'for the test' });
    expect((await draft(policy)).tests).toEqual([RIGHT]);
  });

  it('can be many and long: a policy may have ten megabytes', async () => {
    const long = { ...RIGHT, request: { model: 'any', messages: [{ role: 'user', content: 'x'.repeat(1_500_000) }] } };
    const policy = await create([]);
    expect((await save(policy, 1, [long as PolicyTest])).status).toBe(200);
    const longer = await save(
      policy,
      2,
      Array.from({ length: 7 }, () => long as PolicyTest),
    );
    expect(longer).toMatchObject({ status: 413, body: { error: { code: 'body_too_large' } } });
    expect(longer.body.error.message).toContain('10 MB');
  });
});
