import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanInterval, quantile, scoreInterval, shareInterval } from '../../policies/intervals.ts';

describe('the interval of a share', () => {
  it.each([
    // By Wilson's formula without correction, as textbooks and statistics programs give it.
    [0, 10, 0, 0.2775],
    [1, 10, 0.0179, 0.4042],
    [5, 10, 0.2366, 0.7634],
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [10, 10, 0.7225, 1],
  ])('of %i in %i is from %f to %f', (count, total, low, high) => {
    const interval = shareInterval(count, total);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('holds the share itself, is never outside 0 to 1, and narrows with more of the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.nat(), (total, some) => {
        const count = some % (total + 1);
        const { low, high } = shareInterval(count, total);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(count / total);
        expect(high).toBeGreaterThanOrEqual(count / total);
        const more = shareInterval(count * 4, total * 4);
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    );
  });
});

describe('the interval of a mean', () => {
  it('is that of the normal distribution', () => {
    // Mean 5, standard deviation 2.138, standard error 0.756.
    const interval = meanInterval([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(interval?.mean).toBe(5);
    expect(interval?.low).toBeCloseTo(3.5184, 4);
    expect(interval?.high).toBeCloseTo(6.4816, 4);
    expect(meanInterval([3, 3, 3])).toEqual({ mean: 3, low: 3, high: 3 });
    expect(meanInterval([3])).toBeNull();
  });

  it('of scores alone is at least as wide as by the scores themselves', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 20 }), (scores) => {
        const known = meanInterval(scores);
        const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
        const { low, high } = scoreInterval(mean, scores.length - 1);
        expect(low).toBeLessThanOrEqual(Math.max(-1, known?.low ?? -1) + 1e-9);
        expect(high).toBeGreaterThanOrEqual(Math.min(1, known?.high ?? 1) - 1e-9);
      }),
    );
  });
});

describe('a quantile', () => {
  it('has its interval between two of the values', () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 1);
    // 1.96 × √(100 × ½ × ½) is 9.8: ranks 40 and 61.
    expect(quantile(values, 0.5)).toEqual({ value: 50, low: 40, high: 61 });
    expect(quantile(values, 0.95)).toEqual({ value: 95, low: 90, high: null });
    expect(quantile([7], 0.5)).toEqual({ value: 7, low: null, high: null });
  });

  it('holds the true median about as often as it says', () => {
    let state = 12_345;
    const next = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) / 2 ** 24;
    };
    let held = 0;
    for (let i = 0; i < 1000; i++) {
      const { low, high } = quantile(
        Array.from({ length: 60 }, next).sort((a, b) => a - b),
        0.5,
      );
      if (low !== null && high !== null && low <= 0.5 && high >= 0.5) held += 1;
    }
    expect(held).toBeGreaterThan(930);
  });
});
