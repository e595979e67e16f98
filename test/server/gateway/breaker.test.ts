/** When a model that keeps failing is left alone, and when it is tried again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL_FAILURES } from '../../../policies/effects.ts';
import { Breaker, isTrouble } from '../../../server/gateway/breaker.ts';
import { Health } from '../../../server/gateway/health.ts';
import { retryDelay } from '../../../server/gateway/retries.ts';
import { SlicedSums } from '../../../server/gateway/sliced-sums.ts';

const NOW = 1_000_000;

/** A breaker that five failures have just opened. */
function opened(): Breaker {
  const breaker = new Breaker();
  for (let i = 0; i < 5; i++) breaker.failed('free', 'server_error', 0, NOW);
  return breaker;
}

describe('a breaker', () => {
  it('opens after five failures in a row, and not after four', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 4; i++) breaker.failed('free', 'connect', 0, NOW);
    expect(breaker.state(NOW)).toBe('closed');
    breaker.answered(NOW);
    for (let i = 0; i < 4; i++) breaker.failed('free', 'connect', 0, NOW);
    expect(breaker.enter(NOW)).toBe('free');
    breaker.failed('free', 'connect', 0, NOW);
    expect(breaker.state(NOW)).toBe('open');
    expect(breaker.enter(NOW)).toBeNull();
    expect(breaker.openInMs(NOW)).toBe(5000);
  });

  it('opens when half of ten calls in thirty seconds have failed', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 5; i++) {
      breaker.answered(NOW + i);
      expect(breaker.state(NOW + i)).toBe('closed');
      breaker.failed('free', 'timeout', 0, NOW + i);
    }
    expect(breaker.state(NOW + 5)).toBe('open');
  });

  it('counts no failures that are longer ago', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 4; i++) {
      breaker.failed('free', 'timeout', 0, NOW);
      breaker.answered(NOW);
    }
    breaker.failed('free', 'timeout', 0, NOW + 31_000);
    breaker.answered(NOW + 31_000);
    expect(breaker.state(NOW + 31_000)).toBe('closed');
  });

  it('lets one probe through after its cool-down, which closes it', () => {
    const breaker = opened();
    expect(breaker.enter(NOW + 4999)).toBeNull();
    expect(breaker.state(NOW + 5000)).toBe('half_open');
    expect(breaker.enter(NOW + 5000)).toBe('probe');
    expect(breaker.enter(NOW + 5000)).toBeNull();
    breaker.answered(NOW + 5001);
    expect(breaker.state(NOW + 5001)).toBe('closed');
    expect(breaker.enter(NOW + 5001)).toBe('free');
    for (let i = 0; i < 4; i++) breaker.failed('free', 'connect', 0, NOW + 5002);
    expect(breaker.state(NOW + 5002)).toBe('closed');
  });

  it('doubles its cool-down with every probe that fails, up to two minutes', () => {
    const breaker = opened();
    let now = NOW;
    for (const seconds of [5, 10, 20, 40, 80, 120, 120]) {
      expect(breaker.openInMs(now)).toBe(seconds * 1000);
      now += seconds * 1000;
      expect(breaker.enter(now)).toBe('probe');
      breaker.failed('probe', 'rate_limited', 0, now);
    }
    now += 120_000;
    expect(breaker.enter(now)).toBe('probe');
    breaker.answered(now);
    for (let i = 0; i < 5; i++) breaker.failed('free', 'connect', 0, now);
    expect(breaker.openInMs(now)).toBe(5000);
  });

  it('lets another probe through when one says nothing of the model', () => {
    for (const failure of CALL_FAILURES.filter((one) => !isTrouble(one))) {
      const breaker = opened();
      expect(breaker.enter(NOW + 5000)).toBe('probe');
      breaker.failed('probe', failure, 1000, NOW + 5000);
      expect(breaker.enter(NOW + 5000), failure).toBe('probe');
      breaker.left('probe');
      expect(breaker.enter(NOW + 5000), failure).toBe('probe');
    }
  });

  it('rests after one failure where it is told to, and until an answer says otherwise', () => {
    const breaker = new Breaker();
    breaker.failed('free', 'rate_limited', 2000, NOW);
    expect([breaker.state(NOW), breaker.enter(NOW), breaker.openInMs(NOW)]).toEqual(['resting', null, 2000]);
    expect(breaker.enter(NOW + 2000)).toBe('free');
    breaker.failed('free', 'rate_limited', 2000, NOW);
    breaker.answered(NOW);
    expect(breaker.enter(NOW)).toBe('free');
  });

  it('counts an answer that breaks off', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 5; i++) {
      breaker.answered(NOW);
      breaker.brokeOff(NOW);
    }
    expect(breaker.state(NOW)).toBe('open');
  });

  it('never has two probes under way, whatever happens', () => {
    const step = fc.record({
      wait: fc.constantFrom(0, 100, 5000, 20_000, 130_000),
      end: fc.constantFrom('answered', 'failed', 'left', 'none'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const breaker = new Breaker();
        const probes: number[] = [];
        let now = NOW;
        steps.forEach(({ wait, end }, i) => {
          now += wait;
          const pass = breaker.enter(now);
          if (pass === 'probe') {
            expect(probes).toEqual([]);
            probes.push(i);
          }
          if (end === 'none' || pass === null) return;
          if (pass === 'probe') probes.pop();
          if (end === 'answered') {
            breaker.answered(now);
            probes.splice(0);
          } else if (end === 'failed') breaker.failed(pass, 'server_error', 0, now);
          else breaker.left(pass);
        });
      }),
    );
  });
});

