/** What is told of a decision to somebody who may not see all budgets, and what can be decided again from that. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatBody } from '../../policies/chat.ts';
import { compileGraph } from '../../policies/compile.ts';
import type { TraceStep } from '../../policies/decision.ts';
import type { HeldBudget } from '../../policies/effects.ts';
import { impactOf, type ReplayInput } from '../../policies/impact.ts';
import { testFromSimulation } from '../../policies/policy-test.ts';
import { replay } from '../../policies/replay.ts';
import { NO_USAGE } from '../../policies/request.ts';
import { outsideSchema, type SimulationWorld, simulate } from '../../policies/simulate.ts';
import { recordedStepSchema } from '../../policies/trace-schema.ts';
import { type SeenOf, traceSeen } from '../../policies/unseen.ts';
import { draw } from './drawings.ts';
import { budgetOf, worldWith } from './house.ts';

const small = ['model', { model: 'sandbox/small' }] as const;
const large = ['model', { model: 'sandbox/large' }] as const;
const paying = (settings: object) =>
  draw({ enter: ['request', {}], pay: ['budget', { budget: 'own', warnAt: 0.8, ...settings }], small, large }, [
    ...['enter.next > pay', 'pay.within > large'],
    ...('warnAt' in settings && settings.warnAt === null ? [] : ['pay.warning > small']),
  ]);
const graph = paying({});
const body: ChatBody = { model: 'sandbox/large', messages: [{ role: 'user', content: 'Hello' }] };
const request = { body, tags: new Map(), now: Date.UTC(2026, 2, 2, 12) };
const MARK = 48_271_634_905_113;

const names = ['own', 'middle', 'top'] as const;
type Name = (typeof names)[number];
/** A budget and two above it, each with limit and spend. */
function worldOf(states: Readonly<Record<Name, { limit: number; spent: number }>>): SimulationWorld {
  const budgets = new Map(
    names.map((id, i) => [
      id as string,
      {
        ...budgetOf(id, { limit: states[id].limit, owner: 'somebody' }),
        name: `the ${id} pot`,
        parent: names[i + 1] ?? null,
      },
    ]),
  );
  return {
    ...worldWith([]),
    budget: (id) => budgets.get(id),
    state: ({ id }) => ({ spent: names.includes(id as Name) ? states[id as Name].spent : 0, held: 0 }),
  };
}
const NOTHING = outsideSchema.parse({});
const traceIn = async (world: SimulationWorld, drawn = graph): Promise<readonly TraceStep[]> =>
  (await simulate(compileGraph(drawn), request, NOTHING, world)).decision.trace;
const facts = { 'request.model': body.model, 'request.max_tokens': null, 'content.tools': [] };
const recorded = (trace: readonly TraceStep[]) => ({
  tags: request.tags,
  now: request.now,
  facts,
  trace: recordedStepSchema.array().parse(JSON.parse(JSON.stringify(trace))),
});

const sight = fc.constantFrom('all', 'name', 'nothing') satisfies fc.Arbitrary<ReturnType<SeenOf>>;
const share = fc.double({ min: 0, max: 1.2, noNaN: true });
const chain = fc.record({ own: share, middle: share, top: share });
const sights = fc.record({ own: sight, middle: sight, top: sight });

