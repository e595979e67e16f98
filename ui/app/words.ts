/** Numbers and moments as these pages write them. */

const MOMENT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const COUNT = new Intl.NumberFormat('en-US');

/** Milliseconds since 1970 as "21 Nov 2026, 22:18:41", in the browser's time zone. */
export const sayMoment = (at: number): string => MOMENT.format(at);

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** Milliseconds since 1970 as "22:18", in the browser's time zone. */
export const sayTime = (at: number): string => TIME.format(at);

const AGO = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const AGO_UNITS = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long before `now` a moment was, both in milliseconds since 1970: "just now", "5 minutes ago", "yesterday". */
export function sayAgo(at: number, now: number): string {
  const [unit, length] = AGO_UNITS.find(([, ms]) => now - at >= ms) ?? [];
  return unit === undefined || length === undefined ? 'just now' : AGO.format(-Math.floor((now - at) / length), unit);
}

/** "12,345". */
export const sayCount = (count: number): string => COUNT.format(count);

const BRIEF = new Intl.NumberFormat('en-US', { notation: 'compact' });

/** "850", "12K", "1.2M": where there is little room, and the number stands in full elsewhere. */
export const sayBriefly = (count: number): string => BRIEF.format(count);

/** Milliseconds as "4 ms" or "1.25 s". */
export function sayDuration(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(2)} s`;
}

/** "1 request", "3 requests". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${sayCount(count)} ${count === 1 ? one : many}`;

/** A share from 0 to 1 as "45 %", "under 1 %", "0 %". */
export function sayShare(share: number): string {
  if (share > 0 && share < 0.01) return 'under 1 %';
  // Never all of them while one is missing.
  return `${share > 0.99 && share < 1 ? 99 : Math.round(share * 100)} %`;
}
