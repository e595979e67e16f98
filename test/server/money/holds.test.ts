import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Budget } from '../../../policies/budget.ts';
import type { ModelLookup } from '../../../policies/model.ts';
import { BudgetCounters } from '../../../server/money/counters.ts';
import { RequestHolds } from '../../../server/money/holds.ts';
import { exampleBudget, exampleModel, exampleNeed, exampleRun, HOUR, NOW } from './example.ts';

const cheap = exampleModel('cheap', 1);
const dear = exampleModel('dear', 3);
const unpriced = exampleModel('unpriced', null);
const models: ModelLookup = (name) => [cheap, dear, unpriced].find((model) => model.name === name);

function house(...budgets: readonly Budget[]) {
  const counters = new BudgetCounters([]);
  const find = (id: string): Budget | undefined => budgets.find((budget) => budget.id === id);
  return { counters, request: () => new RequestHolds(counters, find, models, async () => null) };
}

describe('holds', () => {
  it('hold the dearest way, and give back what the chosen model cannot cost', () => {
    const budget = exampleBudget({ limit: 300 });
    const { counters, request } = house(budget);
    const holds = request();
    const run = exampleRun(100);
    expect(holds.take(exampleNeed(), run)).toMatchObject({ port: 'within', amount: 300, spent: 0, held: 0 });
    expect(request().take(exampleNeed(), exampleRun(1))).toMatchObject({ port: 'exhausted', held: 300 });
    expect(holds.fit(run, cheap)).toBe(true);
    expect(counters.cell(budget, '', NOW).held).toBe(100);
    expect(holds.intended()).toMatchObject([{ held: 100, settled: 100 }]);
  });

  it('are settled once', () => {
    const budget = exampleBudget();
    const { counters, request } = house(budget);
    const holds = request();
    holds.take(exampleNeed(), exampleRun(100));
    expect(holds.settle({ cost: 42, tokens: 7 })).toMatchObject([{ held: 300, settled: 42, unit: 'usd' }]);
    expect(holds.settle({ cost: 42, tokens: 7 })).toEqual([]);
    expect(counters.cell(budget, '', NOW)).toMatchObject({ spent: 42, held: 0 });
  });

  it('top up for a dearer model where the limit has room, and change nothing where it has not', () => {
    const budget = exampleBudget({ limit: 250 });
    const { counters, request } = house(budget);
    const holds = request();
    const run = exampleRun(80);
    expect(holds.take(exampleNeed({ within: ['cheap'] }), run)).toMatchObject({ amount: 80 });
    expect(holds.fit(run, dear)).toBe(true);
    expect(counters.cell(budget, '', NOW).held).toBe(240);
    run.outputLimit = 90;
    expect(holds.fit(run, dear)).toBe(false);
    expect(counters.cell(budget, '', NOW).held).toBe(240);
  });

  it('take nothing of one budget where another has no room', () => {
    const wide = exampleBudget({ id: 'wide', limit: 1000 });
    const narrow = exampleBudget({ id: 'narrow', limit: 100 });
    const { counters, request } = house(wide, narrow);
    const holds = request();
    const run = exampleRun(100);
    for (const budget of ['wide', 'narrow']) holds.take(exampleNeed({ budget, within: ['cheap'] }), run);
    expect(holds.fit(run, dear)).toBe(false);
    expect([wide, narrow].map((budget) => counters.cell(budget, '', NOW).held)).toEqual([100, 100]);
  });

  it('never call a model without a price behind a money budget, and need none behind one of tokens', () => {
    const { request } = house(exampleBudget(), exampleBudget({ id: 'tokens', unit: 'tokens' }));
    const run = exampleRun(100);
    const money = request();
    expect(money.take(exampleNeed({ within: ['unpriced'] }), run)).toMatchObject({
      port: 'exhausted',
      why: 'price_unknown',
    });
    money.take(exampleNeed(), run);
    expect(money.fit(run, unpriced)).toBe(false);
    const tokens = request();
    expect(tokens.take(exampleNeed({ budget: 'tokens', within: ['unpriced'] }), run)).toMatchObject({ port: 'within' });
    expect(tokens.fit(run, unpriced)).toBe(true);
  });

  it('are one where the same budget is met twice', () => {
    const budget = exampleBudget({ limit: 300 });
    const { counters, request } = house(budget);
    const holds = request();
    const run = exampleRun(100);
    expect(holds.take(exampleNeed(), run)).toMatchObject({ port: 'within', held: 0 });
    expect(holds.take(exampleNeed(), run)).toMatchObject({ port: 'within', held: 0 });
    expect(counters.cell(budget, '', NOW).held).toBe(300);
    expect(holds.settle({ cost: 10, tokens: 0 })).toHaveLength(1);
  });

  it('leave no room, where a budget is met again, that an earlier attempt may have used', () => {
    const budget = exampleBudget({ limit: 150 });
    const { counters, request } = house(budget);
    const holds = request();
    const run = exampleRun(100);
    const need = exampleNeed({ within: ['cheap'] });
    holds.take(need, run);
    holds.attemptUsed({ cost: 60, tokens: 0 });
    expect(holds.take(need, run)).toMatchObject({ port: 'exhausted', held: 60 });
    run.outputLimit = 90;
    expect(holds.take(need, run)).toMatchObject({ port: 'within', held: 60, amount: 90 });
    expect(counters.cell(budget, '', NOW).held).toBe(150);
  });

  it('stay with the scope and the window that they were taken in', () => {
    const budget = exampleBudget({ window: 'hour', scope: ['team'] });
    const { counters, request } = house(budget);
    const holds = request();
    const run = exampleRun(100, { tags: { team: 'search' } });
    holds.take(exampleNeed(), run);
    counters.cell(budget, 'team=search', NOW + HOUR);
    run.tags.set('team', { value: 'ads', source: 'rule' });
    run.changed();
    expect(holds.take(exampleNeed(), run)).toMatchObject({ scope: 'team=search' });
    const [charge] = holds.settle({ cost: 10, tokens: 0 });
    expect(charge).toMatchObject({ scope: 'team=search', window: Date.UTC(2030, 4, 1, 10), settled: 10 });
    expect(counters.cell(budget, 'team=search', NOW + HOUR)).toMatchObject({ spent: 0, held: 0 });
  });

  it('write their output limit into a request that has none', () => {
    const { request } = house(exampleBudget());
    const run = exampleRun(null);
    expect(request().take(exampleNeed({ outputLimit: 50 }), run)).toMatchObject({ amount: 150 });
    expect([run.outputLimit, run.outputLimitChanged]).toEqual([50, true]);
    const refused = exampleRun(null);
    request().take(exampleNeed({ outputLimit: 1_000_000 }), refused);
    expect([refused.outputLimit, refused.outputLimitChanged]).toEqual([null, false]);
  });

  it('say that a budget is gone', () => {
    const { request } = house();
    expect(request().take(exampleNeed(), exampleRun(1))).toMatchObject({ port: 'exhausted', why: 'no_budget' });
  });

  it('never charge what nobody reported above what is held for it', () => {
    const { request } = house(exampleBudget(), exampleBudget({ id: 'tokens', unit: 'tokens' }));
    const holds = request();
    const run = exampleRun(100);
    for (const budget of ['bud_1', 'tokens']) holds.take(exampleNeed({ budget, within: ['cheap'] }), run);
    holds.attemptUsed({ cost: 30, tokens: 20 });
    const tokens = holds.intended()[1]?.held ?? 0;
    expect(holds.atMost({ cost: 1000, tokens: 10_000 })).toEqual({ cost: 70, tokens: tokens - 20 });
    expect(holds.atMost({ cost: 1, tokens: 1 })).toEqual({ cost: 1, tokens: 1 });
  });
});

