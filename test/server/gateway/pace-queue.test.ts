/** Who waits for room in an account is served in the order of coming, on a clock that the test moves. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OwnLimits, Paced } from '../../../server/gateway/allowance.ts';
import { type LetThrough, type NoRoom, Pace, type RoomAsked } from '../../../server/gateway/pacing.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => vi.useRealTimers());

/** A call on its way to a model. */
interface Call {
  readonly asked: RoomAsked;
  readonly cameAt: number;
  leave: () => void;
  entered: LetThrough | NoRoom | null;
  enteredAt: number;
}

const newPace = (): Pace => new Pace(() => performance.now());

function come(pace: Pace, asked: Partial<RoomAsked>): Call {
  const call: Call = {
    asked: { tokens: 0, own: undefined, waitMs: 60_000, isLastHope: false, ...asked },
    cameAt: performance.now(),
    leave: () => undefined,
    entered: null,
    enteredAt: Number.NaN,
  };
  const take = (entered: LetThrough | NoRoom): void => {
    expect(call.entered, 'answered once').toBeNull();
    call.entered = entered;
    call.enteredAt = performance.now();
  };
  const entered = pace.enter(call.asked, (leave) => {
    call.leave = leave;
  });
  if (entered instanceof Promise) void entered.then(take);
  else take(entered);
  return call;
}

const said = (limit: number, remaining: number, fullInMs: number) => ({ limit, remaining, fullInMs });
const stateOf = ({ entered }: Call): string =>
  entered === null ? 'waiting' : entered.paced ? 'through' : `none, behind ${entered.before}`;
const pacedOf = ({ entered }: Call): Paced => entered?.paced ?? expect.fail('it was not let through');
const settled = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};

