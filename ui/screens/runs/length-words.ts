import { sayDuration } from '../../app/words.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a run took, in milliseconds: "1.25 s", "4 min 10 s", "2 h 5 min". */
export function sayLength(ms: number): string {
  if (ms < MINUTE_MS) return sayDuration(ms);
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`;
  return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`;
}
