/** Spans of time as roll-ups know them, and as people ask for them: hours, days, weeks and months of a time zone. */
import { windowAt } from '../../policies/budget.ts';
import { LEVELS, type Level } from './dimensions.ts';

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** From inclusive, to exclusive; milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The start of the hour, day or month in UTC that a moment is in. */
export function startOf(level: Level, at: number): number {
  if (level === 'hour') return at - (at % HOUR_MS);
  if (level === 'day') return at - (at % DAY_MS);
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/** The start of the one that comes after it. */
export function nextOf(level: Level, start: number): number {
  if (level === 'hour') return start + HOUR_MS;
  if (level === 'day') return start + DAY_MS;
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** Whole hours around a span. */
export function wholeHours({ from, to }: Span): Span {
  return { from: startOf('hour', from), to: startOf('hour', to + HOUR_MS - 1) };
}

/** A span of whole hours as the fewest hours, days and months in UTC: runs of one level each. */
export function runsOf({ from, to }: Span): (Span & { readonly level: Level })[] {
  const runs: { level: Level; from: number; to: number }[] = [];
  for (let at = from; at < to; ) {
    const level = LEVELS.findLast((one) => startOf(one, at) === at && nextOf(one, at) <= to) ?? 'hour';
    const end = nextOf(level, at);
    const last = runs.at(-1);
    if (last?.level === level) last.to = end;
    else runs.push({ level, from: at, to: end });
    at = end;
  }
  return runs;
}

/** What a sum over time is taken apart into. */
export const EVERY = ['hour', 'day', 'week', 'month'] as const;
export type Every = (typeof EVERY)[number];

/** Parts of a span, each named by the moment at which it starts: that of the zone, also where it is before the span. */
export interface Part extends Span {
  readonly start: number;
}

/** The hours, days, weeks or months of a zone in a span, none of them empty; null where there are more than `most`. */
export function partsOf(span: Span, every: Every, timeZone: string, most: number): Part[] | null {
  const parts: Part[] = [];
  for (let at = span.from; at < span.to; ) {
    // Clocks are dear to read: those of UTC are known, and the hours of a day mostly follow from the day.
    const window = every === 'hour' ? hoursAt(timeZone, at) : windowIn(every, timeZone, at);
    const length = every === 'hour' ? HOUR_MS : window.end - window.start;
    for (let start = at - ((at - window.start) % length); start < Math.min(window.end, span.to); start += length) {
      parts.push({ start, from: Math.max(start, span.from), to: Math.min(start + length, span.to, window.end) });
      if (parts.length > most) return null;
    }
    at = Math.min(window.end, span.to);
  }
  return parts;
}

function windowIn(every: Every, timeZone: string, at: number): { readonly start: number; readonly end: number } {
  if (timeZone === 'UTC' && every !== 'week') {
    const start = startOf(every, at);
    return { start, end: nextOf(every, start) };
  }
  const { start, end } = windowAt(every, timeZone, at);
  return { start, end: end ?? Number.MAX_SAFE_INTEGER };
}

/** A window that is taken apart into hours: a day whose clocks change by whole hours or not at all, else the hour alone. */
function hoursAt(timeZone: string, at: number): { readonly start: number; readonly end: number } {
  const day = windowIn('day', timeZone, at);
  return (day.end - day.start) % HOUR_MS === 0 ? day : windowIn('hour', timeZone, at);
}

/** Parts that begin and end with whole hours: what is cut off from one is in its neighbour, none of them twice. */
export function partsOfHours(parts: readonly Part[]): Part[] {
  return parts
    .map(({ start, from, to }) => ({ start, from: startOf('hour', from), to: startOf('hour', to) }))
    .filter(({ from, to }) => from < to);
}

/** Whether every part begins and ends with a whole hour of UTC. */
export const areWholeHours = (parts: readonly Span[]): boolean =>
  parts.every(({ from, to }) => from % HOUR_MS === 0 && to % HOUR_MS === 0);

/** The part that a moment is in; parts are in their order and have no gaps. */
export function partAt(parts: readonly Part[], at: number): Part | undefined {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((parts[middle]?.from ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  const part = parts[low];
  return part && part.from <= at && at < part.to ? part : undefined;
}
