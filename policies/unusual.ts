/**
 * Spend that is out of the ordinary. The rule: an hour is unusual when it has cost more than four times what the same hour
 * usually costs, and more than one dollar above that. Usual is the larger of two means: of the same hour of the last 14
 * days of the same kind (working days or weekends), and of the 24 hours before. A subject needs three days of history.
 */
import { dollars } from './price.ts';

/** What a subject has cost in one hour. Hours in which it cost nothing need not be there. */
export interface HourlyCost {
  /** Who or what spent it, such as `key=…`, `team=search` or `workflow=nightly`. */
  readonly subject: string;
  /** Start of the hour, milliseconds since 1970. */
  readonly hour: number;
  /** Nano-dollars. */
  readonly cost: number;
}

export interface UnusualSpend extends HourlyCost {
  /** What was to be expected, in nano-dollars. */
  readonly usual: number;
  readonly words: string;
}

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const DAYS_COMPARED = 14;
const DAYS_NEEDED = 3;
const TIMES_USUAL = 4;
const LEAST_ABOVE = 1e9;

/**
 * Subjects whose spend in the hour of `now` (milliseconds since 1970) is unusual so far, the dearest first: at most one
 * finding a subject. `history` in any order, of that hour and the 14 days before it; days and weekends are those of UTC.
 */
export function unusualSpend(history: readonly HourlyCost[], now: number): UnusualSpend[] {
  const hour = Math.floor(now / HOUR_MS);
  const subjects = new Map<string, Map<number, number>>();
  for (const { subject, hour: start, cost } of history) {
    const at = Math.floor(start / HOUR_MS);
    if (at > hour || at < hour - DAYS_COMPARED * DAY_HOURS) continue;
    const hours = subjects.get(subject) ?? new Map<number, number>();
    hours.set(at, (hours.get(at) ?? 0) + cost);
    subjects.set(subject, hours);
  }
  const found: UnusualSpend[] = [];
  for (const [subject, hours] of subjects) {
    const cost = hours.get(hour) ?? 0;
    if (cost <= LEAST_ABOVE) continue;
    const usual = usualCost(hours, hour);
    if (usual === null || cost <= TIMES_USUAL * usual || cost <= usual + LEAST_ABOVE) continue;
    found.push({ subject, hour: hour * HOUR_MS, cost, usual: Math.round(usual), words: say(subject, cost, usual) });
  }
  return found.sort((a, b) => b.cost - a.cost || (a.subject < b.subject ? -1 : 1));
}

/** What an hour is expected to cost; null where the history is too short to tell. Hours are counted since 1970. */
function usualCost(hours: ReadonlyMap<number, number>, hour: number): number | null {
  let first = hour;
  for (const [at, cost] of hours) if (cost > 0 && at < first) first = at;
  if (hour - first < DAYS_NEEDED * DAY_HOURS) return null;
  let sum = 0;
  let days = 0;
  for (let back = DAY_HOURS; back <= DAYS_COMPARED * DAY_HOURS && hour - back >= first; back += DAY_HOURS) {
    if (isWeekend(hour - back) !== isWeekend(hour)) continue;
    sum += hours.get(hour - back) ?? 0;
    days += 1;
  }
  let lastDay = 0;
  for (let back = 1; back <= DAY_HOURS; back++) lastDay += hours.get(hour - back) ?? 0;
  return Math.max(days === 0 ? 0 : sum / days, lastDay / DAY_HOURS);
}

/** The first of January 1970 was a Thursday. */
function isWeekend(hour: number): boolean {
  const weekday = (Math.floor(hour / DAY_HOURS) + 4) % 7;
  return weekday === 0 || weekday === 6;
}

function say(subject: string, cost: number, usual: number): string {
  const [, kind = 'spender', name = subject] = /^([^=]+)=(.*)$/s.exec(subject) ?? [];
  const who = `The ${kind.replace(/^tags\./, '')} “${name}” has spent ${dollars(cost)} in this hour`;
  if (usual === 0) return `${who}; at this time it usually spends nothing.`;
  return `${who}, ${Math.floor(cost / usual)} times the ${dollars(usual)} that is usual at this time.`;
}
