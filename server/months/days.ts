/** Calendar days by the clocks of a time zone, such as `2026-10-31`. */
import { windowAt } from '../../policies/budget.ts';

/** Clocks are set by quarters of an hour at the least, so that no quarter has two days. */
const QUARTER_MS = 900_000;
const MOST_KEPT = 20_000;

/** Tells the day of a moment; what it has told is kept, since asking a calendar takes a hundred times as long. */
export class Days {
  readonly #zone: string;
  readonly #known = new Map<number, string>();

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** The day that the zone's clocks show at a moment, milliseconds since 1970. */
  at(moment: number): string {
    const quarter = Math.floor(moment / QUARTER_MS);
    const known = this.#known.get(quarter);
    if (known !== undefined) return known;
    const { start, end } = windowAt('day', this.#zone, moment);
    const day = new Date((start + (end ?? start)) / 2).toISOString().slice(0, 10);
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(quarter, day);
    return day;
  }
}
