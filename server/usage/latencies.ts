/**
 * A histogram of how long answers took. Each step is 20 % longer than the one before, so that a percentile that is told as
 * the middle of its step is within 10 % of the real one. As text it is `step:count` for each step that occurs, and two
 * texts with a space between them are the sum of both.
 */

const RATIO = 1.2;
const LAST_STEP = 120;

/** Counts by step. */
export type Latencies = Map<number, number>;

/** The step of a time in milliseconds. All that is shorter than a millisecond is in the first. */
export const stepOf = (milliseconds: number): number =>
  milliseconds <= 1 ? 0 : Math.min(LAST_STEP, Math.floor(Math.log(milliseconds) / Math.log(RATIO)));

/** Adds all of one histogram to another. */
export function addLatencies(to: Latencies, from: ReadonlyMap<number, number>): void {
  for (const [step, count] of from) to.set(step, (to.get(step) ?? 0) + count);
}

/** Adds what a text says. */
export function readLatencies(to: Latencies, text: string): void {
  let step = 0;
  let number = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i === text.length ? SPACE : text.charCodeAt(i);
    if (code === COLON) {
      step = number;
      number = 0;
    } else if (code === SPACE) {
      if (number > 0) to.set(step, (to.get(step) ?? 0) + number);
      number = 0;
    } else number = number * 10 + (code - ZERO);
  }
}

const SPACE = 32;
const COLON = 58;
const ZERO = 48;

export const writeLatencies = (latencies: ReadonlyMap<number, number>): string =>
  [...latencies]
    .sort(([a], [b]) => a - b)
    .map(([step, count]) => `${step}:${count}`)
    .join(' ');

/** The time in milliseconds below which a share of all stay, within 10 %; null where there are none. */
export function percentile(latencies: ReadonlyMap<number, number>, share: number): number | null {
  let total = 0;
  for (const count of latencies.values()) total += count;
  if (total === 0) return null;
  let left = Math.max(1, Math.ceil(total * share));
  for (const [step, count] of [...latencies].sort(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 0) return Math.round(RATIO ** (step + 0.5) * 10) / 10;
  }
  return null;
}
