/** Budgets as parts of others over the control API: what can be set, what the tree shows, and limits that are moved. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cell } from '../../../server/money/counters.ts';
import { type Answer, dialects, type House, openHouse } from './house.ts';

const REASON = 'to see what comes of it';
const COMMON = { window: 'month', timeZone: 'UTC', unit: 'usd', owner: null, reason: REASON };

describe.each(dialects)('budgets in a tree on %s', (dialect) => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse(dialect);
  });
  afterEach(() => house.close());

  let made = 0;
  const post = (input: object): Promise<Answer> =>
    house.ask('POST', '/budgets', { ...COMMON, name: `Budget ${++made}`, scope: [], limit: 100, ...input });
  const create = async (input: object): Promise<string> => {
    const { body, status } = await post(input);
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id;
  };
  const change = (id: string, revision: number, input: object): Promise<Answer> =>
    house.ask('PUT', `/budgets/${id}`, {
      name: `Changed ${id}`,
      limit: 100,
      owner: null,
      revision,
      reason: REASON,
      ...input,
    });
  const cell = (id: string, scope: string): Cell => {
    const entry = house.control.snapshot().budgets.get(id);
    if (!entry) throw new Error('There is no such budget.');
    return house.counters.cell(entry, scope, Date.now());
  };
  const newest = async () => (await house.ask('GET', '/history?limit=1')).body.entries[0];

  it('keep thresholds, a parent and limits of single scopes, and change them as revisions with a history', async () => {
    const company = await create({ name: 'Company' });
    const { body: teams } = await post({ name: 'Teams', scope: ['team'] });
    expect(teams).toMatchObject({ thresholds: [0.8, 1], parent: null, limits: {}, revision: 1 });
    const given = { parent: company, limits: { 'team=ads': 30 }, thresholds: [0.5, 0.9, 1.2] };
    expect((await change(teams.id, 1, given)).body).toMatchObject({ ...given, revision: 2 });
    expect(house.control.snapshot().budgets.get(teams.id)).toMatchObject(given);
    expect(await newest()).toMatchObject({
      action: 'budget.change',
      before: { parent: null, limits: {}, thresholds: [0.8, 1] },
      after: given,
    });
    // What is not sent stays.
    expect((await change(teams.id, 2, { limit: 7 })).body).toMatchObject({ ...given, limit: 7, revision: 3 });
    expect((await change(teams.id, 3, { parent: null, limits: {} })).body).toMatchObject({ parent: null, limits: {} });
    const revisions = await house.database
      .control('budget_revisions')
      .where({ budget: teams.id })
      .orderBy('revision')
      .select('parent', 'limits_json', 'thresholds_json');
    expect(revisions.map(({ parent }) => parent)).toEqual([null, company, company, null]);
    expect(revisions[1]).toMatchObject({ limits_json: '{"team=ads":30}', thresholds_json: '[0.5,0.9,1.2]' });
    const { body } = await house.ask('GET', '/budgets');
    const listed = body.budgets.map((one: { budget: { thresholds: number[] } }) => one.budget.thresholds);
    expect(listed).toEqual(expect.arrayContaining([[0.5, 0.9, 1.2]]));
  });

  it('refuse in words what cannot be a tree, and limits of scopes that there are not', async () => {
    const company = await create({ name: 'Company' });
    const teams = await create({ name: 'Teams', scope: ['team'], parent: company });
    const why = async (answer: Promise<Answer>): Promise<string> => {
      const { status, body } = await answer;
      expect(status).toBe(422);
      return body.error.message;
    };
    expect(await why(change(company, 1, { parent: teams }))).toContain('which is itself a part of');
    expect(await why(change(company, 1, { parent: company }))).toContain('cannot be a part of itself');
    expect(await why(post({ name: 'Gone', parent: 'bud_gone' }))).toContain('does not exist');
    expect(await why(post({ name: 'Tokens', unit: 'tokens', parent: company }))).toContain('counts tokens');
    expect(await why(post({ name: 'Users', scope: ['user'], parent: teams }))).toContain('nobody could tell');
    expect(await why(post({ limits: { '': 5 } }))).toContain('counts nothing apart');
    expect(await why(post({ scope: ['team'], limits: { 'user=ada': 5 } }))).toContain('is no part of it');
    expect(await why(post({ limit: -1 }))).toContain('limit: A limit cannot be below zero');
    expect(await why(post({ limit: 1e300 }))).toContain('limit: This is more than can be counted exactly');
    expect(await why(post({ timeZone: 'Mars/Olympus' }))).toContain('timeZone: There is no time zone of that name');
    expect(await why(post({ thresholds: [1, 0.5] }))).toContain('thresholds: Write the thresholds in rising order');
    let parent = teams;
    for (let level = 3; level <= 5; level += 1) parent = await create({ scope: ['team'], parent });
    expect(await why(post({ scope: ['team'], parent }))).toContain('At most 5 budgets can stand in a line');
    const other = await create({ name: 'Above all' });
    expect(await why(change(company, 1, { parent: other }))).toContain('At most 5 budgets can stand in a line');
  });

  it('show what each scope may spend, has spent, and how much of it is given on', async () => {
    const company = await create({ name: 'Company' });
    const limits = { 'team=default': 60 };
    const teams = await create({ name: 'Teams', scope: ['team'], limit: 50, limits, parent: company });
    const projects = await create({ name: 'Projects', scope: ['project'], limit: 20, parent: teams });
    const daily = await create({ name: 'Daily', scope: ['user'], limit: 5, parent: company, window: 'day' });
    Object.assign(cell(teams, 'team=ads'), { spent: 7, held: 2, toppedUp: 4 });
    cell(projects, 'project=default').spent = 3;
    cell(daily, 'user=ada').held = 1;
    const { body } = await house.ask('GET', '/budgets/tree');
    expect(body.nodes).toHaveLength(1);
    const [root] = body.nodes;
    const nothing = { toppedUp: 0, spent: 0, held: 0, allocated: 0, overAllocated: 0, notCompared: [] };
    const month = cell(company, '').window.end;
    expect(root).toMatchObject({ id: company, name: 'Company', unit: 'usd', window: 'month' });
    expect(root.scopes).toEqual([
      {
        ...nothing,
        scope: '',
        limit: 100,
        resetsAt: month,
        parentScope: null,
        allocated: 110,
        overAllocated: 10,
        notCompared: ['Daily'],
      },
    ]);
    expect(root.children.map(({ name }: { name: string }) => name)).toEqual(['Daily', 'Teams']);
    const [dayly, team] = root.children;
    expect(dayly.scopes).toMatchObject([{ scope: 'user=ada', held: 1, parentScope: '', limit: 5 }]);
    expect(team.scopes).toEqual([
      { ...nothing, scope: 'team=ads', limit: 50, toppedUp: 4, spent: 7, held: 2, resetsAt: month, parentScope: '' },
      { ...nothing, scope: 'team=default', limit: 60, resetsAt: month, parentScope: '', allocated: 20 },
    ]);
    // The project “default” is one of the team “default”, which nobody has to say twice.
    expect(team.children[0].scopes).toMatchObject([
      { scope: 'project=default', spent: 3, parentScope: 'team=default' },
    ]);
  });

  const move = (from: [string, string], to: [string, string], amount: number): Promise<Answer> => {
    const [giver, taker] = [from, to].map(([budget, scope]) => ({ budget, scope }));
    return house.ask('POST', '/budgets/move', { from: giver, to: taker, amount, reason: REASON });
  };

  it('move what is over from one limit to another in one step with one entry', async () => {
    const company = await create({ name: 'Company' });
    const teams = await create({ name: 'Teams', scope: ['team'], limit: 50, parent: company });
    const lab = await create({ name: 'Lab', limit: 10, parent: company });
    const entries = async () => Number((await house.database.control('history').count('* as n'))[0]?.n);
    const before = await entries();

    const first = await move([teams, 'team=ads'], [teams, 'team=search'], 20);
    expect(first.body).toMatchObject({
      from: { id: teams, revision: 2, limit: 50, limits: { 'team=ads': 30, 'team=search': 70 } },
      to: { id: teams, revision: 2 },
      words: '$0.000000020 was moved from “Teams” for team=ads to “Teams” for team=search.',
    });
    const second = await move([teams, 'team=ads'], [lab, ''], 30);
    expect(second.body).toMatchObject({
      from: { revision: 3, limits: { 'team=ads': 0, 'team=search': 70 } },
      to: { id: lab, revision: 2, limit: 40, limits: {} },
    });
    expect(await entries()).toBe(before + 2);
    expect(await newest()).toMatchObject({
      action: 'budget.move',
      objectId: teams,
      before: { from: { limit: 30, revision: 2 }, to: { limit: 10, revision: 1 } },
      after: { from: { scope: 'team=ads', limit: 0, revision: 3 }, to: { budget: lab, limit: 40, revision: 2 } },
      reason: REASON,
    });
    expect(house.control.snapshot().budgets.get(lab)).toMatchObject({ limit: 40 });
    expect((await move([teams, 'team=ads'], [lab, ''], 1)).body.error.message).toContain(
      '“Teams” has a limit of $0 there, so $0.000000001 cannot be taken from it',
    );
    expect(await entries()).toBe(before + 2);
  });

  it('say when a limit falls below what is spent already, which is allowed', async () => {
    const teams = await create({ name: 'Teams', scope: ['team'], limit: 50e9 });
    cell(teams, 'team=ads').spent = 40e9;
    const { status, body } = await move([teams, 'team=ads'], [teams, 'team=search'], 20e9);
    expect([status, body.words]).toEqual([
      200,
      '$20.00 was moved from “Teams” for team=ads to “Teams” for team=search. “Teams” for team=ads has spent $40.00 already, more than the $30.00 that it may spend now, so it lets nothing pass until its window ends.',
    ]);
  });

  it('move nothing between scopes that are not parts of the same one, nor from one that there is not', async () => {
    const company = await create({ name: 'Company' });
    const teams = await create({ name: 'Teams', scope: ['team'], parent: company });
    const alone = await create({ name: 'Alone' });
    const why = async (answer: Promise<Answer>) => (await answer).body.error.message;
    expect(await why(move([teams, 'team=ads'], [alone, ''], 1))).toContain('are not parts of the same budget there');
    expect(await why(move([teams, 'team=ads'], [company, ''], 1))).toContain('are not parts of the same budget there');
    expect(await why(move([teams, ''], [teams, 'team=ads'], 1))).toContain('is no part of the budget “Teams”');
    expect((await move([teams, 'team=ads'], ['bud_gone', ''], 1)).status).toBe(404);
    expect((await move([teams, 'team=ads'], [teams, 'team=search'], 0)).status).toBe(422);
    const limits = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`team=${i}`, 1]));
    const many = await create({ name: 'Many', scope: ['team'], limits });
    expect(await why(move([many, 'team=ads'], [many, 'team=1'], 1))).toContain('At most 500 scopes');
    expect((await move([many, 'team=2'], [many, 'team=1'], 1)).status).toBe(200);
    const most = Number.MAX_SAFE_INTEGER;
    const full = await create({ name: 'Full', limit: most, parent: company });
    expect(await why(move([teams, 'team=ads'], [full, ''], 1))).toContain('larger than can be counted exactly');
  });
});
