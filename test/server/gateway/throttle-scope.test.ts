/** One scope of a throttle on a clock that the test moves: who passes, who waits, who comes first, what is forgotten. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Taken, ThrottleDecision } from '../../../policies/throttle.ts';
import { sayReset } from '../../../server/gateway/request-throttles.ts';
import { type Answered, type Asked, ThrottleScope, Throttles } from '../../../server/gateway/throttles.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: Date.UTC(2026, 2, 2) });
});
afterEach(() => vi.useRealTimers());

/** A request on its way through a scope. */
interface Request {
  readonly asked: Asked;
  readonly cameAt: number;
  leave: () => void;
  answered: Answered | null;
  answeredAt: number;
}

function send(scope: ThrottleScope, asked: Asked): Request {
  const request: Request = {
    asked,
    cameAt: performance.now(),
    leave: () => undefined,
    answered: null,
    answeredAt: Number.NaN,
  };
  const take = (answered: Answered): void => {
    expect(request.answered, 'answered once').toBeNull();
    request.answered = answered;
    request.answeredAt = performance.now();
  };
  const answered = scope.enter(asked, false, (leave) => {
    request.leave = leave;
  });
  if (answered instanceof Promise) void answered.then(take);
  else take(answered);
  return request;
}

const whyOf = ({ answered }: Request): ThrottleDecision['why'] | 'waiting' => answered?.decision.why ?? 'waiting';
const takenOf = ({ answered }: Request): Taken => answered?.taken ?? expect.fail('it did not pass');
const settled = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};

const oneASecond = { amount: 1, limit: 1, waitMs: 10_000 };

describe('a limit on a time', () => {
  it('lets requests wait, and serves them in order at the moment that there is room', async () => {
    const scope = new ThrottleScope('second');
    const requests = [1, 2, 3].map(() => send(scope, oneASecond));
    await settled();
    expect(requests.map(whyOf)).toEqual(['fits', 'waiting', 'waiting']);
    await vi.advanceTimersByTimeAsync(999);
    expect(requests.map(whyOf)).toEqual(['fits', 'waiting', 'waiting']);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests.map(whyOf)).toEqual(['fits', 'fits', 'waiting']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(requests.map(whyOf)).toEqual(['fits', 'fits', 'fits']);
    expect(requests.map(({ answered }) => answered?.decision.waitedMs)).toEqual([0, 1000, 2000]);
    expect(requests[2]?.answered?.decision.resetsAt).toBe(Date.now() + 1000);
  });

  it('lets nobody overtake those who wait, also where there would be room', async () => {
    const scope = new ThrottleScope('minute');
    const limit = 10;
    send(scope, { amount: 8, limit, waitMs: 0 });
    const large = send(scope, { amount: 5, limit, waitMs: 120_000 });
    const small = send(scope, { amount: 1, limit, waitMs: 120_000 });
    await vi.advanceTimersByTimeAsync(59_999);
    expect([large, small].map(whyOf)).toEqual(['waiting', 'waiting']);
    await vi.advanceTimersByTimeAsync(1);
    expect([large, small].map(whyOf)).toEqual(['fits', 'fits']);
  });

  it('serves the next when the first of those who wait has left', async () => {
    const scope = new ThrottleScope('hour');
    send(scope, { amount: 8, limit: 10, waitMs: 0 });
    const [large, small] = [5, 1].map((amount) => send(scope, { amount, limit: 10, waitMs: 3_600_000 }));
    if (!large || !small) expect.fail('there are two');
    large.leave();
    await settled();
    expect([large, small].map(whyOf)).toEqual(['hung_up', 'fits']);
    large.leave();
    await settled();
    expect(scope.left(10).remaining).toBe(1);
  });

  it('refuses at the end of the wait, and at once where waiting would surely be in vain', async () => {
    const scope = new ThrottleScope('minute');
    const asked = { amount: 1, limit: 1, waitMs: 2000 };
    const first = send(scope, { ...asked, waitMs: 0 });
    const inVain = send(scope, asked);
    expect(whyOf(first)).toBe('fits');
    // The first is still an estimate, which may turn out to be nothing: it is worth waiting.
    expect(whyOf(inVain)).toBe('waiting');
    await vi.advanceTimersByTimeAsync(2000);
    expect(inVain.answered?.decision).toMatchObject({ why: 'waited_in_vain', waitedMs: 2000, used: 1 });
    expect(inVain.answered?.decision.retryAt).toBe(Date.now() + 58_000);
    scope.settle(takenOf(first), 1);
    const refused = send(scope, asked);
    expect(refused.answered?.decision).toMatchObject({ why: 'over_limit', waitedMs: 0 });
    expect(whyOf(send(scope, { ...asked, amount: 2 }))).toBe('too_large');
  });

  it('gives what an estimate had too much to those who wait', async () => {
    const scope = new ThrottleScope('day');
    const first = send(scope, { amount: 900, limit: 1000, waitMs: 0 });
    const second = send(scope, { amount: 500, limit: 1000, waitMs: 5000 });
    scope.settle(takenOf(first), 450);
    await settled();
    expect(whyOf(second)).toBe('fits');
    expect(scope.left(1000).remaining).toBe(50);
    scope.settle(takenOf(second), 700);
    expect(scope.left(1000).remaining).toBe(0);
  });

  it('lets at most a thousand wait, and refuses all of them when the gateway stops', async () => {
    const throttles = new Throttles();
    const scope = throttles.scope('org', 'key', 'second') ?? expect.fail('there is room for one');
    const requests = Array.from({ length: 1002 }, () => send(scope, oneASecond));
    await settled();
    expect(requests.map(whyOf).slice(999)).toEqual(['waiting', 'waiting', 'too_many_waiting']);
    throttles.stop();
    await settled();
    expect(requests.filter((one) => whyOf(one) === 'stopping')).toHaveLength(1000);
    expect(vi.getTimerCount()).toBe(0);
    const late = scope.enter(oneASecond, throttles.isStopping, () => undefined);
    expect(late).toMatchObject({ decision: { why: 'stopping' }, taken: null });
  });
});

