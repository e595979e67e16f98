/** Reads the failures that stand in OpenAI's responses into the words that fallback lists know. */
import type { CallFailure } from '../../policies/effects.ts';
import { UpstreamError } from '../providers/provider.ts';
import { failureInAnswer } from './chat-failure.ts';
import { isObject, type JsonObject } from './json-value.ts';

/** Codes that a response which has failed carries, besides those that chats share. */
const FAILURES: Readonly<Record<string, CallFailure>> = {
  rate_limit_exceeded: 'rate_limited',
  too_many_requests: 'rate_limited',
  insufficient_quota: 'rate_limited',
  invalid_prompt: 'refused',
  image_content_policy_violation: 'refused',
  vector_store_timeout: 'timeout',
};
/** Said of a picture that cannot be read. */
const OF_IMAGES = /image/;

/**
 * The failure that an `error` event, a failed response or an error in a 2xx answer stands for. The documentation puts the
 * error's fields into the event itself, the vendor's servers into an object of their own; both are read.
 */
export function failureInResponse(body: JsonObject): UpstreamError {
  const error = isObject(body.error) ? body.error : { code: body.code, message: body.message };
  const general = failureInAnswer({ error });
  const code = typeof error.code === 'string' ? error.code : '';
  const known = FAILURES[code] ?? (OF_IMAGES.test(code) ? 'bad_request' : null);
  return known === null ? general : new UpstreamError(known, general.message, { billed: 'maybe' });
}
