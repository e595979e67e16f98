/** Why a decision ended without an answer: the one cause that the app is told, and the status it gets. */
import type { Decision, TraceStep } from './decision.ts';
import type { CallFailure, CallResult, EffectResult, HoldResult, ThrottleResult } from './effects.ts';

export type Refusal =
  /** A budget did not let it pass; `message` is what the block behind it says, null where there is none. */
  | { readonly type: 'budget'; readonly hold: HoldResult; readonly message: string | null }
  /** A throttle did not let it pass; `message` as above. */
  | { readonly type: 'throttle'; readonly throttle: ThrottleResult; readonly message: string | null }
  | { readonly type: 'block'; readonly status: number; readonly message: string }
  | { readonly type: 'failure'; readonly call: CallResult & { readonly failure: CallFailure } }
  /** The way ended at a port that leads nowhere. */
  | { readonly type: 'unfinished'; readonly node: string; readonly port: string };

/** Failures of models that were never called, for a reason that is not the app's business while another one failed. */
const PASSED_OVER: readonly CallFailure[] = [
  'unsupported',
  'unknown_model',
  'not_allowed',
  'cooling_down',
  'account_full',
];

type FailedCall = CallResult & { readonly failure: CallFailure };
const isHold = (result: EffectResult): result is HoldResult => 'budgetName' in result;
const isThrottle = (result: EffectResult): result is ThrottleResult => 'waitedMs' in result;
const isFailedCall = (result: EffectResult): result is FailedCall => 'ok' in result && result.failure !== undefined;

/** The last budget that did not let the request pass, among the last steps before the end. */
function spentBudget(trace: readonly TraceStep[]): HoldResult | null {
  for (let i = trace.length - 1; i >= Math.max(0, trace.length - 2); i--) {
    const held = trace[i]?.results?.find(isHold);
    if (held && trace[i]?.port === 'exhausted') return held;
  }
  return null;
}

/** The throttle that did not let the request pass, where the way ended at it or at a block right behind it. */
function reachedLimit({ outcome, trace }: Decision): ThrottleResult | null {
  const step = trace.at(outcome.type === 'block' ? -2 : -1);
  return step?.port === 'limited' ? (step.results?.find(isThrottle) ?? null) : null;
}

/** Why nobody answered; null where a model, a cache or a fixed text did, and where the policy of the project is to. */
export function whyRefused(decision: Decision): Refusal | null {
  const { outcome, trace } = decision;
  if (outcome.type === 'model' || outcome.type === 'answer' || outcome.type === 'cached') return null;
  if (outcome.type === 'project') return null;
  const message = outcome.type === 'block' ? outcome.message : null;
  const throttle = reachedLimit(decision);
  if (throttle) return { type: 'throttle', throttle, message };
  const budget = spentBudget(trace);
  if (budget) return { type: 'budget', hold: budget, message };
  if (outcome.type === 'block') return { type: 'block', status: outcome.status, message: outcome.message };
  const calls = (trace.at(-1)?.results ?? []).filter(isFailedCall);
  // A model that was called says more of what went wrong than one that was passed over, and one that the key may use more
  // than others.
  const call =
    calls.findLast(({ failure }) => !PASSED_OVER.includes(failure)) ??
    calls.findLast(({ failure }) => failure !== 'not_allowed') ??
    calls.at(-1);
  if (call?.failure === 'over_budget') {
    const hold = trace.flatMap((step) => step.results ?? []).findLast(isHold);
    if (hold) return { type: 'budget', hold, message: null };
  }
  return call ? { type: 'failure', call } : { type: 'unfinished', node: outcome.node, port: outcome.port };
}

/** The status of a failed call, as the app gets it. */
const FAILURE_STATUS: Readonly<Record<CallFailure, number>> = {
  rate_limited: 429,
  server_error: 502,
  timeout: 504,
  slow_start: 504,
  connect: 502,
  broken: 502,
  context_too_long: 400,
  refused: 400,
  bad_request: 400,
  auth: 502,
  over_budget: 429,
  unsupported: 400,
  unknown_model: 404,
  not_allowed: 403,
  cooling_down: 502,
  account_full: 429,
  bad_answer: 502,
  aborted: 499,
};

/** The status of a request that a budget did not let pass. */
const HOLD_STATUS: Readonly<Record<HoldResult['why'], number>> = {
  fits: 429,
  over_warning: 429,
  over_limit: 429,
  cost_unbounded: 400,
  price_unknown: 403,
  no_budget: 429,
  store_down: 503,
};

/** The status of a request that a throttle did not let pass. */
const THROTTLE_STATUS: Readonly<Record<ThrottleResult['why'], number>> = {
  fits: 429,
  over_limit: 429,
  too_large: 400,
  waited_in_vain: 429,
  too_many_waiting: 429,
  hung_up: 499,
  stopping: 503,
  price_unknown: 403,
  store_full: 503,
};

/** The HTTP status that the app gets for a decision: 200 where somebody answers or is to, else that of the refusal. */
export function statusOf(decision: Decision): number {
  const refusal = whyRefused(decision);
  switch (refusal?.type) {
    case undefined:
      return 200;
    case 'budget':
      return HOLD_STATUS[refusal.hold.why];
    case 'throttle':
      return THROTTLE_STATUS[refusal.throttle.why];
    case 'block':
      return refusal.status;
    case 'failure':
      return FAILURE_STATUS[refusal.call.failure];
    case 'unfinished':
      return 500;
  }
}