describe('calls that wait for room in an account', () => {
  it('are let through in the order of coming, each at the moment that there is room', async () => {
    const pace = newPace();
    pace.said({ requests: said(60, 0, 60_000), tokens: null }, null);
    const calls = [1, 2, 3].map(() => come(pace, {}));
    await vi.advanceTimersByTimeAsync(999);
    expect(calls.map(stateOf)).toEqual(['waiting', 'waiting', 'waiting']);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls.map(stateOf)).toEqual(['through', 'waiting', 'waiting']);
    await vi.advanceTimersByTimeAsync(2000);
    expect(calls.map(({ entered }) => entered?.waitedMs)).toEqual([1000, 2000, 3000]);
  });

  it('are overtaken by nobody, also where a smaller one would fit', async () => {
    const pace = newPace();
    const own = { tokens: 1000 };
    come(pace, { own, tokens: 900 });
    const large = come(pace, { own, tokens: 1000 });
    const small = come(pace, { own, tokens: 10 });
    const atOnce = come(pace, { own, tokens: 10, waitMs: 0 });
    const lastHope = come(pace, { own, tokens: 10, waitMs: 0, isLastHope: true });
    expect([atOnce, lastHope].map(stateOf)).toEqual(['none, behind 2', 'none, behind 2']);
    expect(atOnce.entered).toMatchObject({ retryAfterMs: 60_000 });
    await vi.advanceTimersByTimeAsync(59_999);
    expect([large, small].map(stateOf)).toEqual(['waiting', 'waiting']);
    await vi.advanceTimersByTimeAsync(1);
    expect([large, small].map(stateOf)).toEqual(['through', 'none, behind 0']);
  });

  it('share one timer', async () => {
    const pace = newPace();
    pace.said({ requests: said(60, 0, 60_000), tokens: null }, null);
    const calls = Array.from({ length: 50 }, () => come(pace, { isLastHope: true, waitMs: 40_000 }));
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(40_000);
    // Forty in forty seconds; for the others it is too late, and the first of these has nobody before it.
    expect(calls.filter((call) => stateOf(call) === 'through')).toHaveLength(50);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('move up at once when the first of them has gone', async () => {
    const pace = newPace();
    pace.said({ requests: null, tokens: said(1000, 100, 60_000) }, null);
    const large = come(pace, { tokens: 600 });
    const small = come(pace, { tokens: 50 });
    const last = come(pace, { tokens: 40 });
    expect([large, small, last].map(stateOf)).toEqual(['waiting', 'waiting', 'waiting']);
    large.leave();
    await settled();
    expect([large, small, last].map(stateOf)).toEqual(['none, behind 0', 'through', 'through']);
    large.leave();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are woken by what a call really used, by what a vendor says, and by what was not sent', async () => {
    const pace = newPace();
    const own = { tokens: 1000 };
    const first = come(pace, { own, tokens: 900 });
    const second = come(pace, { own, tokens: 900 });
    pace.settle(pacedOf(first), 100);
    await settled();
    expect(stateOf(second)).toBe('through');
    const third = come(pace, { own, tokens: 900 });
    pace.giveBack(pacedOf(second));
    await settled();
    expect(stateOf(third)).toBe('through');

    const other = newPace();
    other.said({ requests: said(10, 0, 60_000), tokens: null }, null);
    const waiting = come(other, {});
    other.said({ requests: said(10, 1, 60_000), tokens: null }, null);
    await settled();
    expect(stateOf(waiting)).toBe('through');
  });

  it('hear of limits that an administrator has changed since', async () => {
    const pace = newPace();
    const calls = [1, 2, 3].map(() => come(pace, { own: { requests: 1 }, waitMs: 150_000 }));
    expect(calls.map(stateOf)).toEqual(['through', 'waiting', 'waiting']);
    calls.push(come(pace, { own: { requests: 4 }, waitMs: 0 }));
    await settled();
    expect(calls.map(stateOf)).toEqual(['through', 'through', 'through', 'through']);
    const waits = come(pace, { own: { requests: 4 } });
    expect(stateOf(waits)).toBe('waiting');
    expect(pace.isLimited(undefined)).toBe(true);
    expect(stateOf(come(pace, { own: undefined }))).toBe('through');
    await settled();
    expect(stateOf(waits)).toBe('through');
    expect(pace.isLimited(undefined)).toBe(false);
  });

  it('are sent on at once where their turn would come too late, and at the end of their time', async () => {
    const pace = newPace();
    pace.said({ requests: said(60, 0, 60_000), tokens: null }, null);
    const calls = [3000, 3000, 3000, 3000].map((waitMs) => come(pace, { waitMs }));
    expect(calls.map(stateOf)).toEqual(['waiting', 'waiting', 'waiting', 'none, behind 3']);
    expect(calls[3]?.entered).toMatchObject({ waitedMs: 0, retryAfterMs: 4000 });
    // The vendor counts what others used of the account.
    pace.said({ requests: said(60, 0, 600_000), tokens: null }, null);
    await settled();
    expect(calls.map(stateOf).slice(0, 3)).toEqual(['none, behind 0', 'none, behind 0', 'none, behind 0']);

    const own = { tokens: 10 };
    const limited = newPace();
    come(limited, { own, tokens: 10 });
    const [inTime, inVain] = [come(limited, { own, tokens: 1 }), come(limited, { own, tokens: 1, waitMs: 500 })];
    await vi.advanceTimersByTimeAsync(500);
    expect([inTime, inVain].map(stateOf)).toEqual(['waiting', 'none, behind 1']);
    expect(inVain.entered).toMatchObject({ waitedMs: 500, retryAfterMs: 59_500 });
    expect(come(limited, { own, tokens: 11 }).entered).toMatchObject({ paced: null, retryAfterMs: null });
  });

  it('are called as the last hope where nobody waits before them, when what a vendor said is too far off', async () => {
    const pace = newPace();
    pace.said({ requests: said(60, 0, 60_000_000), tokens: null }, null);
    expect(stateOf(come(pace, { isLastHope: true, waitMs: 0 }))).toBe('through');
    expect(stateOf(come(pace, { isLastHope: true, waitMs: 100 }))).toBe('through');
    expect(stateOf(come(pace, { waitMs: 100 }))).toBe('none, behind 0');
  });

  it('are at most a thousand', () => {
    const pace = newPace();
    const own = { requests: 10_000, tokens: 10 };
    come(pace, { own, tokens: 10 });
    const calls = Array.from({ length: 1001 }, () => come(pace, { own, tokens: 1 }));
    expect(calls.map(stateOf).slice(999)).toEqual(['waiting', 'none, behind 1000']);
    for (const call of calls) call.leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** A bucket as a vendor is taken to keep it. */
interface Bucket {
  readonly limit: number;
  readonly perMs: number;
  left: number;
  at: number;
}

const limits = fc.record({ requests: fc.integer({ min: 1, max: 5 }), tokens: fc.integer({ min: 1, max: 12 }) });
const saidLimit = fc
  .record({ limit: fc.integer({ min: 1, max: 12 }), used: fc.nat(12), fullInMs: fc.integer({ min: 500, max: 90_000 }) })
  .map(({ limit, used, fullInMs }) => said(limit, Math.max(0, limit - used), fullInMs));
const traffic = fc.record({
  own: fc.option(limits, { freq: 3 }),
  events: fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          type: fc.constant('come' as const),
          tokens: fc.nat(8),
          waitMs: fc.constantFrom(0, 100, 2000, 60_000, 200_000),
          isLastHope: fc.boolean(),
        }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('leave' as const), which: fc.nat(1000) }) },
      {
        weight: 3,
        arbitrary: fc.record({ type: fc.constant('end' as const), which: fc.nat(1000), used: fc.nat(8) }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('not sent' as const), which: fc.nat(1000) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('limits' as const), own: limits }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('said' as const), limit: saidLimit }) },
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.constantFrom(0, 1, 90, 1000, 30_000) }),
      },
    ),
    { minLength: 1, maxLength: 80, size: 'max' },
  ),
});

