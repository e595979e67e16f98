/** The rule of admission over a budget and those above it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGraph } from '../../policies/compile.ts';
import type { HeldBudget, HoldResult } from '../../policies/effects.ts';
import { budgetsOf, decidedAnew, decideHold, heldBudget, holdResult } from '../../policies/hold.ts';
import { replay } from '../../policies/replay.ts';
import { outsideSchema, type Simulation, type SimulationWorld, simulate } from '../../policies/simulate.ts';
import { recordedStepSchema } from '../../policies/trace-schema.ts';
import { draw } from './drawings.ts';
import { budgetOf, worldWith } from './house.ts';

const amount = fc.integer({ min: 0, max: 1000 });
const held = fc.record({ limit: amount, spent: amount, held: amount });
const chain = fc.array(held, { minLength: 1, maxLength: 5 }).map((states) =>
  states.map(({ limit, spent, held }, i): HeldBudget => {
    const budget = budgetOf(`b${i}`, { limit, owner: `owner ${i}` });
    return heldBudget(budget, '', { spent, held, toppedUp: 0, resetsAt: i });
  }),
);
const bounds = fc.record({ within: amount, warning: amount });
const warnAt = fc.constantFrom(null, 0.2, 0.5, 0.8);

const used = (one: HeldBudget): number => one.spent + one.held;
const hasRoom = (one: HeldBudget, wanted: number): boolean => used(one) + wanted <= one.limit;
const isWarned = (one: HeldBudget, share: number | null): boolean =>
  share !== null && one.limit > 0 && used(one) >= one.limit * share;

describe('a budget and those above it', () => {
  it('let a request pass exactly where all of them have room, and the first that has not decides', () => {
    fc.assert(
      fc.property(chain, bounds, warnAt, ([own, ...above], wanted, share) => {
        if (!own) return;
        const all = [own, ...above];
        const decided = decideHold(own, wanted, share, above);
        const tight = all.findIndex((one) => isWarned(one, share) || !hasRoom(one, wanted.within));
        const full = all.findIndex((one) => !hasRoom(one, wanted.warning));
        if (tight < 0) expect(decided).toEqual({ port: 'within', why: 'fits', amount: wanted.within, level: 0 });
        else if (share === null || full >= 0) {
          const level = share === null ? tight : full;
          expect(decided).toEqual({ port: 'exhausted', why: 'over_limit', amount: wanted.within, level });
        } else {
          const why = isWarned(all[tight] ?? own, share) ? 'over_warning' : 'over_limit';
          expect(decided).toEqual({ port: 'warning', why, amount: wanted.warning, level: tight });
        }
        if (decided.port !== 'exhausted') for (const one of all) expect(hasRoom(one, decided.amount)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('are all in the answer, which names the one that decided and gives them back in their order', () => {
    const basis = { within: ['a'], warning: [], outputLimit: 10 };
    fc.assert(
      fc.property(chain, bounds, warnAt, ([own, ...above], wanted, share) => {
        if (!own) return;
        const decided = decideHold(own, wanted, share, above);
        const result = holdResult(own, above, basis, decided, wanted);
        const named = [own, ...above][decided.level];
        expect(result).toMatchObject({ ...named, port: decided.port });
        expect(result.above?.length ?? 0).toBe(above.length);
        // As it is kept in a record, and read again.
        const step = { node: 'pay', kind: 'budget', port: null, reason: '', results: [result] };
        const read = recordedStepSchema.parse(JSON.parse(JSON.stringify(step))).results?.[0];
        expect(read).toEqual(result);
        const ordered = budgetsOf(result);
        expect([ordered.own, ...ordered.above]).toMatchObject([own, ...above]);
        expect(decidedAnew(result, decideHold(ordered.own, wanted, share, ordered.above), 10)).toEqual(result);
      }),
    );
  });
});

describe('a limit of 0', () => {
  const free = heldBudget(budgetOf('none', { limit: 0 }), '', { spent: 0, held: 0, toppedUp: 0, resetsAt: null });
  it('lets pass what costs nothing, without a warning, and nothing else', () => {
    expect(decideHold(free, { within: 0, warning: 0 }, 0.8)).toMatchObject({ port: 'within' });
    expect(decideHold(free, { within: 1, warning: 0 }, 0.8)).toMatchObject({ port: 'warning', amount: 0 });
    expect(decideHold(free, { within: 1, warning: 1 }, 0.8)).toMatchObject({ port: 'exhausted' });
  });
});

describe('a budget that is a part of another, in a simulation and in a replay', () => {
  const company = budgetOf('company', { window: 'quarter', owner: 'Grace' });
  const teams = budgetOf('teams', { scope: ['team'], limits: { 'team=ads': 2_000_000_000 }, parent: 'company' });
  const users = budgetOf('users', { scope: ['user', 'team'], window: 'day', parent: 'teams', owner: 'Ada' });
  const graph = draw(
    {
      enter: ['request', {}],
      pay: ['budget', { budget: 'users', warnAt: null }],
      large: ['model', { model: 'sandbox/large' }],
      small: ['model', { model: 'sandbox/small' }],
    },
    ['enter.next > pay', 'pay.within > large', 'pay.exhausted > small'],
  );
  const request = {
    body: { model: 'sandbox/large', messages: [{ role: 'user' as const, content: 'hello' }] },
    tags: new Map([
      ['team', { value: 'ads', source: 'key' as const }],
      ['user', { value: 'ada', source: 'caller' as const }],
    ]),
    now: Date.UTC(2026, 10, 20, 12),
  };
  const run = (outside: object, different: Partial<SimulationWorld> = {}): Promise<Simulation> => {
    const world = { ...worldWith([company, teams, users]), ...different };
    return simulate(compileGraph(graph), request, outsideSchema.parse(outside), world);
  };
  const holdIn = ({ decision }: Simulation): HoldResult => {
    const [result] = decision.trace[1]?.results ?? [];
    if (!result || !('budgetName' in result)) throw new Error('Nothing was asked of a budget.');
    return result;
  };

  it('is held in all of them, each with its own limit, window and scope', async () => {
    const result = holdIn(await run({}));
    expect(result).toMatchObject({
      port: 'within',
      budget: 'users',
      scope: 'user=ada,team=ads',
      limit: 10_000_000_000,
    });
    expect(result.resetsAt).toBe(Date.UTC(2026, 10, 21));
    expect(result.above).toMatchObject([
      { budget: 'teams', scope: 'team=ads', limit: 2_000_000_000, resetsAt: Date.UTC(2026, 11, 1) },
      { budget: 'company', scope: '', resetsAt: Date.UTC(2027, 0, 1) },
    ]);
    expect(result).not.toHaveProperty('level');
  });

  it('is refused by the first that has no room, in words that say whose part it is', async () => {
    const simulation = await run({ budgets: { teams: { spent: 2_000_000_000 }, company: { spent: 10_000_000_000 } } });
    expect(holdIn(simulation)).toMatchObject({ port: 'exhausted', budget: 'teams', level: 1, spent: 2_000_000_000 });
    expect(simulation.decision.trace[1]?.reason).toMatch(
      /^teams for team=ads, which “users” is a part of, is spent: \$2\.00 of \$2\.00 spent/,
    );
    const above = await run({ budgets: { company: { spent: 10_000_000_000 } } });
    expect(holdIn(above)).toMatchObject({ port: 'exhausted', budget: 'company', level: 2, owner: 'Grace' });
    expect(holdIn(above).above).toMatchObject([{ budget: 'users' }, { budget: 'teams' }]);
  });

  it('takes what was added to a limit above for its window', async () => {
    const full = { spent: 2_000_000_000, held: 0 };
    const state = (toppedUp: number) => ({
      state: ({ id }: { readonly id: string }) => (id === 'teams' ? { ...full, toppedUp } : { spent: 0, held: 0 }),
    });
    expect(holdIn(await run({}, state(0)))).toMatchObject({ port: 'exhausted', budget: 'teams' });
    expect(holdIn(await run({}, state(1_000_000_000)))).toMatchObject({ port: 'within' });
  });

  it.each([{}, { budgets: { teams: { spent: 2_000_000_000 } } }, { budgets: { company: { spent: 1e10 } } }])(
    'takes the same way from its record: %j',
    async (outside) => {
      const { decision } = await run(outside);
      const facts = { 'request.model': 'sandbox/large', 'request.max_tokens': null, 'content.tools': [] };
      const trace = recordedStepSchema.array().parse(JSON.parse(JSON.stringify(decision.trace)));
      const again = await replay(compileGraph(graph), { trace, tags: request.tags, now: request.now, facts }, true);
      expect(again).toMatchObject({ result: 'same' });
      if (again.result !== 'same') return;
      expect(again.decision.trace[1]?.results).toEqual(decision.trace[1]?.results);
      expect(again.decision.trace[1]?.reason).toBe(decision.trace[1]?.reason);
    },
  );

  it('is decided anew by all of them where a draft warns earlier', async () => {
    const warning = (warnAt: number) =>
      compileGraph(
        draw(
          {
            enter: ['request', {}],
            pay: ['budget', { budget: 'users', warnAt }],
            large: ['model', { model: 'sandbox/large' }],
            small: ['model', { model: 'sandbox/small' }],
          },
          ['enter.next > pay', 'pay.within > large', 'pay.warning > small'],
        ),
      );
    const world = worldWith([company, teams, users]);
    const outside = outsideSchema.parse({ budgets: { company: { spent: 8_500_000_000 } } });
    const { decision } = await simulate(warning(0.99), request, outside, world);
    expect(decision.trace[1]).toMatchObject({ port: 'within', results: [{ budget: 'users' }] });
    const facts = { 'request.model': 'sandbox/large', 'request.max_tokens': null, 'content.tools': [] };
    const recorded = { trace: decision.trace, tags: request.tags, now: request.now, facts };
    expect(await replay(warning(0.8), recorded, false)).toMatchObject({
      result: 'cannot tell',
      difference: {
        node: 'pay',
        now: {
          port: 'warning',
          reason: expect.stringMatching(/^company, which “users” is a part of, is past its warning/),
        },
      },
    });
  });
});
