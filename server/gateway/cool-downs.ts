/** Models that failed a moment ago and are left alone for a while. */
import type { CallFailure } from '../../policies/effects.ts';

/** Failures that say that the model is in trouble, not the request. */
const TROUBLE: readonly CallFailure[] = ['rate_limited', 'server_error', 'timeout', 'connect', 'bad_answer'];

export class CoolDowns {
  readonly #until = new Map<string, number>();

  /** Whether a model is being left alone at `now` (milliseconds since 1970). */
  isCooling(model: string, now: number): boolean {
    const until = this.#until.get(model);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#until.delete(model);
    return false;
  }

  /** Notes a failure; the provider's own wish to be left alone counts where it is longer. */
  failed(model: string, failure: CallFailure, now: number, coolDownMs: number, retryAfterMs: number | null): void {
    if (coolDownMs === 0 || !TROUBLE.includes(failure)) return;
    this.#until.set(model, now + Math.max(coolDownMs, retryAfterMs ?? 0));
  }
}
