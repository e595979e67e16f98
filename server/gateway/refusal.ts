/** What the app is told when no model answered. */
import type { Decision } from '../../policies/decision.ts';
import type { CallFailure, HoldResult } from '../../policies/effects.ts';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import { whyRefused } from '../../policies/refusal.ts';
import { ERRORS, type ErrorCode, SignalboxError } from '../errors.ts';

const CODES: Record<CallFailure, ErrorCode> = {
  rate_limited: 'upstream_rate_limited',
  server_error: 'upstream_error',
  timeout: 'upstream_timeout',
  connect: 'upstream_unreachable',
  context_too_long: 'context_too_long',
  refused: 'content_refused',
  bad_request: 'upstream_invalid',
  auth: 'upstream_auth',
  over_budget: 'budget_exhausted',
  unsupported: 'model_unsupported',
  unknown_model: 'unknown_model',
  cooling_down: 'upstream_error',
  bad_answer: 'upstream_bad_answer',
  aborted: 'client_closed',
};

/** The error of a failed call. */
export function failureError(failure: CallFailure, model: string, why: string, retryAfterMs?: number): SignalboxError {
  const options = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new SignalboxError(CODES[failure], { model, why }, options);
}

/** The error of a budget: which, how much of it is used, when it starts anew and whom to ask. */
function budgetError(hold: HoldResult, message: string | null): SignalboxError {
  const code: ErrorCode = hold.why === 'cost_unbounded' || hold.why === 'price_unknown' ? hold.why : 'budget_exhausted';
  const details = {
    budget: hold.budgetName,
    scope: hold.scope === '' ? 'the organisation' : hold.scope,
    limit: sayAmount(hold.limit, hold.unit),
    spent: sayAmount(hold.spent, hold.unit),
    held: sayAmount(hold.held, hold.unit),
    amount: sayAmount(hold.amount, hold.unit),
    resets_at: hold.resetsAt === null ? 'never' : new Date(hold.resetsAt).toISOString(),
    owner: hold.owner ?? 'your administrator',
    what: 'content by reference',
    model: 'a model on the way',
  };
  const error = new SignalboxError(code, details);
  if (message !== null) error.message = `${message} ${error.message}`;
  return error;
}

/** Turns a decision without an answer into the error that the app gets. */
export function refusalOf(decision: Decision, policy: string): SignalboxError {
  const why = whyRefused(decision);
  switch (why?.type) {
    case 'budget':
      return budgetError(why.hold, why.message);
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