describe('what is measured of a model', () => {
  it('is summed up over the last minutes, like a list of all that happened', () => {
    const happening = fc.record({ wait: fc.integer({ min: 0, max: 40_000 }), amount: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 80 }), (happenings) => {
        const sums = new SlicedSums(30, 10_000, 2);
        const all: { at: number; amount: number }[] = [];
        let now = NOW;
        for (const { wait, amount } of happenings) {
          now += wait;
          all.push({ at: now, amount });
          sums.add(1, amount, now);
          const slice = (at: number): number => Math.floor(at / 10_000);
          const kept = all.filter(({ at }) => slice(now) - slice(at) < 30);
          expect(sums.sum(1, now)).toBe(kept.reduce((sum, one) => sum + one.amount, 0));
          expect(sums.sum(0, now)).toBe(0);
        }
      }),
    );
  });

  it('is a mean of what was measured, and nothing where nothing was', () => {
    const health = new Health();
    expect(health.figures(NOW)).toEqual({
      calls: 0,
      errors: 0,
      firstTokenMs: null,
      tokensPerSecond: null,
      underWay: 0,
    });
    health.began(100, NOW);
    health.began(300, NOW);
    health.ended({ error: false, outputTokens: 100, writingMs: 1000 }, NOW);
    health.ended({ error: true, outputTokens: 0, writingMs: 0 }, NOW);
    expect(health.figures(NOW)).toMatchObject({ calls: 2, errors: 1, firstTokenMs: 200, tokensPerSecond: 100 });
    expect(health.figures(NOW + 301_000)).toMatchObject({ calls: 0, firstTokenMs: null });
  });
});

describe('the wait before another try', () => {
  it('doubles from a quarter of a second to eight, and half of it is chance', () => {
    expect([1, 2, 3, 6, 9].map((tries) => retryDelay(tries, null, 0))).toEqual([250, 500, 1000, 8000, 8000]);
    expect(retryDelay(2, null, 0.999)).toBeCloseTo(250, 0);
  });

  it('is what the provider asks for, and never less', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (asked, chance) => {
        const delay = retryDelay(1, asked, chance);
        expect(delay).toBeGreaterThanOrEqual(asked);
        expect(delay).toBeLessThanOrEqual(asked * 1.1);
      }),
    );
  });
});
