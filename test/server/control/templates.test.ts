import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../gateway/harness.ts';
import { dialects, type House, openHouse } from './house.ts';

const NAMES = [
  ...['budgets', 'fallback-chain', 'grading', 'organisation-rules', 'private-data', 'simple-to-cheap', 'starter'],
  'vibing-building',
];

describe.each(dialects)('templates on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  const create = (input: object) => house.ask('POST', '/policies', input);
  const budgets = async (): Promise<{ id: string; name: string; limit: number }[]> =>
    (await house.ask('GET', '/budgets')).body.budgets.map((one: { budget: object }) => one.budget);
  const budgetsIn = (graph: { nodes: { settings: { budget?: string } }[] }): string[] =>
    graph.nodes.flatMap(({ settings }) => (settings.budget === undefined ? [] : [settings.budget]));

  it('are listed with their drawings', async () => {
    const { templates } = (await house.ask('GET', '/templates')).body;
    expect(templates.map((one: { name: string }) => one.name)).toEqual(NAMES);
    for (const one of templates) {
      expect(Object.keys(one)).toEqual(['name', 'title', 'description', 'graph', 'layout']);
      expect(one.graph.nodes.length).toBeGreaterThan(1);
    }
  });

  it('become policies with budgets of their own and their samples as tests, and nothing is published', async () => {
    const { status, body } = await create({ name: 'spending', template: 'budgets' });
    expect(status).toBe(201);
    expect(body.policy).toMatchObject({ name: 'spending', title: 'A soft and a hard budget', liveVersion: null });
    const made = await budgets();
    expect(made.map(({ name }) => name).sort()).toEqual(['Project, per month', 'Reserve of a project']);
    const ids = made.map(({ id }) => id);
    expect(new Set(budgetsIn(body.draft.graph))).toEqual(new Set(ids));
    expect(body.draft.tests).toHaveLength(7);
    const named = body.draft.tests.flatMap((test: { outside: { budgets: object } }) =>
      Object.keys(test.outside.budgets),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const id of named) expect(ids).toContain(id);
    const { entries } = (await house.ask('GET', '/history?limit=3')).body;
    expect(entries.map((entry: { action: string }) => entry.action)).toEqual([
      'policy.create',
      'budget.create',
      'budget.create',
    ]);
    expect(entries[1].reason).toContain('A soft and a hard budget');
  });

  it('share budgets that are there already, with the limits that these have', async () => {
    const before = await budgets();
    const [first] = before;
    const changed = { name: first?.name, limit: 7, owner: null, revision: 1, reason: 'for the test' };
    await house.ask('PUT', `/budgets/${first?.id}`, changed);
    const { body } = await create({ name: 'spending-2', template: 'budgets', title: 'Mine' });
    expect(body.policy.title).toBe('Mine');
    const after = await budgets();
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after[0]?.limit).toBe(7);
    expect(new Set(budgetsIn(body.draft.graph))).toEqual(new Set(after.map(({ id }) => id)));
  });

  it('make a budget of another name where one of theirs counts otherwise', async () => {
    const other = { scope: [], window: 'day', timeZone: 'UTC', unit: 'tokens', limit: 1, owner: null };
    await house.ask('POST', '/budgets', { ...other, name: 'Vibing, per user and day', reason: 'for the test' });
    const { body } = await create({ name: 'vibing', template: 'vibing-building' });
    const mine = (await budgets()).filter(({ id }) => budgetsIn(body.draft.graph).includes(id));
    expect(mine.map(({ name }) => name)).toEqual(['Vibing, per user and day 2']);
  });

  it('leave no budget behind where the policy cannot be made', async () => {
    const before = await budgets();
    const taken = await create({ name: 'starter', template: 'grading' });
    expect(taken).toMatchObject({ status: 409, body: { error: { code: 'already_exists' } } });
    expect(await budgets()).toEqual(before);
  });

  it('are refused where there are none, or with a graph beside them', async () => {
    expect(await create({ name: 'none', template: 'no-such' })).toMatchObject({ status: 404 });
    const both = await create({ name: 'none', template: 'starter', graph: { schema: 1, nodes: [], edges: [] } });
    expect(both).toMatchObject({ status: 422, body: { error: { code: 'invalid_input' } } });
  });
});

describe('a policy from a template', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  it.each(NAMES)('passes its tests, so that it can be published as it is: %s', async (template) => {
    const made = await gateway.api<{ policy: { id: string } }>('POST', '/policies', {
      name: `my-${template}`,
      template,
    });
    const reason = 'for the test';
    await gateway.api('POST', `/policies/${made.policy.id}/publish`, { revision: 1, reason });
  });
});
