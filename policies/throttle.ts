/**
 * Throttles: the pure arithmetic of how much passes in any stretch of time, and of what one request counts for.
 *
 * What was taken is kept in slices of the period, about sixty for each scope at most. A slice counts as long as the
 * newest of what is in it does, so in no stretch of the period's length, wherever it begins, more than the limit is
 * admitted; in return, under a steady load, room comes back up to one slice later than it could.
 */
import type { ThrottleNeed, ThrottleResult } from './effects.ts';
import type { Model, ModelLookup } from './model.ts';
import { usableModel } from './model-fit.ts';
import { costBound, estimateInputTokens } from './price.ts';
import { NO_USAGE } from './request.ts';
import type { Run } from './run.ts';

export const THROTTLE_PERIODS = ['second', 'minute', 'hour', 'day'] as const;
export type ThrottlePeriod = (typeof THROTTLE_PERIODS)[number];

/** Milliseconds of a period, and of the slices that it is kept in. */
interface PeriodLength {
  readonly period: number;
  readonly slice: number;
}

const LENGTHS: Readonly<Record<ThrottlePeriod, PeriodLength>> = {
  second: { period: 1000, slice: 20 },
  minute: { period: 60_000, slice: 1000 },
  hour: { period: 3_600_000, slice: 60_000 },
  day: { period: 86_400_000, slice: 1_800_000 },
};

/** What counts until it is given back, and never by time alone. */
const FOR_GOOD: PeriodLength = { period: Number.POSITIVE_INFINITY, slice: Number.POSITIVE_INFINITY };

interface Slice {
  readonly from: number;
  /** When the newest of it was taken. */
  last: number;
  amount: number;
  /** The part of it that is an estimate, and may still turn out to be less. */
  open: number;
  isOver: boolean;
}

/** What one request took, to be corrected when it is known what it really used. */
export interface Taken {
  readonly slice: Slice;
  readonly amount: number;
}

/**
 * What was taken of one limit by one scope. Times are milliseconds of a clock that never goes back; `per` null is for what
 * counts until it is given back, such as calls that are under way.
 */
export class SlidingWindow {
  readonly #length: PeriodLength;
  /** The oldest first. */
  readonly #slices: Slice[] = [];
  #used = 0;

  constructor(per: ThrottlePeriod | null) {
    this.#length = per === null ? FOR_GOOD : LENGTHS[per];
  }

  /** What counts at `now`. */
  used(now: number): number {
    for (let first = this.#slices[0]; first && this.#endOf(first) <= now; first = this.#slices[0]) {
      this.#slices.shift();
      first.isOver = true;
      this.#used -= first.amount;
    }
    return this.#used;
  }

  /** Takes an amount; whether it fits is the caller's to ask before. */
  take(amount: number, now: number): Taken {
    this.used(now);
    let slice = this.#slices.at(-1);
    if (!slice || now - slice.from >= this.#length.slice) {
      slice = { from: now, last: now, amount: 0, open: 0, isOver: false };
      this.#slices.push(slice);
    }
    slice.last = now;
    slice.amount += amount;
    slice.open += amount;
    this.#used += amount;
    return { slice, amount };
  }

  /** Puts what was really used in place of what was taken; once for each. What no longer counts stays gone. */
  settle({ slice, amount }: Taken, used: number): void {
    slice.open -= amount;
    if (slice.isOver) return;
    slice.amount += used - amount;
    this.#used += used - amount;
  }

