/** Calendar months by name, such as `2026-10`, as the clocks of a time zone tell them, and as closing has fixed them. */
import { z } from 'zod';
import { type OpenWindow, windowAt } from '../../policies/budget.ts';

export const monthSchema = z.string().regex(/^[1-9]\d{3}-(0[1-9]|1[0-2])$/, 'Write a month as 2026-10');

/** Milliseconds since 1970; `to` is exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const spanOf = ({ start, end }: OpenWindow): Span => ({ from: start, to: end ?? Number.MAX_SAFE_INTEGER });

/** The span of a month by the clocks of a time zone. */
export function spanOfMonth(month: string, zone: string): Span {
  const [year = 0, number = 1] = month.split('-').map(Number);
  // By the middle of a month every zone on earth has it.
  return spanOf(windowAt('month', zone, Date.UTC(year, number - 1, 15, 12)));
}

/** The month that the clocks of a time zone show at a moment (milliseconds since 1970). */
export function monthAt(at: number, zone: string): string {
  const { from, to } = spanOf(windowAt('month', zone, at));
  return new Date((from + to) / 2).toISOString().slice(0, 7);
}

export function nextMonth(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

/** "October 2026". */
export function sayMonth(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    Date.UTC(year, number - 1, 1),
  );
}

export interface ClosedSpan extends Span {
  readonly month: string;
}

/**
 * The months of an organisation without gap and overlap. A closed month keeps the span that it was closed with; the month
 * after the last closed one begins where that ended, also when the time zone has been changed in between.
 */
export class MonthCalendar {
  readonly zone: string;
  /** In the order of time. */
  readonly closed: readonly ClosedSpan[];

  constructor(zone: string, closed: readonly ClosedSpan[]) {
    this.zone = zone;
    this.closed = closed.toSorted((a, b) => a.from - b.from);
  }

  /** The moment at which the open months begin; null where no month is closed. */
  get openFrom(): number | null {
    return this.closed.at(-1)?.to ?? null;
  }

  /** The span of a month; null for one before the last closed month that was left out, since nothing was in it. */
  spanOf(month: string): Span | null {
    const kept = this.closed.find((one) => one.month === month);
    if (kept) return { from: kept.from, to: kept.to };
    const natural = spanOfMonth(month, this.zone);
    const last = this.closed.at(-1);
    if (!last) return natural;
    if (month < last.month) return null;
    return { from: month === nextMonth(last.month) ? last.to : Math.max(natural.from, last.to), to: natural.to };
  }

  /** The month that a moment falls into. */
  monthAt(at: number): string {
    const kept = this.closed.find(({ from, to }) => at >= from && at < to);
    if (kept) return kept.month;
    const natural = monthAt(at, this.zone);
    const last = this.closed.at(-1);
    return last && at >= last.to && natural <= last.month ? nextMonth(last.month) : natural;
  }
}
