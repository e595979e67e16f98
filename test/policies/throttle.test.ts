import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGraph } from '../../policies/check.ts';
import { compileGraph } from '../../policies/compile.ts';
import type { ThrottleNeed, ThrottleResult } from '../../policies/effects.ts';
import type { Graph } from '../../policies/graph.ts';
import type { Model } from '../../policies/model.ts';
import type { Recorded } from '../../policies/recorded-facts.ts';
import { statusOf, whyRefused } from '../../policies/refusal.ts';
import { replay } from '../../policies/replay.ts';
import { Run } from '../../policies/run.ts';
import { outsideSchema, simulate } from '../../policies/simulate.ts';
import {
  decideThrottle,
  SlidingWindow,
  type Taken,
  THROTTLE_PERIODS,
  type ThrottlePeriod,
  throttleAmount,
} from '../../policies/throttle.ts';
import { recordedStepSchema } from '../../policies/trace-schema.ts';
import { draw } from './drawings.ts';
import { lookup, worldWith } from './house.ts';
import { viewOf } from './view.ts';

const PERIOD: Readonly<Record<ThrottlePeriod, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};
/** The most by which room may come back later than it could. */
const SLACK = 0.025;

const traffic = fc.record({
  per: fc.constantFrom(...THROTTLE_PERIODS),
  limit: fc.integer({ min: 1, max: 40 }),
  arrivals: fc.array(
    fc.record({
      /** Since the one before, in thousandths of the period: whole milliseconds, which add up without rounding. */
      gap: fc.oneof(fc.constantFrom(0, 1, 500, 1000), fc.nat(100)),
      amount: fc.integer({ min: 0, max: 15 }),
      /** What it really uses, and how many arrivals later that is known. */
      used: fc.integer({ min: 0, max: 20 }),
      after: fc.integer({ min: 0, max: 6 }),
    }),
    { minLength: 1, maxLength: 150, size: 'max' },
  ),
});

