/** Plan against actual of budgets by month, over the control API and from a real ledger. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../server/control/ids.ts';
import { type Answer, dialects, type House, openHouse, recordOf } from './house.ts';

const REASON = 'the year as finance sees it';

describe.each(dialects)('the plan of a budget on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  let made = 0;
  const create = async (input: object): Promise<string> => {
    const common = { scope: [], timeZone: 'UTC', unit: 'usd', limit: 90, owner: null, reason: REASON };
    const { body } = await house.ask('POST', '/budgets', { ...common, name: `Budget ${++made}`, ...input });
    return body.id;
  };
  /** A request that started at a moment and was charged. */
  const charge = async (budget: string, at: string, window: string, settled: number, scope = ''): Promise<void> => {
    const charges = [
      { budget, revision: 1, scope, unit: 'usd' as const, window: Date.parse(window), held: settled, settled },
    ];
    const record = recordOf(house, { id: newId('req'), at: Date.parse(at), charges });
    await house.database.records.commit({ intents: [], records: [record] });
  };
  const plan = async (id: string, from: string, to: string, scope = ''): Promise<(readonly unknown[])[]> => {
    const { status, body } = await house.ask('GET', `/budgets/${id}/plan?scope=${scope}&from=${from}&to=${to}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return body.months.map(
      (one: { month: string; planned: number | null; ownPlan: boolean; actual: number; toppedUp: number }) => [
        ...[one.month, one.planned, one.ownPlan, one.actual, one.toppedUp],
      ],
    );
  };
  const set = (id: string, months: object, scope = ''): Promise<Answer> =>
    house.ask('PUT', `/budgets/${id}/plan`, { scope, months, reason: REASON });

  it('is the limit of a month, unless a month has a plan of its own', async () => {
    const id = await create({ window: 'month' });
    await charge(id, '2026-01-31T23:59:59Z', '2026-01-01T00:00:00Z', 40);
    await charge(id, '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', 5);
    const { status, body } = await set(id, { '2026-02': 120, '2026-03': 0 });
    expect(status).toBe(200);
    expect(body).toEqual({
      unit: 'usd',
      months: [
        { month: '2026-02', planned: 120, ownPlan: true, actual: 5, toppedUp: 0 },
        { month: '2026-03', planned: 0, ownPlan: true, actual: 0, toppedUp: 0 },
      ],
    });
    expect(await plan(id, '2026-01', '2026-03')).toEqual([
      ['2026-01', 90, false, 40, 0],
      ['2026-02', 120, true, 5, 0],
      ['2026-03', 0, true, 0, 0],
    ]);
    await set(id, { '2026-02': null, '2026-03': 7 });
    expect((await plan(id, '2026-02', '2026-03')).map(([, planned, own]) => [planned, own])).toEqual([
      [90, false],
      [7, true],
    ]);
    expect((await house.ask('GET', '/history?limit=1')).body.entries[0]).toMatchObject({
      action: 'budget.plan',
      before: { scope: '', plan: { '2026-02': 120, '2026-03': 0 } },
      after: { scope: '', plan: { '2026-02': null, '2026-03': 7 } },
    });
  });

  it('counts the days of each month in its zone, and each window in the month that it lies in', async () => {
    const id = await create({ window: 'day', timeZone: 'Pacific/Apia', scope: ['team'], limits: { 'team=ads': 10 } });
    // The last evening of November there is the morning of the 30th in UTC.
    await charge(id, '2011-12-01T09:00:00Z', '2011-11-30T10:00:00Z', 3, 'team=ads');
    await charge(id, '2011-12-01T10:30:00Z', '2011-12-01T10:00:00Z', 4, 'team=ads');
    await charge(id, '2011-12-01T10:30:00Z', '2011-12-01T10:00:00Z', 500, 'team=search');
    expect(await plan(id, '2011-11', '2012-02', 'team=ads')).toEqual([
      ['2011-11', 300, false, 3, 0],
      // The 30th of December never was.
      ['2011-12', 300, false, 4, 0],
      ['2012-01', 310, false, 0, 0],
      ['2012-02', 290, false, 0, 0],
    ]);
    expect(await plan(id, '2011-12', '2011-12', 'team=search')).toEqual([['2011-12', 2700, false, 500, 0]]);
  });

  it('is a third of a quarter; what it spent goes by the start of each request, with corrections by theirs', async () => {
    const id = await create({ window: 'quarter', timeZone: 'Europe/Berlin', limit: 100 });
    const quarter = '2025-12-31T23:00:00Z';
    await charge(id, '2026-01-31T22:59:59Z', quarter, 11);
    await charge(id, '2026-01-31T23:00:00Z', quarter, 20);
    await house.database.records.correct({
      budget: id,
      scope: '',
      unit: 'usd',
      window: Date.parse(quarter),
      spent: -6,
      organisation: house.organisation,
      at: Date.parse('2026-03-02T00:00:00Z'),
      reason: REASON,
      actor: 'person_1',
    });
    expect(await plan(id, '2026-01', '2026-03')).toEqual([
      ['2026-01', 33, false, 11, 0],
      ['2026-02', 33, false, 20, 0],
      ['2026-03', 33, false, -6, 0],
    ]);
  });

  it.each(['hour', 'week', 'total'])('is not known for a budget by the %s, unless it is set', async (window) => {
    const id = await create({ window });
    await set(id, { '2026-02': 8 });
    expect(await plan(id, '2026-01', '2026-02')).toEqual([
      ['2026-01', null, false, 0, 0],
      ['2026-02', 8, true, 0, 0],
    ]);
  });

  it('stands beside what was added to the limit in a month', async () => {
    const id = await create({ window: 'month' });
    await house.ask('POST', `/budgets/${id}/top-ups`, { scope: '', amount: 25, reason: REASON });
    const month = new Date().toISOString().slice(0, 7);
    expect((await plan(id, month, month))[0]?.slice(1)).toEqual([90, false, 0, 25]);
  });

  it('is refused in words where it cannot be', async () => {
    const id = await create({ window: 'month', scope: ['team'] });
    const why = async (answer: Promise<Answer>) => (await answer).body.error.message;
    expect(await why(set(id, { '2026-13': 5 }, 'team=ads'))).toContain('Write a month such as 2026-11');
    expect(await why(set(id, {}, 'team=ads'))).toContain('Name at least one month');
    expect(await why(set(id, { '2026-01': -5 }, 'team=ads'))).toContain('A limit cannot be below zero');
    expect(await why(set(id, { '2026-01': 5 }))).toContain('is no part of it');
    const asked = (query: string) => house.ask('GET', `/budgets/${id}/plan?${query}`);
    expect(await why(asked('scope=team%3Dads&from=2026-02&to=2026-01'))).toContain(
      'The last month is before the first',
    );
    expect(await why(asked('scope=team%3Dads&from=2000-01&to=2099-12'))).toContain('At most 120 months');
    expect((await house.ask('GET', '/budgets/bud_gone/plan?from=2026-01&to=2026-01')).status).toBe(404);
  });
});
