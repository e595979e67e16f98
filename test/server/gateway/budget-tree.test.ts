/** Budgets that are parts of others, with requests that are really made. */
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { SignalboxError } from '../../../server/errors.ts';
import { freshDatabase } from '../../postgres.ts';
import { idOf, recordOf, replayAll } from './harness.ts';
import { ask, boundOf, refusalSchema, type SpendingGateway, startSpending } from './spending.ts';

const postgresUrl = inject('postgresUrl');
const REASON = 'for a test';
const body = ask('What is the shortest word for a signal box?');
/** Every request costs what it holds. */
const cost = boundOf(body).cost;

describe.each(['sqlite', ...(postgresUrl === null ? [] : ['postgres'])])('a tree of budgets on %s', (dialect) => {
  let database: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  let gateway: SpendingGateway;
  beforeAll(async () => {
    database = dialect === 'postgres' && postgresUrl !== null ? await freshDatabase(postgresUrl) : null;
    gateway = await startSpending(database?.url ?? null, {
      environment: { PUBLIC_URL: 'https://gateway.example.com/' },
    });
  });
  afterAll(async () => {
    try {
      await replayAll(gateway);
    } finally {
      await gateway.stop();
      await database?.drop();
    }
  });

  const send = async (headers: Record<string, string> = {}) => {
    const answer = await gateway.chat(body, headers);
    return { answer, status: answer.status, body: await answer.json() };
  };
  const change = (budget: { readonly id: string; readonly name: string }, revision: number, input: object) =>
    gateway.api<{ revision: number }>('PUT', `/budgets/${budget.id}`, {
      name: budget.name,
      owner: 'Ada',
      revision,
      reason: REASON,
      ...input,
    });

  it('charges each request once in every budget above, and never admits more than the narrowest has room for', async () => {
    const company = await gateway.budget({ limit: 12 * cost });
    const teams = await gateway.budget({ limit: 1000 * cost, scope: ['team'], window: 'month', parent: company.id });
    const users = await gateway.budget({ limit: 8 * cost, scope: ['user'], parent: company.id });
    await gateway.use(
      {
        enter: ['request', {}],
        teams: ['budget', { budget: teams.id, warnAt: null }],
        users: ['budget', { budget: users.id, warnAt: null }],
        call: ['model', { model: 'asked' }],
      },
      ['enter.next > teams', 'teams.within > users', 'users.within > call'],
    );
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => send({ 'x-signalbox-tags': `user=${i % 2 === 0 ? 'ada' : 'bob'}` })),
    );
    const passed = answers.filter(({ status }) => status === 200);
    expect(passed).toHaveLength(12);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(48);
    await gateway.settled();
    const spent = (id: string) => gateway.cells(id).reduce((sum, cell) => sum + cell.spent, 0);
    expect([company, teams, users].map(({ id }) => spent(id))).toEqual(Array(3).fill(12 * cost));
    const [first] = passed;
    if (!first) return;
    const { charges } = await recordOf(gateway, idOf(first.answer));
    expect(charges.map(({ budget, scope, settled }) => [budget, scope, settled])).toEqual([
      [teams.id, 'team=default', cost],
      [company.id, '', cost],
      [users.id, expect.stringMatching(/^user=(ada|bob)$/), cost],
    ]);
  }, 60_000);

  it('names the budget that has no room, with a link that works outside', async () => {
    const company = await gateway.budget({ limit: cost });
    const keys = await gateway.budget({ limit: 5 * cost, scope: ['key'], parent: company.id });
    await gateway.useBudget(keys.id);
    expect((await send()).status).toBe(200);
    const refused = await send();
    expect(refused.status).toBe(429);
    expect(refusalSchema.parse(refused.body).error).toMatchObject({
      code: 'budget_exhausted',
      budget: company.name,
      scope: 'the organisation',
      link: `https://gateway.example.com/budgets/${company.id}?ask=`,
    });
    const { trace } = await recordOf(gateway, idOf(refused.answer));
    expect(trace[1]).toMatchObject({
      port: 'exhausted',
      reason: expect.stringContaining(`${company.name}, which “${keys.name}” is a part of, is spent`),
      results: [{ budget: company.id, level: 1, above: [{ budget: keys.id, spent: cost }] }],
    });

    // A key is called by its name, not by its id.
    await change(company, 1, { limit: 100 * cost });
    await change(keys, 1, { limit: cost });
    const { error } = refusalSchema.parse((await send()).body);
    const [key] = [...gateway.running.gateway.runtime().snapshot.keys.values()];
    expect(error).toMatchObject({ budget: keys.name, scope: `key=${key?.name}` });
    expect(error.link).toBe(
      `https://gateway.example.com/budgets/${keys.id}?ask=${encodeURIComponent(`key=${key?.id}`)}`,
    );
  });

  it('acts on a change of limit, of a limit of one scope and of the parent at once, and keeps what was spent', async () => {
    const company = await gateway.budget({ limit: 2 * cost });
    const teams = await gateway.budget({ limit: 10 * cost, scope: ['team'] });
    await gateway.useBudget(teams.id);
    const statuses = async (count: number) => {
      const found: number[] = [];
      for (let i = 0; i < count; i += 1) found.push((await send()).status);
      return found;
    };
    expect(await statuses(1)).toEqual([200]);
    await change(teams, 1, { limit: 10 * cost, limits: { 'team=default': cost } });
    expect(await statuses(1)).toEqual([429]);
    await change(teams, 2, { limit: 10 * cost, limits: { 'team=other': 0 } });
    expect(await statuses(1)).toEqual([200]);
    await change(teams, 3, { limit: 10 * cost, parent: company.id });
    // What was spent before it was a part of the company is not the company's.
    expect(await statuses(3)).toEqual([200, 200, 429]);
    await change(teams, 4, { limit: 10 * cost, parent: null });
    expect(await statuses(1)).toEqual([200]);
    await gateway.settled();
    expect(gateway.cells(teams.id)).toMatchObject([{ scope: 'team=default', spent: 5 * cost, held: 0 }]);
    expect(gateway.cells(company.id)).toMatchObject([{ spent: 2 * cost, held: 0 }]);
  });

  it('settles a request that is under way where it was taken, whatever becomes of the tree meanwhile', async () => {
    const company = await gateway.budget({ limit: 10 * cost });
    const teams = await gateway.budget({ limit: 10 * cost, scope: ['team'], parent: company.id });
    await gateway.useBudget(teams.id);
    const { writer } = gateway.running.gateway;
    const write = writer.intent.bind(writer);
    // Between the hold and the call, the tree becomes another one.
    const intent = vi.spyOn(writer, 'intent').mockImplementationOnce(async (given) => {
      expect(gateway.cells(company.id)).toMatchObject([{ held: cost }]);
      await change(teams, 1, { limit: 0, parent: null });
      expect(gateway.cells(company.id)).toMatchObject([{ held: cost }]);
      await write(given);
    });
    const answer = await gateway.chat(body);
    intent.mockRestore();
    expect(answer.status).toBe(200);
    await answer.text();
    await gateway.settled();
    const { charges } = await recordOf(gateway, idOf(answer));
    expect(charges).toMatchObject([
      { budget: teams.id, revision: 1, settled: cost },
      { budget: company.id, settled: cost },
    ]);
    expect((await send()).status).toBe(429);
  });

  it('moves a limit between two teams, which requests feel at once', async () => {
    const teams = await gateway.budget({ limit: 5 * cost, scope: ['team'] });
    await gateway.useBudget(teams.id);
    expect((await send()).status).toBe(200);
    const move = { amount: 4 * cost, reason: REASON };
    const sides = (from: string, to: string) => ({
      from: { budget: teams.id, scope: `team=${from}` },
      to: { budget: teams.id, scope: `team=${to}` },
    });
    await gateway.api('POST', '/budgets/move', { ...sides('default', 'search'), ...move });
    expect((await send()).status).toBe(429);
    await gateway.api('POST', '/budgets/move', { ...sides('search', 'default'), ...move });
    expect((await send()).status).toBe(200);
    await gateway.settled();
  });
});

