import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClosedSpan, MonthCalendar, monthAt, nextMonth, spanOfMonth } from '../../../server/months/month.ts';

const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

/** Beginnings of months by the clocks of each zone, and the hours of a month in which clocks are changed. */
const TABLE = [
  ['UTC', '2026-03', '2026-03-01T00:00:00.000Z', 31 * 24],
  ['Europe/Berlin', '2026-03', '2026-02-28T23:00:00.000Z', 31 * 24 - 1],
  ['Europe/Berlin', '2026-10', '2026-09-30T22:00:00.000Z', 31 * 24 + 1],
  ['America/New_York', '2026-11', '2026-11-01T04:00:00.000Z', 30 * 24 + 1],
  ['America/New_York', '2028-02', '2028-02-01T05:00:00.000Z', 29 * 24],
  ['America/New_York', '2027-01', '2027-01-01T05:00:00.000Z', 31 * 24],
  ['Asia/Kathmandu', '2026-07', '2026-06-30T18:15:00.000Z', 31 * 24],
  ['Australia/Lord_Howe', '2026-04', '2026-03-31T13:00:00.000Z', 30 * 24 + 0.5],
  ['Australia/Lord_Howe', '2026-10', '2026-09-30T13:30:00.000Z', 31 * 24 - 0.5],
  ['Pacific/Kiritimati', '2026-01', '2025-12-31T10:00:00.000Z', 31 * 24],
  ['Pacific/Pago_Pago', '2026-01', '2026-01-01T11:00:00.000Z', 31 * 24],
] as const;

describe('a month by the clocks of a zone', () => {
  it.each(TABLE)('in %s, %s begins at %s and has %d hours', (zone, month, from, hours) => {
    const span = spanOfMonth(month, zone);
    expect(iso(span.from)).toBe(from);
    expect((span.to - span.from) / HOUR).toBe(hours);
    expect(monthAt(span.from, zone)).toBe(month);
    expect(monthAt(span.from - 1, zone)).toBe(monthBefore(month));
    expect(monthAt(span.to - 1, zone)).toBe(month);
    expect(monthAt(span.to, zone)).toBe(nextMonth(month));
  });

  it.each([...new Set(TABLE.map(([zone]) => zone))])('in %s, months follow each other without gap', (zone) => {
    let month = '2024-01';
    for (let i = 0; i < 48; i += 1) {
      const next = nextMonth(month);
      expect(spanOfMonth(next, zone).from).toBe(spanOfMonth(month, zone).to);
      month = next;
    }
  });
});

const monthBefore = (month: string): string => {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 2, 1)).toISOString().slice(0, 7);
};

describe('the months of an organisation', () => {
  const zones = TABLE.map(([zone]) => zone);

  it('never overlap and leave no gap, however the time zone is changed between closings', () => {
    const closings = fc.array(fc.record({ zone: fc.constantFrom(...zones), left: fc.integer({ min: 0, max: 2 }) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        closings,
        fc.constantFrom(...zones),
        fc.array(fc.integer({ min: -2000, max: 40_000 })),
        (steps, last, hours) => {
          const closed: ClosedSpan[] = [];
          let month = '2025-01';
          for (const { zone, left } of steps) {
            // Months in which nothing was are left out, not closed.
            for (let i = 0; i < left; i += 1) month = nextMonth(month);
            const span = new MonthCalendar(zone, closed).spanOf(month);
            if (!span) throw new Error('a month after the last closed one has a span');
            closed.push({ month, ...span });
            month = nextMonth(month);
          }
          const calendar = new MonthCalendar(last, closed);
          for (const hour of hours) {
            const at = Date.UTC(2025, 0, 1) + hour * HOUR;
            const found = calendar.monthAt(at);
            const span = calendar.spanOf(found);
            // Before the open months there are closed ones, and those that were left out.
            if (span === null) {
              expect(at).toBeLessThan(calendar.openFrom ?? 0);
              continue;
            }
            if (calendar.openFrom === null || at >= calendar.openFrom) {
              expect(span.from <= at && at < span.to).toBe(true);
              expect(calendar.spanOf(nextMonth(found))?.from).toBe(span.to);
            }
          }
        },
      ),
    );
  });
});
