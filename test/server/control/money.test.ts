import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialects, type House, openHouse } from './house.ts';

const BUDGET = {
  scope: ['team'],
  window: 'month',
  timeZone: 'Europe/Berlin',
  unit: 'usd',
  limit: 5_000_000_000,
  owner: 'finance',
};
const RATE = { aboveInputTokens: 0, input: 1, cachedInput: 1, cacheWrite: 1, output: 1 };

describe.each(dialects)('budgets and prices on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  it('create budgets that requests see at once', async () => {
    const created = await house.ask('POST', '/budgets', { ...BUDGET, name: 'Teams', reason: 'plan of 2026' });
    expect(created).toMatchObject({ status: 201, body: { ...BUDGET, revision: 1 } });
    expect(house.control.snapshot().budgets.get(created.body.id)).toMatchObject({ ...BUDGET, revision: 1 });
  });

  it('hold the largest limit exactly', async () => {
    const limit = Number.MAX_SAFE_INTEGER;
    const created = await house.ask('POST', '/budgets', { ...BUDGET, name: 'Large', limit, reason: 'no end' });
    expect(house.control.snapshot().budgets.get(created.body.id)?.limit).toBe(limit);
  });

  it('change a budget at the revision that was seen, keeping every revision', async () => {
    const { body } = await house.ask('POST', '/budgets', { ...BUDGET, name: 'Raised', reason: 'plan' });
    const put = (revision: number, limit: number) =>
      house.ask('PUT', `/budgets/${body.id}`, { name: 'Raised', owner: null, limit, revision, reason: 'busy month' });
    expect((await put(1, 9)).body).toMatchObject({ revision: 2, limit: 9, owner: null, window: 'month' });
    const late = await put(1, 10);
    expect(late).toMatchObject({ status: 409, body: { error: { details: { current: { revision: 2, limit: 9 } } } } });
    const kept = await house.database.control('budget_revisions').where({ budget: body.id }).orderBy('revision');
    expect(kept.map((row) => [row.revision, row.limit_amount, row.reason])).toEqual([
      [1, BUDGET.limit, 'plan'],
      [2, 9, 'busy month'],
    ]);
    const widened = await house.ask('PUT', `/budgets/${body.id}`, {
      name: 'x',
      owner: null,
      limit: 1,
      revision: 2,
      reason: 'r',
      scope: [],
    });
    expect(widened.status).toBe(422);
  });

  it('list budgets with what they have used', async () => {
    const { body } = await house.ask('POST', '/budgets', { ...BUDGET, name: 'Used', reason: 'plan' });
    const use = [{ scope: 'team=search', spent: 7, held: 3, resetsAt: 1_800_000_000_000 }];
    house.use.set(body.id, use);
    const list = await house.ask('GET', '/budgets');
    const found = list.body.budgets.find((one: { budget: { id: string } }) => one.budget.id === body.id);
    expect(found.use).toEqual(use);
  });

  it('refuse budgets that cannot be', async () => {
    for (const wrong of [
      { limit: -1 },
      { limit: 1.5 },
      { timeZone: 'Mars/Olympus' },
      { window: 'year' },
      { scope: ['moon'] },
    ]) {
      const answer = await house.ask('POST', '/budgets', { ...BUDGET, name: 'Wrong', reason: 'no', ...wrong });
      expect(answer.status, JSON.stringify(wrong)).toBe(422);
    }
  });

  it('set prices from a moment on, never for the past', async () => {
    const post = (more: object) =>
      house.ask('POST', '/prices', { model: 'test/small', price: [RATE], reason: 'contract', ...more });
    const later = 4_000_000_000_000;
    expect((await post({ effectiveFrom: later })).body).toMatchObject({ effectiveFrom: later, price: [RATE] });
    expect((await post({})).status).toBe(201);
    expect(await post({ effectiveFrom: 1_000 })).toMatchObject({ status: 422 });
    const { prices } = house.control.snapshot();
    expect(prices.map((one) => one.effectiveFrom)).toEqual(
      [...prices.map((one) => one.effectiveFrom)].sort((a, b) => a - b),
    );
    expect(prices.at(-1)).toMatchObject({ model: 'test/small', effectiveFrom: later, price: [RATE] });
    expect((await house.ask('GET', '/prices')).body.prices).toHaveLength(2);
  });

  it('refuse prices that do not start at nothing, do not rise, or are fractions', async () => {
    const second = { ...RATE, aboveInputTokens: 200_000 };
    for (const price of [[], [second], [RATE, second, second], [{ ...RATE, input: 0.5 }], [{ ...RATE, output: -1 }]]) {
      const answer = await house.ask('POST', '/prices', { model: 'test/small', price, reason: 'wrong' });
      expect(answer.status, JSON.stringify(price)).toBe(422);
    }
  });

  it('list the models with the prices that are in force', async () => {
    await house.ask('POST', '/prices', { model: 'test/small', price: [RATE], reason: 'contract' });
    expect((await house.ask('GET', '/models')).body.models).toMatchObject([{ id: 'test/small', price: [RATE] }]);
  });
});
