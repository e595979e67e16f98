/** What came of calls to models, in the words of the trace. */
import type { CallFailure, CallNeed, CallResult } from '../../policies/effects.ts';
import type { Model } from '../../policies/model.ts';
import type { NoRoom } from './pacing.ts';

/** A call that failed or was not made; `model` null where none of that name is known. */
export const refused = (need: CallNeed, model: Model | null, failure: CallFailure, message: string): CallResult => ({
  ok: false,
  model: model?.id ?? null,
  asked: need.model,
  failure,
  message,
});

interface Made {
  readonly need: CallNeed;
  readonly model: Model;
}

/** The account has no room for a call in time. */
export function full({ need, model }: Made, { before, waitedMs, retryAfterMs }: NoRoom): CallResult {
  const others = before === 0 ? '' : `, and ${before} ${before === 1 ? 'call waits' : 'calls wait'} for room before it`;
  return {
    ...refused(need, model, 'account_full', `its account may do no more in this minute${others}`),
    ...(retryAfterMs !== null && { retryAfterMs }),
    ...(waitedMs > 0 && { pacedMs: Math.round(waitedMs) }),
  };
}

/** What was done so that a call could be made. */
interface Done {
  readonly dropped: readonly string[];
  readonly refusedBefore: readonly string[];
  readonly pacedMs: number;
}

/** A result with what was done for it. */
export function noted(result: CallResult, { dropped, refusedBefore, pacedMs }: Done): CallResult {
  if (dropped.length === 0 && refusedBefore.length === 0 && pacedMs === 0) return result;
  return {
    ...result,
    ...(dropped.length > 0 && { dropped }),
    ...(refusedBefore.length > 0 && { refusedBefore }),
    ...(pacedMs > 0 && { pacedMs }),
  };
}
