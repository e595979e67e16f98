/** How long to wait before a call is tried again. */

const FIRST_MS = 250;
const LONGEST_MS = 8000;
/** Added to what a provider asks for, at most, so that not everybody comes back at the same moment. */
const MOST_ADDED = 0.1;

/**
 * Milliseconds before the next try: what the provider asked for (`retryAfterMs`, null for nothing) and up to a tenth more,
 * else twice as long with every try, from a quarter of a second up to 8 seconds, of which up to a half is left to chance.
 * `tries` are those that have failed; `chance` is from 0 up to 1.
 */
export function retryDelay(tries: number, retryAfterMs: number | null, chance: number): number {
  if (retryAfterMs !== null) return retryAfterMs * (1 + MOST_ADDED * chance);
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  return longest * (1 - chance / 2);
}
