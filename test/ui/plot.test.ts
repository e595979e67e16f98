import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentWords, type Plot, sayValue, sayValueBriefly, timeMarks } from '../../ui/charts/plot.ts';
import { writeCsv } from '../../ui/charts/plot-csv.ts';

const DAY_MS = 86_400_000;

const plot: Plot = {
  title: 'Spend',
  description: '',
  unit: 'usd',
  moments: [Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1), Date.UTC(2026, 2, 1)],
  step: 'month',
  timeZone: 'UTC',
  form: 'lines',
  series: [
    { label: 'team "search", and more', values: [1_500_000_000, null, -2_000_000_000] },
    { label: '=2+3', values: [0, 1, 2] },
  ],
};

describe('the values of a plot as a file', () => {
  it('are those of the part that is shown, in dollars, with nothing where there is none', () => {
    expect(writeCsv(plot, 1, 2).split('\r\n').slice(1)).toEqual([
      '2026-02-01T00:00:00.000Z,,0.000000001',
      '2026-03-01T00:00:00.000Z,-2,0.000000002',
      '',
    ]);
  });

  it('have names that no spreadsheet takes for more cells or for a formula', () => {
    const head = writeCsv(plot, 0, 2).split('\r\n')[0];
    expect(head).toBe(`Time,"team ""search"", and more (dollars)",'=2+3 (dollars)`);
  });

  it('are tokens, requests and milliseconds as they are', () => {
    const series = [{ label: 'All', values: [3, 4.5, null] }];
    expect(writeCsv({ ...plot, unit: 'milliseconds', series }, 0, 0)).toBe(
      'Time,All (milliseconds)\r\n2026-01-01T00:00:00.000Z,3\r\n',
    );
  });
});

describe('a plot in words', () => {
  it('says values in full and briefly', () => {
    expect([sayValue(1_250_500_000_000, 'usd'), sayValue(1, 'requests'), sayValue(2, 'tokens')]).toEqual([
      '$1,250.50',
      '1 request',
      '2 tokens',
    ]);
    expect([sayValueBriefly(1_250_500_000_000, 'usd'), sayValueBriefly(12_000, 'tokens')]).toEqual(['$1.25K', '12K']);
  });

  it('says moments by the clocks of its zone', () => {
    const at = Date.UTC(2026, 10, 30, 23);
    expect(momentWords('day', 'Europe/Berlin')(at)).toBe('1 Dec 2026');
    expect(momentWords('month', 'UTC')(at)).toBe('November 2026');
  });

  it('marks beginnings of hours, days or months of its zone, a few of them, all within it', () => {
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns'];
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) }),
        fc.integer({ min: 2 * 3_600_000, max: 400 * DAY_MS }),
        fc.constantFrom(...zones),
        (from, length, zone) => {
          const { at } = timeMarks(from, from + length, zone);
          expect(at.length).toBeGreaterThan(0);
          expect(at.length).toBeLessThanOrEqual(7);
          expect(at.every((one, i) => one >= from && one <= from + length && one > (at[i - 1] ?? 0))).toBe(true);
          const minute = new Intl.DateTimeFormat('en-GB', { timeZone: zone, minute: 'numeric' });
          expect(at.every((one) => Number(minute.format(one)) === 0)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