describe('a decision as somebody is told it', () => {
  it('has no figure and no name of what they may not see, and all else as it was', async () => {
    await fc.assert(
      fc.asyncProperty(chain, sights, async (used, seen) => {
        const limits = { own: 1e12 + 7, middle: 2e12 + 7, top: 3e12 + 7 };
        const spentOf = (id: Name): number => Math.floor(limits[id] * used[id]);
        const states = Object.fromEntries(names.map((id) => [id, { limit: limits[id], spent: spentOf(id) }]));
        const trace = await traceIn(worldOf(states as Parameters<typeof worldOf>[0]));
        const seenOf: SeenOf = ({ budget }) => seen[budget as Name];
        const told = traceSeen(trace, seenOf);
        expect(told.map(({ node, port }) => [node, port])).toEqual(trace.map(({ node, port }) => [node, port]));
        if (Object.values(seen).every((one) => one === 'all')) expect(JSON.stringify(told)).toBe(JSON.stringify(trace));
        const text = JSON.stringify(told);
        for (const id of names) {
          if (seen[id] === 'all') continue;
          expect(text).not.toContain(String(limits[id]));
          if (spentOf(id) > 1e6) expect(text).not.toContain(String(spentOf(id)));
          if (seen[id] === 'nothing') expect(text).not.toContain(`the ${id} pot`);
        }
        const [before] = trace.flatMap(({ results = [] }) => results);
        const [after] = told.flatMap(({ results = [] }) => results);
        if (!before || !after || !('budgetName' in before) || !('budgetName' in after)) throw new Error('No hold.');
        const parts = (one: typeof before): readonly HeldBudget[] => [one, ...(one.above ?? [])];
        for (const [i, part] of parts(before).entries()) {
          const now = parts(after)[i];
          const { budget, budgetName, scope, limit, spent, held, owner, resetsAt } = part;
          const figures = { budget, budgetName, scope, limit, spent, held, owner, resetsAt };
          if (seen[budget as Name] === 'all') expect(now).toMatchObject(figures);
          else expect(now).toMatchObject({ budget, limit: 0, spent: 0, held: 0, owner: null, unseen: true });
        }
        // As it comes over the boundary.
        expect(recordedStepSchema.array().parse(JSON.parse(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('says which way it went, in words', async () => {
    const states = {
      own: { limit: 9e9, spent: 1e9 },
      middle: { limit: MARK, spent: MARK },
      top: { limit: 1e18, spent: 0 },
    };
    const trace = await traceIn(worldOf(states));
    const seenOf: SeenOf = ({ budget }) => (budget === 'own' ? 'all' : 'nothing');
    const reason = traceSeen(trace, seenOf).find(({ node }) => node === 'pay')?.reason;
    expect(reason).toMatch(
      /^A budget that you may not see, which “the own pot” is a part of, is spent: this request could cost \$[\d.]+\.$/,
    );
    const named = traceSeen(trace, () => 'name').find(({ node }) => node === 'pay')?.reason;
    expect(named).toMatch(/^the middle pot, a part that you may not see, which “the own pot” is a part of, is spent: /);
  });

  it('is told alike of budgets that nobody has', async () => {
    const trace = await traceIn({ ...worldWith([]), budget: () => undefined });
    expect(traceSeen(trace, () => 'nothing')).toEqual(trace);
  });
});

describe('from what somebody was told', () => {
  const states = {
    own: { limit: 9e12, spent: 0 },
    middle: { limit: MARK, spent: 3e9 },
    top: { limit: 1e18, spent: 0 },
  };
  const seenOf: SeenOf = ({ budget }) => (budget === 'own' ? 'all' : 'nothing');

  it('its own version decides alike, whatever was left', async () => {
    for (const spent of [0, 0.9 * MARK, MARK]) {
      const trace = await traceIn(worldOf({ ...states, middle: { limit: MARK, spent: Math.floor(spent) } }));
      const again = await replay(compileGraph(graph), recorded(traceSeen(trace, seenOf)), true);
      expect(again).toMatchObject({ result: 'same' });
      expect(JSON.stringify(again)).not.toContain('48271');
    }
  });

  it('another version cannot be told, so that nobody finds out by trying', async () => {
    const told = recorded(traceSeen(await traceIn(worldOf(states)), seenOf));
    for (const warnAt of [0.01, 0.5, 0.8, null]) {
      const again = await replay(compileGraph(paying({ warnAt })), told, false);
      expect(again).toMatchObject({ result: 'cannot tell', node: 'pay' });
      expect(JSON.stringify(again)).toMatch(/depends on what was left of a budget that you may not see/);
    }
    const whole = recorded(await traceIn(worldOf(states)));
    expect(await replay(compileGraph(graph), whole, false)).toMatchObject({ result: 'same' });
  });

  it('the effect of a draft is told as if those budgets decided as then, which is said', async () => {
    const { tags: _, now: at, ...rest } = recorded(traceSeen(await traceIn(worldOf(states)), seenOf));
    const input: ReplayInput = {
      ...rest,
      at,
      id: 'req_1',
      policy: 'pol_1',
      version: 1,
      status: 'ok',
      httpStatus: 200,
      cost: 0,
      tags: {},
      model: 'sandbox/large',
      requestedModel: body.model,
      usage: NO_USAGE,
    };
    const options = { pause: () => Promise.resolve(), cancelled: () => false, onProgress: () => {} };
    const impact = await impactOf(() => compileGraph(paying({ warnAt: 0.01 })), [input], worldWith([]).models, options);
    expect(impact?.assumptions).toContain('Budgets that you may not see are taken to have decided as they did then.');
    expect(impact?.buckets.find(({ count }) => count > 0)?.kind).toBe('same');
  });

  it('a simulation has room for everything there, and a test made of it sets nothing of it', async () => {
    const full = worldOf({ ...states, middle: { limit: 1, spent: 1 } });
    const simulation = await simulate(compileGraph(graph), request, NOTHING, { ...full, seenOf });
    expect(simulation.decision.outcome).toMatchObject({ type: 'model', model: 'sandbox/large' });
    const test = testFromSimulation('one', 'one', body, {}, request.now, NOTHING, simulation);
    expect(test.outside.budgets).toEqual({ own: { spent: 0, held: 0 } });
    const unseen = await simulate(compileGraph(graph), request, NOTHING, { ...full, seenOf: () => 'nothing' });
    expect(testFromSimulation('one', 'one', body, {}, request.now, NOTHING, unseen).outside.budgets).toEqual({});
  });
});
