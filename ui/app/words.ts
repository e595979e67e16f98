/** Numbers and moments as these pages write them. */

const MOMENT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const COUNT = new Intl.NumberFormat('en-US');

/** Milliseconds since 1970 as "21 Nov 2026, 22:18:41", in the browser's time zone. */
export const sayMoment = (at: number): string => MOMENT.format(at);

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** Milliseconds since 1970 as "22:18", in the browser's time zone. */
export const sayTime = (at: number): string => TIME.format(at);

/** "12,345". */
export const sayCount = (count: number): string => COUNT.format(count);

/** Milliseconds as "4 ms" or "1.25 s". */
export function sayDuration(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(2)} s`;
}

/** "1 request", "3 requests". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${sayCount(count)} ${count === 1 ? one : many}`;