describe('any traffic of an account', () => {
  it('keeps to its limits, is served in the order of coming, and leaves nobody without an answer', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async ({ own: ownAtFirst, events }) => {
        const pace = newPace();
        const all: Call[] = [];
        const open: Call[] = [];
        let ownNow: OwnLimits | undefined = ownAtFirst ?? undefined;
        let ownTold: OwnLimits | undefined;
        let bucket: Bucket | null = null;
        /** Those let through, in all and since the vendor said its limit last. */
        const seen = new Set<Call>();
        const saidSince = new Set<Call>();
        /** What those let through count for in limits of one's own. */
        const counted = new Map<Call, number>();

        const checkOwn = (call: Call): void => {
          const within = [...counted].filter(([one]) => one.enteredAt > call.enteredAt - 60_000);
          expect(within.length).toBeLessThanOrEqual(ownTold?.requests ?? Number.POSITIVE_INFINITY);
          const tokens = within.reduce((sum, [, amount]) => sum + amount, 0);
          expect(tokens).toBeLessThanOrEqual(ownTold?.tokens ?? Number.POSITIVE_INFINITY);
        };
        const checkSaid = ({ asked: { tokens, isLastHope }, enteredAt }: Call): void => {
          if (!bucket) return;
          bucket.left = Math.min(bucket.limit, bucket.left + (enteredAt - bucket.at) * bucket.perMs) - tokens;
          bucket.at = enteredAt;
          // As the last hope, and with more than the whole limit, it is for the vendor to refuse it.
          if (!isLastHope && tokens <= bucket.limit && tokens > 0) expect(bucket.left).toBeGreaterThan(-1e-6);
        };
        const check = (): void => {
          for (const [place, call] of all.entries()) {
            if (!call.entered?.paced || seen.has(call)) continue;
            seen.add(call);
            counted.set(call, call.asked.tokens);
            open.push(call);
            saidSince.add(call);
            checkOwn(call);
            checkSaid(call);
            const earlier = all.slice(0, place);
            expect(earlier.filter((one) => one.entered === null || one.enteredAt > call.enteredAt)).toEqual([]);
          }
          const through = all.flatMap(({ entered }) => entered?.paced?.requestsSent ?? []);
          expect(through, 'the order in which room was taken is that of coming').toEqual(
            [...through].sort((a, b) => a - b),
          );
        };
        const takeOpen = (which: number): Call | undefined => open.splice(which % Math.max(1, open.length), 1)[0];

        for (const event of events) {
          if (event.type === 'time') await vi.advanceTimersByTimeAsync(event.ms);
          else if (event.type === 'come') {
            ownTold = ownNow;
            const { tokens, waitMs, isLastHope } = event;
            if (pace.isLimited(ownNow)) all.push(come(pace, { tokens, waitMs, isLastHope, own: ownNow }));
          } else if (event.type === 'leave') all[event.which % Math.max(1, all.length)]?.leave();
          else if (event.type === 'limits') ownNow = ownAtFirst ? event.own : undefined;
          else if (event.type === 'said') {
            const { limit, remaining, fullInMs } = event.limit;
            const used = limit - remaining;
            bucket = {
              limit,
              left: remaining,
              at: performance.now(),
              perMs: used > 0 ? used / fullInMs : limit / 60_000,
            };
            saidSince.clear();
            pace.said({ requests: null, tokens: event.limit }, null);
          } else if (event.type === 'end') {
            const ended = takeOpen(event.which);
            if (ended) {
              const used = Math.min(event.used, ended.asked.tokens);
              counted.set(ended, used);
              pace.settle(pacedOf(ended), used);
            }
          } else {
            const unsent = takeOpen(event.which);
            if (unsent) {
              const now = performance.now();
              if (bucket && saidSince.has(unsent)) {
                bucket.left = Math.min(bucket.limit, bucket.left + (now - bucket.at) * bucket.perMs);
                bucket.left += unsent.asked.tokens;
                bucket.at = now;
              }
              counted.delete(unsent);
              pace.giveBack(pacedOf(unsent));
            }
          }
          await settled();
          check();
        }
        await vi.advanceTimersByTimeAsync(200_000);
        for (const call of all) {
          expect(stateOf(call)).not.toBe('waiting');
          expect(call.enteredAt - call.cameAt).toBeLessThanOrEqual(call.asked.waitMs);
        }
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
