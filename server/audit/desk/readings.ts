/** Readings of many records, one at a time for each person: who begins another ends the one before. */
import { SignalboxError } from '../../errors.ts';

interface Reading {
  readonly name: string;
  readonly cancel: AbortController;
}

const KEPT = 1000;

export class Readings {
  /** The newest reading of each person, by their ids. */
  readonly #newest = new Map<string, Reading>();

  /**
   * Goes on with a reading of a person's own naming, or begins it. Gives what ends it when the same person begins another;
   * throws `reading_replaced` where they have done so already.
   */
  enter(person: string, name: string, isFirst: boolean): AbortSignal {
    const known = this.#newest.get(person);
    if (known && !isFirst) {
      if (known.name !== name) throw new SignalboxError('reading_replaced');
      return known.cancel.signal;
    }
    known?.cancel.abort(new SignalboxError('reading_replaced'));
    const reading = { name, cancel: new AbortController() };
    // Whoever asked last is last, so that the longest forgotten goes first.
    this.#newest.delete(person);
    this.#newest.set(person, reading);
    for (const oldest of this.#newest.keys()) {
      if (this.#newest.size <= KEPT) break;
      this.#newest.delete(oldest);
    }
    return reading.cancel.signal;
  }
}
