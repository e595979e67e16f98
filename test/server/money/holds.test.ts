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

describe('holds in a budget that is a part of others', () => {
  const company = exampleBudget({ id: 'company', name: 'Company', limit: 1000 });
  const teams = exampleBudget({
    id: 'teams',
    name: 'Teams',
    scope: ['team'],
    limit: 600,
    parent: 'company',
    limits: { 'team=ads': 200 },
    window: 'hour',
  });
  const users = exampleBudget({ id: 'users', name: 'Users', scope: ['team', 'user'], limit: 500, parent: 'teams' });
  const other = exampleBudget({ id: 'other', name: 'Other', limit: 5000, parent: 'company' });
  const all = [company, teams, users, other];
  const tags = { team: 'search', user: 'ada' };
  const need = exampleNeed({ budget: 'users', within: ['cheap'] });
  const heldIn = (counters: BudgetCounters, given: Readonly<Record<string, string>> = tags) => [
    counters.cell(users, `team=${given.team},user=${given.user}`, NOW).held,
    counters.cell(teams, `team=${given.team}`, NOW).held,
    counters.cell(company, '', NOW).held,
  ];

  it('are taken in all of them, and settled in each', () => {
    const { counters, request } = house(...all);
    const holds = request();
    expect(holds.take(need, exampleRun(100, { tags }))).toMatchObject({
      port: 'within',
      budget: 'users',
      scope: 'team=search,user=ada',
      limit: 500,
      above: [
        { budget: 'teams', scope: 'team=search', limit: 600, resetsAt: Date.UTC(2030, 4, 1, 11) },
        { budget: 'company', scope: '', limit: 1000, resetsAt: null },
      ],
    });
    expect(heldIn(counters)).toEqual([100, 100, 100]);
    expect(holds.intended().map(({ budget, held }) => [budget, held])).toEqual([
      ['users', 100],
      ['teams', 100],
      ['company', 100],
    ]);
    expect(holds.settle({ cost: 40, tokens: 9 })).toMatchObject([{ settled: 40 }, { settled: 40 }, { settled: 40 }]);
    expect(holds.settle({ cost: 40, tokens: 9 })).toEqual([]);
    expect(heldIn(counters)).toEqual([0, 0, 0]);
    for (const budget of all.slice(0, 3)) expect(counters.of(budget, NOW)).toMatchObject([{ spent: 40, held: 0 }]);
  });

  it('are taken in none of them where one has no room, which is the one that is named', () => {
    const { counters, request } = house(...all);
    const run = (team: string, tokens: number, user = 'ada') =>
      request().take(need, exampleRun(tokens, { tags: { team, user } }));
    expect(run('ads', 201)).toMatchObject({
      port: 'exhausted',
      budget: 'teams',
      scope: 'team=ads',
      limit: 200,
      level: 1,
    });
    expect(heldIn(counters, { team: 'ads', user: 'ada' })).toEqual([0, 0, 0]);
    expect(run('search', 501)).toMatchObject({ port: 'exhausted', budget: 'users' });
    expect([run('search', 400), run('search', 200, 'bob'), run('law', 300)]).toMatchObject(
      Array(3).fill({ port: 'within' }),
    );
    expect(run('hr', 101)).toMatchObject({ port: 'exhausted', budget: 'company', level: 2, held: 900 });
    expect(run('hr', 100)).toMatchObject({ port: 'within' });
    expect(counters.cell(company, '', NOW).held).toBe(1000);
  });

  it('are one in a budget that several nodes lead to, and charged there once', () => {
    const { counters, request } = house(...all);
    const holds = request();
    const run = exampleRun(100, { tags });
    for (const budget of ['users', 'other', 'teams', 'company']) {
      expect(holds.take({ ...need, budget }, run)).toMatchObject({ port: 'within', budget, held: 0 });
    }
    expect(counters.cell(company, '', NOW).held).toBe(100);
    holds.attemptUsed({ cost: 30, tokens: 0 });
    expect(holds.fit(run, cheap)).toBe(true);
    expect(counters.cell(company, '', NOW).held).toBe(130);
    const charges = holds.settle({ cost: 50, tokens: 0 });
    expect(charges.map(({ budget, settled }) => [budget, settled])).toEqual([
      ['users', 80],
      ['teams', 80],
      ['company', 80],
      ['other', 80],
    ]);
  });

  it('start from the parent where a node has named it first', () => {
    const { request } = house(...all);
    const holds = request();
    const run = exampleRun(100, { tags });
    holds.take({ ...need, budget: 'company' }, run);
    holds.take(need, run);
    expect(holds.settle({ cost: 7, tokens: 0 }).map(({ budget }) => budget)).toEqual(['company', 'users', 'teams']);
  });

  it('grow for a dearer model only where all have room, and charge no guess above what is held', () => {
    const { counters, request } = house(...all);
    const holds = request();
    const run = exampleRun(100, { tags: { team: 'ads', user: 'ada' } });
    holds.take(need, run);
    expect(holds.fit(run, dear)).toBe(false);
    expect(heldIn(counters, { team: 'ads', user: 'ada' })).toEqual([100, 100, 100]);
    counters.cell(teams, 'team=ads', NOW).toppedUp = 100;
    expect(holds.fit(run, dear)).toBe(true);
    expect(heldIn(counters, { team: 'ads', user: 'ada' })).toEqual([300, 300, 300]);
    expect(holds.atMost({ cost: 1000, tokens: 0 })).toEqual({ cost: 300, tokens: 0 });
  });

  it('stay where they were taken, whatever becomes of windows, limits and parents meanwhile', () => {
    const counters = new BudgetCounters([]);
    let budgets = all;
    const request = () => {
      const then = budgets;
      return new RequestHolds(
        counters,
        (id) => then.find((one) => one.id === id),
        models,
        async () => null,
      );
    };
    const early = request();
    early.take(need, exampleRun(100, { tags }));
    // The budget becomes a part of nothing, with a limit of its own; the hour of the teams ends.
    budgets = [company, teams, { ...users, parent: null, limits: { 'team=search,user=ada': 150 }, revision: 2 }];
    const late = exampleRun(51, { tags, now: NOW + HOUR });
    counters.cell(teams, 'team=search', NOW + HOUR);
    expect(request().take(need, late)).toMatchObject({ port: 'exhausted', budget: 'users', held: 100, limit: 150 });
    late.outputLimit = 50;
    const second = request();
    expect(second.take(need, late)).toMatchObject({ port: 'within' });
    expect(second.settle({ cost: 10, tokens: 0 })).toMatchObject([{ budget: 'users', revision: 2 }]);
    expect(early.settle({ cost: 60, tokens: 0 })).toMatchObject([
      { budget: 'users', revision: 1 },
      { budget: 'teams', scope: 'team=search', window: Date.UTC(2030, 4, 1, 10), settled: 60 },
      { budget: 'company', settled: 60 },
    ]);
    expect(counters.cell(teams, 'team=search', NOW + HOUR)).toMatchObject({ spent: 0, held: 0 });
    expect(counters.cell(users, 'team=search,user=ada', NOW)).toMatchObject({ spent: 70, held: 0 });
    expect(counters.cell(company, '', NOW)).toMatchObject({ spent: 60, held: 0 });
  });

  it('let a model that costs nothing pass where nothing is left, and settle what is reported truthfully', () => {
    const free = exampleModel('free', 0);
    const spent = exampleBudget({ limit: 0 });
    const counters = new BudgetCounters([]);
    const holds = new RequestHolds(
      counters,
      () => spent,
      () => free,
      async () => null,
    );
    const run = exampleRun(100);
    expect(holds.take(exampleNeed({ within: ['free'] }), run)).toMatchObject({ port: 'within', amount: 0 });
    expect(holds.fit(run, free)).toBe(true);
    // A provider that bills all the same is settled as it says, above the hold and above the limit.
    expect(holds.settle({ cost: 5, tokens: 3 })).toMatchObject([{ held: 0, settled: 5 }]);
    expect(
      new RequestHolds(
        counters,
        () => spent,
        () => cheap,
        async () => null,
      ).take(exampleNeed(), exampleRun(1)),
    ).toMatchObject({
      port: 'exhausted',
      spent: 5,
      limit: 0,
    });
  });

  it('hold no more levels than there can be, even where stored budgets went round in a circle', () => {
    const circle = ['a', 'b'].map((id) => exampleBudget({ id, parent: id === 'a' ? 'b' : 'a' }));
    const { request } = house(...circle);
    const holds = request();
    expect(holds.take(exampleNeed({ budget: 'a' }), exampleRun(10))).toMatchObject({ port: 'within' });
    expect(holds.settle({ cost: 1, tokens: 0 }).length).toBeLessThanOrEqual(5);
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