const traffic = fc.record({
  per: fc.constantFrom('second', 'minute', null),
  limit: fc.integer({ min: 1, max: 12 }),
  events: fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          type: fc.constant('come' as const),
          amount: fc.integer({ min: 0, max: 8 }),
          wait: fc.constantFrom(0, 100, 2000, 60_000),
        }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('hang up' as const), which: fc.nat(1000) }) },
      {
        weight: 3,
        arbitrary: fc.record({ type: fc.constant('end' as const), which: fc.nat(1000), used: fc.nat(8) }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.constantFrom(0, 1, 90, 1000, 30_000) }),
      },
    ),
    { minLength: 1, maxLength: 80, size: 'max' },
  ),
});

describe('any traffic', () => {
  it('stays within the limit, is served in order, and leaves nobody without an answer', async () => {
    await fc.assert(
      fc.asyncProperty(traffic, async ({ per, limit, events }) => {
        const scope = new ThrottleScope(per);
        const all: Request[] = [];
        const open: Request[] = [];
        /** Calls count for one each, and come back as nothing. */
        const isCalls = per === null;
        const period = per === 'second' ? 1000 : per === 'minute' ? 60_000 : Number.POSITIVE_INFINITY;
        const counted = new Map<Request, number>();
        const check = (): void => {
          for (const request of all) {
            if (!request.answered?.taken || counted.has(request)) continue;
            counted.set(request, request.asked.amount);
            open.push(request);
            let sum = 0;
            for (const [one, amount] of counted) if (one.answeredAt > request.answeredAt - period) sum += amount;
            // What really was more than its estimate may stand above the limit; nothing is admitted on top of it.
            expect(sum).toBeLessThanOrEqual(limit);
          }
          const admitted = all.filter(({ answered }) => answered?.taken);
          const order = [...admitted].sort((a, b) => a.answeredAt - b.answeredAt);
          expect(order).toEqual(admitted);
        };
        for (const event of events) {
          if (event.type === 'time') await vi.advanceTimersByTimeAsync(event.ms);
          else if (event.type === 'come') {
            const amount = isCalls ? 1 : event.amount;
            all.push(send(scope, { amount, limit, waitMs: event.wait }));
          } else if (event.type === 'hang up') all[event.which % all.length]?.leave();
          else {
            const [ended] = open.splice(event.which % Math.max(1, open.length), 1);
            if (ended) {
              const used = isCalls ? 0 : Math.min(event.used, ended.asked.amount);
              counted.set(ended, used);
              scope.settle(takenOf(ended), used);
            }
          }
          await settled();
          check();
        }
        await vi.advanceTimersByTimeAsync(60_000);
        check();
        for (const one of all) {
          expect(whyOf(one)).not.toBe('waiting');
          expect(one.answeredAt - one.cameAt).toBeLessThanOrEqual(one.asked.waitMs);
        }
        for (const one of open) scope.settle(takenOf(one), 0);
        await vi.advanceTimersByTimeAsync(61_000);
        expect([scope.isFree, vi.getTimerCount()]).toEqual([true, 0]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what is remembered', () => {
  it('is given out again for the same key, and apart for each organisation', () => {
    const throttles = new Throttles();
    const scope = throttles.scope('a', 'key', 'hour');
    expect(throttles.scope('a', 'key', 'hour')).toBe(scope);
    expect(throttles.scope('b', 'key', 'hour')).not.toBe(scope);
  });

  it('is forgotten when all of it is free again, and never while something counts or waits', async () => {
    const throttles = new Throttles();
    const busy = throttles.scope('org', 'busy', null) ?? expect.fail('there is room');
    const call = send(busy, { amount: 1, limit: 1, waitMs: 0 });
    for (let i = 0; i < 500; i++) {
      const scope = throttles.scope('org', `user ${i}`, 'second') ?? expect.fail('there is room');
      send(scope, { amount: 1, limit: 1, waitMs: 0 });
    }
    expect(throttles.size).toBe(501);
    await vi.advanceTimersByTimeAsync(1000);
    for (let i = 0; i < 501; i++) throttles.scope('org', `other ${i}`, 'second');
    expect(throttles.size).toBeLessThan(510);
    expect(throttles.scope('org', 'busy', null)).toBe(busy);
    busy.settle(takenOf(call), 0);
    for (let i = 0; i < 20; i++) throttles.scope('org', `more ${i}`, 'second');
    expect(throttles.scope('org', 'busy', null)).not.toBe(busy);
  });

  it('has an end, beyond which nothing new is taken until something is forgotten', async () => {
    const throttles = new Throttles();
    let taken = 0;
    for (; taken < 60_000; taken++) {
      const scope = throttles.scope('org', `user ${taken}`, 'second');
      if (!scope) break;
      send(scope, { amount: 1, limit: 1, waitMs: 0 });
    }
    expect(taken).toBe(50_000);
    expect(throttles.scope('another', 'user', 'second')).not.toBeNull();
    await vi.advanceTimersByTimeAsync(1000);
    expect(throttles.scope('org', 'new', 'second')).not.toBeNull();
  });
});

it.each([
  [0, '0ms'],
  [11.2, '12ms'],
  [1000, '1s'],
  [59_143, '59.143s'],
  [360_000, '6m0s'],
  [3_605_000, '1h0m5s'],
  [86_400_000, '24h0m0s'],
])('writes %d milliseconds as the OpenAI API does: %s', (milliseconds, words) => {
  expect(sayReset(milliseconds)).toBe(words);
});
