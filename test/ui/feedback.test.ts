import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meaningOf, sayScore } from '../../ui/app/score-words.ts';
import { rowsOf, sumOf } from '../../ui/screens/policies/feedback-sums.ts';

describe('feedback', () => {
  it.each([
    [1, '+1', 'good'],
    [0.6, '+0.6', 'good'],
    [0.5, '+0.5', 'rather good'],
    [0, '0', 'neither good nor bad'],
    [-0.004, '0', 'neither good nor bad'],
    [-0.5, '-0.5', 'rather bad'],
    [-1, '-1', 'bad'],
  ])('of %d is written %s and means %s', (score, written, meaning) => {
    expect([sayScore(score), meaningOf(score)]).toEqual([written, meaning]);
  });

  it('is put together by version and model, and loses nothing of it', () => {
    const total = fc.record({
      version: fc.constantFrom(null, 1, 2),
      model: fc.constantFrom(null, 'sandbox/small', 'sandbox/large'),
      count: fc.integer({ min: 1, max: 100 }),
      mean: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(total), (totals) => {
        const rows = rowsOf(totals);
        const [all, again] = [sumOf(totals), sumOf(rows)];
        expect(again.count).toBe(all.count);
        expect(again.mean).toBeCloseTo(all.mean, 9);
        for (const { version, model, count, mean } of rows) {
          const same = totals.filter((one) => one.version === version && one.model === model);
          expect(count).toBe(same.reduce((sum, one) => sum + one.count, 0));
          expect(mean).toBeCloseTo(sumOf(same).mean, 9);
        }
        expect(new Set(rows.map(({ version, model }) => `${version} ${model}`)).size).toBe(rows.length);
      }),
    );
  });
});
