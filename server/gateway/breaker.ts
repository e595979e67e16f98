/**
 * Leaves a model of an account alone that keeps failing. It opens after 5 failures in a row, or when at least half of 10 or
 * more calls in the last 30 seconds have failed; after a cool-down of 5 seconds one call is let through as a probe, whose
 * failure doubles the cool-down up to 2 minutes, and whose answer closes it. Times are of a clock that never goes back.
 */
import type { CallFailure } from '../../policies/effects.ts';
import { SlicedSums } from './sliced-sums.ts';

/** Failures that say that the model is in trouble, not the request. */
const TROUBLE: readonly string[] = [
  ...(['rate_limited', 'server_error', 'timeout', 'slow_start'] satisfies CallFailure[]),
  ...(['connect', 'broken', 'bad_answer'] satisfies CallFailure[]),
];

/** Whether a failure says something of the model rather than of the request. */
export const isTrouble = (failure: string): boolean => TROUBLE.includes(failure);

const MOST_IN_A_ROW = 5;
const FEWEST_CALLS = 10;
const MOST_FAILED = 0.5;
const FIRST_COOL_DOWN_MS = 5000;
const LONGEST_COOL_DOWN_MS = 120_000;
/** The 30 seconds in which failures are counted, in steps of 3. */
const SLICES = 10;
const SLICE_MS = 3000;
const CALLS = 0;
const FAILED = 1;

/** As people are told: `resting` is a model that is left alone because of one failure, or at its provider's wish. */
export const BREAKER_STATES = ['closed', 'resting', 'open', 'half_open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** How a call was let through. */
export type Pass = 'free' | 'probe';

export class Breaker {
  readonly #outcomes = new SlicedSums(SLICES, SLICE_MS, 2);
  #inARow = 0;
  #restsUntil = 0;
  /** Until when it is open; null while it is closed. */
  #openUntil: number | null = null;
  #coolDownMs = FIRST_COOL_DOWN_MS;
  #probing = false;

  state(now: number): BreakerState {
    if (this.#openUntil !== null) return now >= this.#openUntil ? 'half_open' : 'open';
    return now < this.#restsUntil ? 'resting' : 'closed';
  }

  /** Milliseconds until a call is let through again; 0 where one would be now. */
  openInMs(now: number): number {
    return Math.max(0, Math.round(Math.max(this.#openUntil ?? 0, this.#restsUntil) - now));
  }

  /**
   * Lets a call through, or not (null). Half open, one is let through as a probe: its end has to be told by one of
   * `answered`, `failed` and `left`.
   */
  enter(now: number): Pass | null {
    if (now < this.#restsUntil) return null;
    if (this.#openUntil === null) return 'free';
    if (now < this.#openUntil || this.#probing) return null;
    this.#probing = true;
    return 'probe';
  }

  /** The model has answered: whatever was wrong is over. */
  answered(now: number): void {
    this.#outcomes.add(CALLS, 1, now);
    this.#inARow = 0;
    this.#restsUntil = 0;
    if (this.#openUntil === null) return;
    this.#openUntil = null;
    this.#probing = false;
    this.#coolDownMs = FIRST_COOL_DOWN_MS;
    this.#outcomes.clear();
  }

  /** A call has failed; `restMs` is for how long the model is to be left alone because of this one alone. */
  failed(pass: Pass, failure: CallFailure, restMs: number, now: number): void {
    if (!isTrouble(failure)) {
      this.left(pass);
      return;
    }
    this.#outcomes.add(CALLS, 1, now);
    this.#outcomes.add(FAILED, 1, now);
    this.#inARow += 1;
    if (restMs > 0) this.#restsUntil = Math.max(this.#restsUntil, now + restMs);
    if (pass === 'probe') {
      this.#probing = false;
      this.#coolDownMs = Math.min(2 * this.#coolDownMs, LONGEST_COOL_DOWN_MS);
      this.#openUntil = now + this.#coolDownMs;
    } else if (this.#openUntil === null && this.#isTooMuch(now)) this.#openUntil = now + this.#coolDownMs;
  }

  /** An answer that had begun broke off: told besides `answered`. */
  brokeOff(now: number): void {
    this.failed('free', 'broken', 0, now);
  }

  /** A call has ended without saying anything of the model. */
  left(pass: Pass): void {
    if (pass === 'probe') this.#probing = false;
  }

  #isTooMuch(now: number): boolean {
    if (this.#inARow >= MOST_IN_A_ROW) return true;
    const calls = this.#outcomes.sum(CALLS, now);
    return calls >= FEWEST_CALLS && this.#outcomes.sum(FAILED, now) >= MOST_FAILED * calls;
  }
}