describe('a sliding window', () => {
  it('admits no more than its limit in any stretch of its length, and all that fits but for one slice', () => {
    fc.assert(
      fc.property(traffic, ({ per, limit, arrivals }) => {
        const window = new SlidingWindow(per);
        const period = PERIOD[per];
        const admitted: { at: number; amount: number }[] = [];
        const since = (from: number): number =>
          admitted.reduce((sum, one) => (one.at > from ? sum + one.amount : sum), 0);
        let now = 12_345.5;
        for (const { gap, amount } of arrivals) {
          now += (gap * period) / 1000;
          const used = window.used(now);
          expect(used).toBeGreaterThanOrEqual(since(now - period));
          expect(used).toBeLessThanOrEqual(since(now - period * (1 + SLACK)));
          if (decideThrottle(used, amount, limit).port !== 'within') continue;
          window.take(amount, now);
          admitted.push({ at: now, amount });
          expect(since(now - period)).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('counts what was really used once that is known, and never what has left it', () => {
    fc.assert(
      fc.property(traffic, ({ per, arrivals }) => {
        const window = new SlidingWindow(per);
        const period = PERIOD[per];
        const open: { taken: Taken; entry: { at: number; amount: number }; used: number; due: number }[] = [];
        const entries: { at: number; amount: number }[] = [];
        const since = (from: number): number =>
          entries.reduce((sum, one) => (one.at > from ? sum + one.amount : sum), 0);
        let now = 0;
        arrivals.forEach(({ gap, amount, used, after }, i) => {
          now += (gap * period) / 1000;
          const entry = { at: now, amount };
          entries.push(entry);
          open.push({ taken: window.take(amount, now), entry, used, due: i + after });
          for (const one of open.filter(({ due }) => due === i)) {
            window.settle(one.taken, one.used);
            one.entry.amount = one.used;
          }
          expect(window.used(now)).toBeGreaterThanOrEqual(since(now - period));
          expect(window.used(now)).toBeLessThanOrEqual(since(now - period * (1 + SLACK)));
        });
        for (const one of open.filter(({ due }) => due >= arrivals.length)) window.settle(one.taken, one.used);
        expect(window.used(now + period * (1 + SLACK))).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('tells the first moment at which an amount fits, and the one from which all of it is free', () => {
    fc.assert(
      fc.property(traffic, fc.integer({ min: 0, max: 45 }), ({ per, limit, arrivals }, amount) => {
        const window = new SlidingWindow(per);
        let now = 0;
        for (const arrival of arrivals) {
          now += (arrival.gap * PERIOD[per]) / 1000;
          if (decideThrottle(window.used(now), arrival.amount, limit).port === 'within')
            window.take(arrival.amount, now);
        }
        const fitsAt = window.fitsAt(amount, limit, now);
        const emptyAt = window.emptyAt(now);
        if (amount > limit) {
          expect(fitsAt).toBe(Number.POSITIVE_INFINITY);
          return;
        }
        expect(window.fitsAt(amount, limit, now, true)).toBeLessThanOrEqual(fitsAt);
        expect(fitsAt).toBeLessThanOrEqual(emptyAt);
        if (fitsAt > now) expect(window.used(fitsAt - 0.5) + amount).toBeGreaterThan(limit);
        expect(window.used(fitsAt) + amount).toBeLessThanOrEqual(limit);
        expect(window.used(emptyAt)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('counts calls until each is given back, however much time goes by', () => {
    const window = new SlidingWindow(null);
    const [first, second] = [window.take(1, 0), window.take(1, 5)];
    expect(window.used(1e15)).toBe(2);
    expect([window.fitsAt(1, 2, 1e15), window.fitsAt(1, 2, 1e15, true)]).toEqual([Number.POSITIVE_INFINITY, 1e15]);
    window.settle(first, 0);
    expect([window.used(1e15), window.fitsAt(1, 2, 1e15)]).toEqual([1, 1e15]);
    window.settle(second, 0);
    expect([window.used(1e15), window.emptyAt(1e15)]).toEqual([0, 1e15]);
  });
});

const need = (more: Partial<ThrottleNeed>): ThrottleNeed => ({
  type: 'throttle',
  node: 'slow',
  of: 'tokens',
  per: 'minute',
  limit: 1000,
  scope: '',
  waitMs: 0,
  models: ['sandbox/small', 'sandbox/large'],
  outputTokens: 100,
  ...more,
});

const runOf = (view: Parameters<typeof viewOf>[0]): Run =>
  new Run({
    view: viewOf(view),
    tags: new Map(),
    source: { read: () => null, truth: (_leaf, _run, compute) => compute() },
    now: 0,
  });

describe('what a request counts for', () => {
  const text = 'x'.repeat(400);

  it('is one for requests and calls, and an estimate for tokens', () => {
    const run = runOf({ text });
    expect(throttleAmount(need({ of: 'requests' }), run, lookup)).toBe(1);
    expect(throttleAmount(need({ of: 'calls', per: null }), run, lookup)).toBe(1);
    expect(throttleAmount(need({}), run, lookup)).toBe(200);
    run.outputLimit = 7;
    expect(throttleAmount(need({}), run, lookup)).toBe(107);
    expect(throttleAmount(need({}), runOf({ text, choices: 3 }), lookup)).toBe(400);
  });

  it('has the images of the model that takes most for one', () => {
    const most = Math.max(...['small', 'large'].map((name) => lookup(`sandbox/${name}`)?.imageTokens ?? 0));
    expect(throttleAmount(need({}), runOf({ text, images: 2 }), lookup)).toBe(200 + 2 * most);
  });

  it('is money at the dearest price on the way, and not known where a model has none', () => {
    const run = runOf({ text });
    const [small, large] = ['sandbox/small', 'sandbox/large'].map((name) =>
      throttleAmount(need({ of: 'usd', models: [name] }), run, lookup),
    );
    expect(small).toBeGreaterThan(0);
    expect(large).toBeGreaterThan(small ?? 0);
    expect(throttleAmount(need({ of: 'usd' }), run, lookup)).toBe(large);
    const unpriced = (name: string): Model | undefined => {
      const model = lookup(name);
      return model && { ...model, price: null };
    };
    expect(throttleAmount(need({ of: 'usd' }), run, unpriced)).toBeNull();
  });
});

const throttled = (settings: object, limited: 'small' | 'no' | null = null): Graph =>
  draw(
    {
      enter: ['request', {}],
      slow: ['throttle', { limit: { requests: 10, per: 'minute' }, ...settings }],
      large: ['model', { model: 'sandbox/large' }],
      ...(limited === 'small' ? { small: ['model', { model: 'sandbox/small' }] } : {}),
      ...(limited === 'no' ? { no: ['block', { status: 403, message: 'Not so fast.' }] } : {}),
    },
    ['enter.next > slow', 'slow.within > large', ...(limited === null ? [] : [`slow.limited > ${limited}`])],
  );

const NOW = Date.UTC(2026, 2, 2, 12);
const world = worldWith([]);
const chat = { model: 'sandbox/large', messages: [{ role: 'user' as const, content: 'hello' }] };

async function decided(graph: Graph, share: number) {
  const said = outsideSchema.parse({ throttles: { slow: share } });
  const { decision } = await simulate(compileGraph(graph), { body: chat, tags: new Map(), now: NOW }, said, world);
  return decision;
}

async function recorded(graph: Graph, share: number, different: Partial<ThrottleResult> = {}): Promise<Recorded> {
  const decision = await decided(graph, share);
  const kept: unknown = JSON.parse(JSON.stringify(decision.trace));
  const trace = recordedStepSchema
    .array()
    .parse(kept)
    .map((step) => ({
      ...step,
      ...(step.results
        ? { results: step.results.map((one) => ('waitedMs' in one ? { ...one, ...different } : one)) }
        : {}),
    }));
  const facts = { 'request.model': chat.model, 'request.max_tokens': null, 'content.tools': [] };
  return { trace, tags: new Map(), now: NOW, facts };
}

describe('a request at its limit', () => {
  it('leaves by “limited”, and is refused where that leads nowhere', async () => {
    const free = await decided(throttled({}), 0);
    expect([statusOf(free), whyRefused(free)]).toEqual([200, null]);
    const limited = await decided(throttled({}), 1);
    expect(statusOf(limited)).toBe(429);
    expect(whyRefused(limited)).toMatchObject({
      type: 'throttle',
      message: null,
      throttle: { used: 10, remaining: 0 },
    });
    const blocked = await decided(throttled({}, 'no'), 1);
    expect(statusOf(blocked)).toBe(429);
    expect(whyRefused(blocked)).toMatchObject({ type: 'throttle', message: 'Not so fast.' });
    expect(statusOf(await decided(throttled({}, 'small'), 1))).toBe(200);
    const tokens = { tokens: 10, per: 'day' };
    expect(statusOf(await decided(throttled({ limit: tokens }), 0))).toBe(400);
  });

  it('without a known price is not let pass, unless the drawing says so', async () => {
    const unpriced = (name: string): Model | undefined => {
      const model = lookup(name);
      return model && { ...model, price: null };
    };
    const ask = async (ifUnavailable: string) => {
      const graph = throttled({ limit: { money: 1_000_000_000, per: 'day' }, ifUnavailable });
      const request = { body: chat, tags: new Map(), now: NOW };
      const { decision } = await simulate(compileGraph(graph), request, outsideSchema.parse({}), {
        ...world,
        models: unpriced,
      });
      return [statusOf(decision), decision.trace[1]?.port, decision.trace[1]?.reason];
    };
    const reason = 'A model on the way has no known price, so what this request costs could not be counted.';
    expect(await ask('refuse')).toEqual([403, 'limited', reason]);
    expect(await ask('continue')).toEqual([200, 'within', reason]);
  });

  it('is warned of at publish where callers may choose what it is counted by', () => {
    const problems = (scope: string[]) =>
      checkGraph(throttled({ scope }), { ...world, callersChoose: (tag) => tag === 'feature' }).map(
        ({ code, severity, node }) => `${severity}: ${code} at ${node}`,
      );
    expect(problems(['project', 'team'])).toEqual([]);
    expect(problems(['project', 'tags.feature'])).toEqual(['warning: free_scope at slow']);
  });
});

describe('a replay', () => {
  const graph = throttled({ waitSeconds: 2 }, 'small');

  it('decides from the record on the version that decided, whatever came of it', async () => {
    const decidedAs = async (share: number, different: Partial<ThrottleResult> = {}) => {
      const result = await replay(compileGraph(graph), await recorded(graph, share, different), true);
      return [result.result, result.result === 'cannot tell' ? null : result.decision.trace[1]?.port];
    };
    expect(await decidedAs(0.5)).toEqual(['same', 'within']);
    expect(await decidedAs(0.5, { waitedMs: 1500 })).toEqual(['same', 'within']);
    expect(await decidedAs(1)).toEqual(['same', 'limited']);
    expect(await decidedAs(1, { why: 'hung_up', waitedMs: 300 })).toEqual(['same', 'limited']);
    // A record that does not fit together: the way that it would have led to was not taken.
    expect(await decidedAs(0.5, { port: 'limited', why: 'waited_in_vain' })).toEqual(['cannot tell', null]);
  });

  it.each([
    ['the same limit', {}, 1, {}, 'same'],
    ['a higher limit', { limit: { requests: 11, per: 'minute' } }, 1, {}, 'within'],
    ['a lower limit', { limit: { requests: 5, per: 'minute' } }, 0.5, {}, 'limited'],
    ['a limit still high enough', { limit: { requests: 6, per: 'minute' } }, 0.5, {}, 'same'],
    ['a limit on something else', { limit: { calls: 10 } }, 0.5, {}, 'cannot tell'],
    ['another time', { limit: { requests: 10, per: 'hour' } }, 0.5, {}, 'cannot tell'],
    ['another part', { scope: ['user'] }, 0.5, {}, 'cannot tell'],
    ['a wait where there was none', { waitSeconds: 2 }, 1, {}, 'cannot tell'],
    ['no wait where there was one', {}, 0.5, { waitedMs: 10, mayWaitMs: 2000 }, 'cannot tell'],
  ] as const)(
    'of another version with %s tells what can be told',
    async (_name, settings, share, different, expected) => {
      const record = await recorded(throttled({}, 'small'), share, different);
      const result = await replay(compileGraph(throttled(settings, 'small')), record, false);
      if (expected === 'same' || expected === 'cannot tell') return expect(result.result).toBe(expected);
      // Where the other way leads, nobody called a model then; the throttle itself is decided.
      expect(result).toMatchObject({ difference: { node: 'slow', now: { port: expected } } });
    },
  );

  it('does not guess what another estimate would have been', async () => {
    const tokens = (outputTokens: number): Graph =>
      throttled({ limit: { tokens: 10_000, per: 'minute', outputTokens } });
    const record = await recorded(tokens(500), 0.5);
    expect((await replay(compileGraph(tokens(500)), record, false)).result).toBe('same');
    expect((await replay(compileGraph(tokens(600)), record, false)).result).toBe('cannot tell');
  });
});
