import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowAt } from '../../../policies/budget.ts';
import { addLatencies, percentile, readLatencies, stepOf, writeLatencies } from '../../../server/usage/latencies.ts';
import { EVERY, HOUR_MS, nextOf, partAt, partsOf, runsOf, startOf } from '../../../server/usage/times.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kolkata'];
/** Changes of clocks, of the year, and the day that Apia skipped. */
const MOMENTS = [Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25), Date.UTC(2025, 11, 31), Date.UTC(2011, 11, 30)];
const moment = fc
  .tuple(fc.constantFrom(...MOMENTS), fc.integer({ min: -20 * 24 * HOUR_MS, max: 20 * 24 * HOUR_MS }))
  .map(([at, off]) => at + off);

describe('a span of time', () => {
  it('is taken apart as the clocks of a zone say, without a gap', () => {
    fc.assert(
      fc.property(
        moment,
        fc.integer({ min: 1, max: 10 * 24 * HOUR_MS }),
        fc.constantFrom(...EVERY),
        fc.constantFrom(...ZONES),
        (from, length, every, zone) => {
          const to = from + length;
          const parts = partsOf({ from, to }, every, zone, 1_000) ?? [];
          expect([parts[0]?.from, parts.at(-1)?.to]).toEqual([from, to]);
          for (const [i, part] of parts.entries()) {
            expect(part.start).toBe(windowAt(every, zone, part.from).start);
            expect(part.start).toBe(windowAt(every, zone, part.to - 1).start);
            if (i > 0) expect(part.from).toBe(parts[i - 1]?.to);
            expect(partAt(parts, part.from)).toBe(part);
            expect(partAt(parts, part.to - 1)).toBe(part);
          }
          expect(partAt(parts, from - 1)).toBeUndefined();
          expect(partAt(parts, to)).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has a limit to its parts', () => {
    expect(partsOf({ from: 0, to: 100 * HOUR_MS }, 'hour', 'UTC', 99)).toBeNull();
    expect(partsOf({ from: 0, to: 99 * HOUR_MS }, 'hour', 'UTC', 99)).toHaveLength(99);
  });

  it('is made of whole hours, days and months without a gap, and of no more rows than needed', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 24 * 400 }), (at, hours) => {
        const from = startOf('hour', at);
        const runs = runsOf({ from, to: from + hours * HOUR_MS });
        let reached = from;
        for (const run of runs) {
          expect(run.from).toBe(reached);
          for (let start = run.from; start < run.to; start = nextOf(run.level, start)) {
            expect(startOf(run.level, start)).toBe(start);
            reached = nextOf(run.level, start);
          }
          expect(reached).toBe(run.to);
        }
        expect(reached).toBe(from + hours * HOUR_MS);
        expect(runs.length).toBeLessThanOrEqual(5);
      }),
    );
  });
});

describe('a histogram', () => {
  const times = fc.array(fc.double({ min: 1, max: 3_600_000, noNaN: true }), { minLength: 1, maxLength: 60 });

  it('tells percentiles within 10 %', () => {
    fc.assert(
      fc.property(times, fc.constantFrom(0.5, 0.95, 1), (all, share) => {
        const histogram = new Map<number, number>();
        for (const time of all) addLatencies(histogram, new Map([[stepOf(time), 1]]));
        const sorted = [...all].sort((a, b) => a - b);
        const real = sorted[Math.ceil(all.length * share) - 1] ?? 0;
        const told = percentile(histogram, share) ?? 0;
        expect(Math.abs(told - real) / real).toBeLessThan(0.1 + 0.06 / real);
      }),
    );
    expect(percentile(new Map(), 0.5)).toBeNull();
  });

  it('is the same after it was written, and two texts together are the sum of both', () => {
    const histograms = fc.array(fc.tuple(fc.nat(120), fc.integer({ min: 1, max: 1e12 })));
    fc.assert(
      fc.property(histograms, histograms, (one, two) => {
        const [a, b] = [new Map(one), new Map(two)];
        const sum = new Map(a);
        addLatencies(sum, b);
        const read = new Map<number, number>();
        readLatencies(read, `${writeLatencies(a)} ${writeLatencies(b)}`);
        expect(writeLatencies(read)).toBe(writeLatencies(sum));
      }),
    );
  });
});
