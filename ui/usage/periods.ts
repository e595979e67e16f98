/** Times that usage is told of, by the clocks of the organisation. */
import { windowAt } from '../../policies/budget.ts';
import type { Every, UsagePeriod } from '../api/usage.ts';

export const PERIOD_WORDS: Readonly<Record<UsagePeriod, string>> = {
  day: '24 hours',
  fortnight: '14 days',
  month: '30 days',
  year: '12 months',
};

/** What the plots of a period are told by where nobody says otherwise. */
export const PERIOD_EVERY: Readonly<Record<UsagePeriod, Every>> = {
  day: 'hour',
  fortnight: 'day',
  month: 'day',
  year: 'month',
};

/** Hours, days or months up to the one that is going on. */
const LENGTHS: Readonly<Record<UsagePeriod, number>> = { day: 24, fortnight: 14, month: 30, year: 12 };

/** The start of a period that ends with the hour, the day or the month of `now`; milliseconds since 1970. */
export function startOf(period: UsagePeriod, timeZone: string, now: number): number {
  const every = PERIOD_EVERY[period];
  let { start } = windowAt(every, timeZone, now);
  for (let left = LENGTHS[period] - 1; left > 0; left--) start = windowAt(every, timeZone, start - 1).start;
  return start;
}

/** Starts of the hours, days, weeks or months of a time, `to` not included; that in which it begins starts with it. */
export function partsOf(every: Every, timeZone: string, from: number, to: number): number[] {
  const parts: number[] = [];
  let at: number | null = windowAt(every, timeZone, from).start;
  while (at !== null && at < to) {
    parts.push(at);
    at = windowAt(every, timeZone, at).end;
  }
  return parts;
}

/** The end of the part that begins with a moment. */
export const endOfPart = (every: Every, timeZone: string, start: number): number =>
  windowAt(every, timeZone, start).end ?? start;
