/** How a model of an account has been doing in the last 5 minutes, in a fixed amount of memory. */
import type { Measured } from '../../policies/model-order.ts';
import { SlicedSums } from './sliced-sums.ts';

/** The 5 minutes, in steps of 10 seconds. */
const SLICES = 30;
const SLICE_MS = 10_000;

const CALLS = 0;
const ERRORS = 1;
const BEGUN = 2;
const FIRST_MS = 3;
const TOKENS = 4;
const TOKENS_MS = 5;
const FIELDS = 6;

/** Shorter answers say nothing of how fast a model writes. */
const SHORTEST_MS = 20;

export interface HealthFigures extends Measured {
  /** Calls that have ended, without those that were given up because nobody waited any more. */
  readonly calls: number;
  readonly errors: number;
}

export class Health {
  readonly #sums = new SlicedSums(SLICES, SLICE_MS, FIELDS);
  /** Calls that have not ended. */
  underWay = 0;

  /** A call has brought its first content, after so many milliseconds. */
  began(firstMs: number, now: number): void {
    this.#sums.add(BEGUN, 1, now);
    this.#sums.add(FIRST_MS, firstMs, now);
  }

  /** A call has ended: with tokens written in so many milliseconds from its first content on, or with an error. */
  ended(
    how: { readonly error: boolean; readonly outputTokens: number; readonly writingMs: number },
    now: number,
  ): void {
    this.#sums.add(CALLS, 1, now);
    if (how.error) this.#sums.add(ERRORS, 1, now);
    else if (how.outputTokens > 0 && how.writingMs >= SHORTEST_MS) {
      this.#sums.add(TOKENS, how.outputTokens, now);
      this.#sums.add(TOKENS_MS, how.writingMs, now);
    }
  }

  figures(now: number): HealthFigures {
    const begun = this.#sums.sum(BEGUN, now);
    const writingMs = this.#sums.sum(TOKENS_MS, now);
    return {
      calls: this.#sums.sum(CALLS, now),
      errors: this.#sums.sum(ERRORS, now),
      firstTokenMs: begun === 0 ? null : this.#sums.sum(FIRST_MS, now) / begun,
      tokensPerSecond: writingMs === 0 ? null : (this.#sums.sum(TOKENS, now) / writingMs) * 1000,
      underWay: this.underWay,
    };
  }
}
