/** The throttles that one request has met: entered by their nodes, corrected and given back once at its end. */
import type { ThrottleNeed, ThrottleResult } from '../../policies/effects.ts';
import type { ModelLookup } from '../../policies/model.ts';
import type { Run } from '../../policies/run.ts';
import { type Taken, throttleAmount, throttleResult } from '../../policies/throttle.ts';
import type { Answered, ThrottleScope, Throttles } from './throttles.ts';

interface Met {
  readonly of: ThrottleNeed['of'];
  readonly limit: number;
  readonly scope: ThrottleScope;
  /** What is to be given back or corrected; null where the request did not pass. */
  taken: Taken | null;
}

/** The names that the headers of the OpenAI API have for what is counted. */
const HEADER_NAMES = ['requests', 'tokens'] as const;

export class RequestThrottles {
  readonly #throttles: Throttles;
  readonly #organisation: string;
  readonly #policyOf: (node: string) => string;
  readonly #models: ModelLookup;
  readonly #met: Met[] = [];
  #leave: (() => void) | null = null;
  #hungUp = false;
  #settled = false;
  /** Milliseconds that the request has waited for room. */
  waitedMs = 0;

  /** `policyOf` gives the id of the policy that a node belongs to: each counts its own. */
  constructor(throttles: Throttles, organisation: string, policyOf: (node: string) => string, models: ModelLookup) {
    this.#throttles = throttles;
    this.#organisation = organisation;
    this.#policyOf = policyOf;
    this.#models = models;
  }

  /** Answers a throttle node: takes room, waits for it, or says why not. */
  enter(need: ThrottleNeed, run: Run): ThrottleResult | Promise<ThrottleResult> {
    const amount = throttleAmount(need, run, this.#models);
    if (amount === null) return uncounted(need, run, 'price_unknown');
    const key = `${this.#policyOf(need.node)}\n${need.node}\n${need.of} ${need.per}\n${need.scope}`;
    const scope = this.#throttles.scope(this.#organisation, key, need.per);
    if (!scope) return uncounted(need, run, 'store_full');
    const { of, limit } = need;
    const met: Met = { of, limit, scope, taken: null };
    this.#met.push(met);
    const noted = ({ decision, taken }: Answered): ThrottleResult => {
      met.taken = taken;
      this.waitedMs += decision.waitedMs;
      return throttleResult(need, run, decision);
    };
    const asked = { amount, limit, waitMs: this.#hungUp ? 0 : need.waitMs };
    const answered = scope.enter(asked, this.#throttles.isStopping, (leave) => {
      this.#leave = leave;
    });
    return answered instanceof Promise ? answered.then(noted) : noted(answered);
  }

  /** The client has hung up: it waits no longer, and its place is free. */
  hangUp(): void {
    this.#hungUp = true;
    this.#leave?.();
  }

  /**
   * Puts what the request really used in place of what was taken, and gives back its calls; later calls do nothing. `cost`
   * in nano-dollars.
   */
  settle(used: { readonly tokens: number; readonly cost: number }): void {
    if (this.#settled) return;
    this.#settled = true;
    for (const { of, scope, taken } of this.#met) {
      if (!taken || of === 'requests') continue;
      scope.settle(taken, of === 'tokens' ? used.tokens : of === 'usd' ? used.cost : 0);
    }
  }

  /**
   * Headers that tell the app how much is left and when all of it is free, each name followed by its value; of several
   * limits on the same thing those of the one with the least left.
   */
  headers(): string[] {
    const headers: string[] = [];
    for (const name of HEADER_NAMES) {
      let least: { readonly limit: number; readonly remaining: number; readonly freeInMs: number } | null = null;
      for (const { of, limit, scope } of this.#met) {
        if (of !== name) continue;
        const left = { limit, ...scope.left(limit) };
        if (!least || left.remaining < least.remaining) least = left;
      }
      if (!least) continue;
      headers.push(`x-ratelimit-limit-${name}`, String(least.limit));
      headers.push(`x-ratelimit-remaining-${name}`, String(least.remaining));
      headers.push(`x-ratelimit-reset-${name}`, sayReset(least.freeInMs));
    }
    return headers;
  }
}

function uncounted(need: ThrottleNeed, run: Run, why: ThrottleResult['why']): ThrottleResult {
  const nothing = { used: 0, amount: 0, waitedMs: 0, resetsAt: null, retryAt: null };
  return throttleResult(need, run, { port: 'unavailable', why, ...nothing });
}

/** A time as the OpenAI API writes it: "12ms", "59.143s", "6m0s", "1h0m5s". */
export function sayReset(milliseconds: number): string {
  const whole = Math.ceil(milliseconds);
  if (whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = (whole % 60_000) / 1000;
  return `${hours > 0 ? `${hours}h` : ''}${hours + minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}