describe('while nothing can be written down', () => {
  let gateway: SpendingGateway;
  beforeAll(async () => {
    gateway = await startSpending(null);
  });
  afterAll(() => gateway.stop());

  const use = async (ifUnavailable: 'refuse' | 'continue') => {
    const budget = await gateway.budget({ limit: 10 * cost });
    await gateway.useBudget(budget.id, { ifUnavailable });
    return budget;
  };
  const failure = () => new SignalboxError('record_failed');

  it('a node that refuses lets nothing pass, and says so without a word of what is spent', async () => {
    const budget = await use('refuse');
    const { writer } = gateway.running.gateway;
    const stuck = vi.spyOn(writer, 'stuck', 'get').mockReturnValue(true);
    const answer = await gateway.chat(body);
    stuck.mockRestore();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refusalSchema.parse(await answer.json()).error).toMatchObject({
      code: 'budget_unavailable',
      message: expect.stringContaining(`a request holds of the budget ${budget.name} cannot be written down now`),
    });
    await gateway.settled();
    expect((await recordOf(gateway, idOf(answer))).trace[1]).toMatchObject({
      port: 'exhausted',
      reason: `${budget.name}: what is held cannot be written down now.`,
      results: [{ port: 'unavailable', why: 'store_down' }],
    });
    await replayAll(gateway);
  });

  it('a node that refuses sends nothing where its hold could not be written down', async () => {
    const budget = await use('refuse');
    const intent = vi.spyOn(gateway.running.gateway.writer, 'intent').mockRejectedValueOnce(failure());
    const answer = await gateway.chat(body);
    intent.mockRestore();
    expect(answer.status).toBe(503);
    expect(refusalSchema.parse(await answer.json()).error).toMatchObject({ code: 'record_failed' });
    await gateway.settled();
    expect(gateway.cells(budget.id)).toMatchObject([{ spent: 0, held: 0 }]);
  });

  it('a node that goes on holds in memory, and charges once the record can be written', async () => {
    const budget = await use('continue');
    const { writer } = gateway.running.gateway;
    const stuck = vi.spyOn(writer, 'stuck', 'get').mockReturnValue(true);
    const intent = vi.spyOn(writer, 'intent').mockRejectedValueOnce(failure());
    const answer = await gateway.chat(body);
    intent.mockRestore();
    stuck.mockRestore();
    expect(answer.status).toBe(200);
    await answer.text();
    await gateway.settled();
    expect(gateway.cells(budget.id)).toMatchObject([{ spent: cost, held: 0 }]);
    expect((await recordOf(gateway, idOf(answer))).charges).toMatchObject([{ budget: budget.id, settled: cost }]);
  });

  it('one node that refuses is enough for the whole way', async () => {
    const [one, other] = [await gateway.budget({ limit: 10 * cost }), await gateway.budget({ limit: 10 * cost })];
    await gateway.use(
      {
        enter: ['request', {}],
        lax: ['budget', { budget: one.id, warnAt: null, ifUnavailable: 'continue' }],
        strict: ['budget', { budget: other.id, warnAt: null, ifUnavailable: 'refuse' }],
        call: ['model', { model: 'asked' }],
      },
      ['enter.next > lax', 'lax.within > strict', 'strict.within > call'],
    );
    const intent = vi.spyOn(gateway.running.gateway.writer, 'intent').mockRejectedValueOnce(failure());
    const answer = await gateway.chat(body);
    intent.mockRestore();
    expect(answer.status).toBe(503);
    await answer.text();
    await gateway.settled();
  });
});
