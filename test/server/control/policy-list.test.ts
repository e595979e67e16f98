import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialects, type House, LAYOUT, modelGraph, openHouse, recordOf } from './house.ts';

const HOUR = 3_600_000;

describe.each(dialects)('the list of policies on %s', (dialect) => {
  let house: House;
  let policy: string;
  beforeAll(async () => {
    house = await openHouse(dialect);
    const input = { name: 'search', title: 'Search', graph: modelGraph(), layout: LAYOUT };
    policy = (await house.ask('POST', '/policies', input)).body.policy.id;
  });
  afterAll(() => house.close());

  const list = async () => (await house.ask('GET', '/policies')).body.policies;
  const listed = async () => (await list()).find((one: { id: string }) => one.id === policy);
  const save = (revision: number, graph: object, tests?: object[]) =>
    house.ask('PUT', `/policies/${policy}/draft`, { graph, layout: LAYOUT, revision, tests });
  const publish = (revision: number) =>
    house.ask('POST', `/policies/${policy}/publish`, { revision, reason: 'for the test' });

  it('goes by name, and tells who saved each draft when', async () => {
    expect((await list()).map((one: { name: string }) => one.name)).toEqual(['search', 'starter']);
    const { updatedAt } = (await house.ask('GET', `/policies/${policy}/draft`)).body;
    expect((await listed()).draft).toEqual({ revision: 1, owner: 'admin-token', updatedAt, differs: true });
    expect((await list())[1]).toMatchObject({ archived: false, draft: { owner: 'system', differs: false } });
  });

  it('tells whether a draft is what is live, whoever moved its nodes', async () => {
    await publish(1);
    expect((await listed()).draft).toMatchObject({ revision: 1, differs: false });
    await house.ask('PUT', `/policies/${policy}/draft`, {
      graph: modelGraph(),
      layout: { positions: { enter: { x: 9, y: 9 } }, stickies: [] },
      revision: 1,
    });
    expect((await listed()).draft).toMatchObject({ revision: 2, differs: false });
    await save(2, modelGraph('Other'));
    expect((await listed()).draft).toMatchObject({ revision: 3, differs: true });
    await publish(3);
    expect(await listed()).toMatchObject({ liveVersion: 2, draft: { differs: false } });
    await house.ask('POST', `/policies/${policy}/versions/1/restore`, { reason: 'for the test' });
    expect((await listed()).draft).toMatchObject({ revision: 4, differs: false });
  });

  it('counts what the check finds, also where the draft stays and the house changes', async () => {
    expect((await listed()).problems).toEqual({ errors: 0, warnings: 0 });
    await save(4, { ...modelGraph(), edges: [] });
    const { problems } = (await house.ask('POST', `/policies/${policy}/check`, {})).body;
    expect((await listed()).problems).toEqual({ errors: problems.length, warnings: 0 });
    expect(problems.length).toBeGreaterThan(0);

    const budget = { scope: ['tags.feature'], window: 'day', timeZone: 'UTC', unit: 'usd', limit: 1, owner: null };
    const { body } = await house.ask('POST', '/budgets', { ...budget, name: 'Features', reason: 'for the test' });
    const graph = modelGraph();
    graph.nodes.push({ id: 'pay', kind: 'budget', title: 'Pay', settings: { budget: body.id, warnAt: null } });
    graph.edges = [
      { from: 'enter', port: 'next', to: 'pay' },
      { from: 'pay', port: 'within', to: 'small' },
      { from: 'small', port: 'failed', to: 'no' },
    ];
    await save(5, graph);
    expect(await listed()).toMatchObject({ problems: { errors: 0, warnings: 1 }, budgets: [body.id] });
    for (const { id } of (await house.ask('GET', '/keys')).body.keys) {
      await house.ask('POST', `/keys/${id}/revoke`, { reason: 'for the test' });
    }
    expect((await listed()).problems).toEqual({ errors: 0, warnings: 0 });
  });

  it('sums up the traffic of the last 24 hours', async () => {
    expect((await listed()).traffic).toEqual({ requests: 0, errors: 0, cost: 0 });
    const now = Date.now();
    const record = (fields: object) => recordOf(house, { policy, version: 1, at: now, cost: 5, ...fields });
    await house.database.records.commit({
      intents: [],
      records: [
        record({}),
        record({ version: 2, at: now - 23 * HOUR }),
        record({ status: 'failed', httpStatus: 502 }),
        record({ status: 'blocked', cost: 0 }),
        record({ status: 'dry_run' }),
        record({ status: 'counted', cost: 0 }),
        record({ at: now - 26 * HOUR }),
        record({ organisation: 'org_other' }),
        record({ policy: 'pol_other' }),
      ],
    });
    expect((await listed()).traffic).toEqual({ requests: 4, errors: 1, cost: 15 });
  });

  it('shows what is in the archive as such', async () => {
    await house.ask('POST', `/policies/${policy}/archive`, { reason: 'for the test' });
    expect(await listed()).toMatchObject({ archived: true, liveVersion: 3, traffic: { requests: 4 } });
  });
});
