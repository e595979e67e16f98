/** Why a call failed, in words. */
import type { CallFailure, CallResult } from '../../effects.ts';

/** To follow a colon. */
export const FAILURE_WORDS: Record<CallFailure, string> = {
  rate_limited: 'its provider asks to slow down',
  server_error: 'its provider failed',
  timeout: 'it did not answer in time',
  slow_start: 'its first words came too late',
  connect: 'its provider cannot be reached',
  broken: 'it broke off before its first words',
  context_too_long: 'the request is longer than it can read',
  refused: 'its provider refused the content',
  bad_request: 'its provider does not accept the request',
  auth: 'its provider refused the key of the gateway',
  over_budget: 'it would cost more than was held',
  unsupported: 'it cannot do what the request needs',
  unknown_model: 'there is no such model here',
  not_allowed: 'the key of this request may not use it',
  cooling_down: 'it failed a moment ago and is left alone',
  account_full: 'its account has no room for more in this minute',
  bad_answer: 'what came back was not an answer',
  aborted: 'the client hung up',
};

/** A failed call in words: "sandbox/small: its provider failed (503)". */
export function sayFailure(result: CallResult, model: string): string {
  const status = result.status === undefined ? '' : ` (${result.status})`;
  return `${result.model ?? model}: ${result.failure ? FAILURE_WORDS[result.failure] : 'failed'}${status}`;
}
