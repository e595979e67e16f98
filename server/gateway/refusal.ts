/** What the app is told when no model answered. */
import type { Decision, TraceStep } from '../../policies/decision.ts';
import type { CallFailure, CallResult, EffectResult, HoldResult } from '../../policies/effects.ts';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
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

/** Failures of models that were never called, for a reason that is not the app's business while another one failed. */
const PASSED_OVER: readonly CallFailure[] = ['unsupported', 'unknown_model', 'cooling_down'];

const isHold = (result: EffectResult): result is HoldResult => 'budgetName' in result;
const isCall = (result: EffectResult): result is CallResult => 'ok' in result;

/** The error of a failed call. */
export function failureError(failure: CallFailure, model: string, why: string, retryAfterMs?: number): SignalboxError {
  const options = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new SignalboxError(CODES[failure], { model, why }, options);
}

/** The last budget that did not let the request pass, among the last steps before the end. */
function spentBudget(trace: readonly TraceStep[]): HoldResult | null {
  for (let i = trace.length - 1; i >= Math.max(0, trace.length - 2); i--) {
    const held = trace[i]?.results?.find(isHold);
    if (held && trace[i]?.port === 'exhausted') return held;
  }
  return null;
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
  const { outcome, trace } = decision;
  const budget = spentBudget(trace);
  if (outcome.type === 'block') {
    if (budget) return budgetError(budget, outcome.message);
    return new SignalboxError('blocked_by_policy', { message: outcome.message }, { status: outcome.status });
  }
  if (budget) return budgetError(budget, null);
  const results = trace.at(-1)?.results ?? [];
  const calls = results.filter(isCall);
  // A model that was called says more of what went wrong than one that was passed over.
  const failed = calls.findLast((call) => call.failure && !PASSED_OVER.includes(call.failure)) ?? calls.at(-1);
  if (failed?.failure === 'over_budget') {
    const hold = trace.flatMap((step) => step.results ?? []).findLast(isHold);
    if (hold) return budgetError(hold, null);
  }
  if (failed?.failure) {
    return failureError(
      failed.failure,
      failed.model ?? failed.message ?? 'unknown',
      failed.message ?? ERRORS.internal.message,
      failed.retryAfterMs,
    );
  }
  const [node, port] = outcome.type === 'unfinished' ? [outcome.node, outcome.port] : ['', ''];
  return new SignalboxError('policy_unfinished', { policy, node, port });
}