/** What can happen to one of several requests. */
const step = fc.record({
  request: fc.nat(5),
  what: fc.constantFrom('take', 'take', 'fit', 'used', 'settle'),
  budget: fc.constantFrom('money', 'tokens'),
  model: fc.constantFrom(cheap, dear),
  tokens: fc.integer({ min: 1, max: 60 }),
  /** Of what is held, in percent. */
  share: fc.integer({ min: 0, max: 100 }),
});

describe('whatever requests do at once', () => {
  it('no budget is ever used above its limit, and nothing stays held', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 0, max: 600 }), (steps, limit) => {
        const budgets = [
          exampleBudget({ id: 'money', limit }),
          exampleBudget({ id: 'tokens', limit: 2 * limit, unit: 'tokens', scope: ['team'] }),
        ];
        const { counters, request } = house(...budgets);
        const requests = Array.from({ length: 6 }, (_, i) => ({
          holds: request(),
          run: exampleRun(20, { tags: { team: i % 2 === 0 ? 'search' : 'ads' } }),
          settled: false,
        }));
        const cells = () => budgets.flatMap((budget) => counters.of(budget, NOW));
        const ledger = new Map<string, number>();
        const part = (amount: number, share: number): number => Math.floor((amount * share) / 100);

        for (const { request: number, what, budget, model, tokens, share } of steps) {
          const one = requests[number];
          if (!one || one.settled) continue;
          const { holds, run } = one;
          const room = holds.atMost({ cost: Number.MAX_SAFE_INTEGER, tokens: Number.MAX_SAFE_INTEGER });
          const some = holds.any
            ? { cost: part(Math.min(room.cost, limit), share), tokens: part(Math.min(room.tokens, 2 * limit), share) }
            : { cost: 0, tokens: 0 };
          if (what === 'take') {
            run.outputLimit = tokens;
            holds.take(exampleNeed({ budget, within: [model.name] }), run);
          } else if (what === 'fit') holds.fit(run, model);
          else if (what === 'used') holds.attemptUsed(holds.atMost(some));
          else {
            one.settled = true;
            const before = new Map(cells().map((cell) => [cell, { ...cell }]));
            const charges = holds.settle(holds.atMost(some));
            expect(holds.settle(some)).toEqual([]);
            for (const { budget: paid, scope, held, settled } of charges) {
              const key = `${paid} ${scope}`;
              ledger.set(key, (ledger.get(key) ?? 0) + settled);
              expect(settled).toBeLessThanOrEqual(held);
              const cell = cells().find((found) => found.budget === paid && found.scope === scope);
              const was = cell && before.get(cell);
              expect([was?.held, was?.spent]).toEqual([(cell?.held ?? 0) + held, (cell?.spent ?? 0) - settled]);
            }
          }
          for (const cell of cells()) {
            expect(cell.spent + cell.held).toBeLessThanOrEqual(cell.budget === 'money' ? limit : 2 * limit);
            expect(cell.held).toBeGreaterThanOrEqual(0);
          }
        }
        for (const { holds } of requests) {
          for (const { budget, scope, settled } of holds.settle({ cost: 0, tokens: 0 })) {
            const key = `${budget} ${scope}`;
            ledger.set(key, (ledger.get(key) ?? 0) + settled);
          }
        }
        for (const { budget, scope, spent, held } of cells()) {
          expect(held).toBe(0);
          expect(spent).toBe(ledger.get(`${budget} ${scope}`) ?? 0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
