/** What the app is told when no model answered. */

import { sayScope } from '../../policies/budget.ts';
import type { Decision } from '../../policies/decision.ts';
import type { CallFailure, HoldResult, ThrottleResult } from '../../policies/effects.ts';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import { sayCount, sayLimit, sayWait } from '../../policies/kinds/throttle/throttle.ts';
import { whyRefused } from '../../policies/refusal.ts';
import { ERRORS, type ErrorCode, SignalboxError } from '../errors.ts';

const CODES: Record<CallFailure, ErrorCode> = {
  rate_limited: 'upstream_rate_limited',
  server_error: 'upstream_error',
  timeout: 'upstream_timeout',
  slow_start: 'upstream_timeout',
  connect: 'upstream_unreachable',
  broken: 'upstream_error',
  context_too_long: 'context_too_long',
  refused: 'content_refused',
  bad_request: 'upstream_invalid',
  auth: 'upstream_auth',
  over_budget: 'budget_exhausted',
  unsupported: 'model_unsupported',
  unknown_model: 'unknown_model',
  not_allowed: 'model_not_allowed',
  cooling_down: 'upstream_error',
  account_full: 'upstream_rate_limited',
  bad_answer: 'upstream_bad_answer',
  aborted: 'client_closed',
};

/** The error of a failed call. */
export function failureError(failure: CallFailure, model: string, why: string, retryAfterMs?: number): SignalboxError {
  const options = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new SignalboxError(CODES[failure], { model, why }, options);
}

/** What a refusal needs to know of the house for its words. */
interface HouseWords {
  /** Where people reach the pages; null where that is not known. */
  readonly publicUrl: string | null;
  /** The name of a key by its id. */
  readonly keyName: (id: string) => string | undefined;
}

const HOLD_CODES: Readonly<Record<HoldResult['why'], ErrorCode>> = {
  fits: 'budget_exhausted',
  over_warning: 'budget_exhausted',
  over_limit: 'budget_exhausted',
  cost_unbounded: 'cost_unbounded',
  price_unknown: 'price_unknown',
  no_budget: 'budget_exhausted',
  store_down: 'budget_unavailable',
};

/** The error of a budget: which, how much of it is used, when it starts anew and whom to ask. */
function budgetError(hold: HoldResult, message: string | null, house: HouseWords): SignalboxError {
  const code = HOLD_CODES[hold.why];
  const details = {
    budget: hold.budgetName,
    scope: sayScope(hold.scope, house.keyName),
    limit: sayAmount(hold.limit, hold.unit),
    spent: sayAmount(hold.spent, hold.unit),
    held: sayAmount(hold.held, hold.unit),
    amount: sayAmount(hold.amount, hold.unit),
    resets_at: hold.resetsAt === null ? 'never' : new Date(hold.resetsAt).toISOString(),
    owner: hold.owner ?? 'your administrator',
    link: `${house.publicUrl ?? ''}/budgets/${hold.budget}?ask=${encodeURIComponent(hold.scope)}`,
    what: 'content by reference',
    model: 'a model on the way',
  };
  const error = new SignalboxError(code, details, code === 'budget_unavailable' ? { retryAfterMs: SOON_MS } : {});
  if (message !== null) error.message = `${message} ${error.message}`;
  return error;
}

/** Where time does not tell when there is room again, such as for calls under way, it is worth asking again so soon. */
const SOON_MS = 1000;

/** The error of a throttle: which limit, how much of it is used, and when to try again. `now` in milliseconds since 1970. */
function throttleError(throttle: ThrottleResult, now: number): SignalboxError {
  const { why, of, scope, limit, waitedMs } = throttle;
  const never = throttle.amount > limit;
  const details = {
    scope: scope === '' ? 'the organisation' : scope,
    limit: sayLimit(throttle),
    used: sayCount(throttle.used, of),
    amount: sayCount(throttle.amount, of),
    resets_at: throttle.resetsAt === null ? undefined : new Date(throttle.resetsAt).toISOString(),
  };
  if (why === 'price_unknown') {
    const error = new SignalboxError('price_unknown');
    error.message =
      'The price of a model on the way is not known, so what this request costs cannot be counted. Ask your administrator to set its price.';
    return error;
  }
  if (why === 'store_full') return new SignalboxError('overloaded', {}, { retryAfterMs: SOON_MS });
  if (why === 'stopping') return new SignalboxError('shutting_down', {}, { retryAfterMs: 2 * SOON_MS });
  if (never) return new SignalboxError('request_over_limit', details);
  const retryAfterMs = throttle.retryAt === null ? SOON_MS : Math.max(SOON_MS, throttle.retryAt - now);
  const waited =
    why === 'waited_in_vain'
      ? ` It waited ${sayWait(waitedMs)} in vain.`
      : why === 'too_many_waiting'
        ? ' Too many are waiting for it already.'
        : '';
  const advice =
    throttle.retryAt === null
      ? 'Try again when others have ended.'
      : `Try again in ${sayWait(retryAfterMs)}, or ask the author of the policy for more.`;
  return new SignalboxError('rate_limited', { ...details, waited, advice }, { retryAfterMs });
}

/** Turns a decision without an answer into the error that the app gets. */
export function refusalOf(decision: Decision, policy: string, house: HouseWords): SignalboxError {
  if (decision.outcome.type === 'project') return new SignalboxError('policy_not_own', { policy });
  const why = whyRefused(decision);
  switch (why?.type) {
    case 'budget':
      return budgetError(why.hold, why.message, house);
    case 'throttle': {
      const error = throttleError(why.throttle, Date.now());
      if (why.message !== null) error.message = `${why.message} ${error.message}`;
      return error;
    }
    case 'block':
      return new SignalboxError('blocked_by_policy', { message: why.message }, { status: why.status });
    case 'failure': {
      const { failure, model, message, retryAfterMs } = why.call;
      return failureError(failure, model ?? message ?? 'unknown', message ?? ERRORS.internal.message, retryAfterMs);
    }
    default:
      return new SignalboxError('policy_unfinished', { policy, node: why?.node ?? '', port: why?.port ?? '' });
  }
}
