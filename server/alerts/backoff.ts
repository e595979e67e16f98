/** When a message that did not arrive is tried again. */

const SHORTEST_MS = 1000;
const LONGEST_MS = 3_600_000;
const GIVEN_UP_MS = 24 * 3_600_000;

/**
 * Milliseconds until the next try after so many: a second, then twice as long each time, up to an hour; `chance` from 0 to
 * 1 shortens it by up to half, so that not all come back at once. Never sooner than the receiver asks for, within that hour.
 * Null where it has been tried for a day, and is given up.
 */
export function nextTryIn(
  attempts: number,
  triedForMs: number,
  askedForMs: number | null,
  chance: number,
): number | null {
  if (triedForMs >= GIVEN_UP_MS) return null;
  const full = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** (attempts - 1));
  const wait = Math.max(full * (1 - chance / 2), Math.min(askedForMs ?? 0, LONGEST_MS));
  return Math.round(Math.min(wait, GIVEN_UP_MS - triedForMs));
}