  /**
   * The first moment at which an amount fits when nothing else is taken; Infinity where time alone does not bring it.
   * `atBest` takes everything that is still an estimate to be given back at once.
   */
  fitsAt(amount: number, limit: number, now: number, atBest = false): number {
    let left = this.used(now) + amount;
    if (atBest) for (const { open } of this.#slices) left -= open;
    if (left <= limit) return now;
    for (const slice of this.#slices) {
      left -= atBest ? slice.amount - slice.open : slice.amount;
      if (left <= limit) return this.#endOf(slice);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** The moment from which nothing counts any more when nothing else is taken; Infinity where time does not bring it. */
  emptyAt(now: number): number {
    this.used(now);
    const newest = this.#slices.at(-1);
    return newest === undefined || this.#used === 0 ? now : this.#endOf(newest);
  }

  #endOf(slice: Slice): number {
    return slice.last + this.#length.period;
  }
}

/** The tokens that are counted for the answer of a request until its true length is known. */
function answerTokens(need: ThrottleNeed, run: Run): number {
  return (run.outputLimit ?? need.outputTokens) * run.view.choices;
}

/**
 * What a request counts for: one for a limit of requests or calls, else an estimate in tokens or nano-dollars, over the
 * models behind the throttle that can take it. Null where one of those has no known price.
 */
export function throttleAmount(need: ThrottleNeed, run: Run, models: ModelLookup): number | null {
  if (need.of === 'requests' || need.of === 'calls') return 1;
  const usable = need.models.flatMap((name) => usableModel(name, run, models) ?? []);
  const written = estimateInputTokens(run.view);
  const outputTokens = answerTokens(need, run);
  const inputTokens = (model: Model): number => written + run.view.images * model.imageTokens;
  if (need.of === 'tokens') return Math.max(written, ...usable.map(inputTokens)) + outputTokens;
  let cost = 0;
  for (const model of usable) {
    if (!model.price) return null;
    cost = Math.max(cost, costBound({ ...NO_USAGE, inputTokens: inputTokens(model), outputTokens }, model.price));
  }
  return cost;
}

/** What a throttle has decided of one request, apart from what its node says. */
export interface ThrottleDecision {
  readonly port: ThrottleResult['port'];
  readonly why: ThrottleResult['why'];
  /** What the scope had used at that moment, without this request. */
  readonly used: number;
  readonly amount: number;
  readonly waitedMs: number;
  /** Milliseconds since 1970; null where time alone does not bring it. */
  readonly resetsAt: number | null;
  readonly retryAt: number | null;
}

/** A decision and the node's question put together into the answer that the trace keeps. */
export function throttleResult(need: ThrottleNeed, run: Run, decided: ThrottleDecision): ThrottleResult {
  const { of, per, scope, limit, waitMs, models } = need;
  const isEstimate = of === 'tokens' || of === 'usd';
  const { used, amount } = decided;
  return {
    ...decided,
    of,
    per,
    scope,
    limit,
    remaining: Math.max(0, limit - used - (decided.port === 'within' ? amount : 0)),
    mayWaitMs: waitMs,
    basis: isEstimate ? { models, outputTokens: answerTokens(need, run) } : null,
  };
}

/** The decision at once, without waiting, by what is used. */
export function decideThrottle(used: number, amount: number, limit: number): Pick<ThrottleDecision, 'port' | 'why'> {
  if (amount > limit) return { port: 'limited', why: 'too_large' };
  return used + amount <= limit ? { port: 'within', why: 'fits' } : { port: 'limited', why: 'over_limit' };
}

/**
 * The recorded answer to another version of its node's question, which counts the same things of the same scope; null where
 * the record cannot tell, since nobody knows how long a wait would have been.
 */
export function throttleAgain(found: ThrottleResult, need: ThrottleNeed, run: Run): ThrottleResult | null {
  if (!isSameBasis(found, need, run)) return null;
  if (found.limit === need.limit && found.mayWaitMs === need.waitMs) return found;
  if (found.waitedMs > 0 || !['fits', 'over_limit', 'too_large'].includes(found.why)) return null;
  const decided = decideThrottle(found.used, found.amount, need.limit);
  if (decided.why === 'over_limit' && need.waitMs > 0) return null;
  return throttleResult(need, run, { ...found, ...decided, retryAt: decided.port === 'within' ? null : found.retryAt });
}

function isSameBasis({ basis }: ThrottleResult, need: ThrottleNeed, run: Run): boolean {
  if (!basis) return true;
  if (basis.outputTokens !== answerTokens(need, run)) return false;
  return [...basis.models].sort().join('\n') === [...need.models].sort().join('\n');
}
