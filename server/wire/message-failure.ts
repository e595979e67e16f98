/** Reads the errors of Anthropic's messages into the words that fallback lists know. */
import type { CallFailure } from '../../policies/effects.ts';
import { UpstreamError } from '../providers/provider.ts';
import { isObject, type JsonObject } from './json-value.ts';

/** The vendor's error types (docs: "Errors"); `invalid_request_error` is told apart by its message. */
const FAILURES: Readonly<Record<string, CallFailure>> = {
  authentication_error: 'auth',
  permission_error: 'auth',
  billing_error: 'auth',
  not_found_error: 'unknown_model',
  request_too_large: 'context_too_long',
  rate_limit_error: 'rate_limited',
  timeout_error: 'timeout',
  api_error: 'server_error',
  overloaded_error: 'server_error',
};

/** As much of a vendor's message as is passed on, in characters. */
const MAX_MESSAGE = 500;

interface VendorError {
  readonly type: string;
  readonly message: string;
}

function failureFor(type: string | undefined, message: string, status: number): CallFailure {
  if (/prompt is too long|exceeds? (the )?context (limit|window)/i.test(message)) return 'context_too_long';
  if (/content filtering policy|usage polic/i.test(message)) return 'refused';
  if (/credit balance is too low/i.test(message)) return 'auth';
  const known = type === undefined ? undefined : FAILURES[type];
  if (known !== undefined) return known;
  if (status === 429) return 'rate_limited';
  if (status === 401 || status === 402 || status === 403) return 'auth';
  if (status === 404) return 'unknown_model';
  if (status === 413) return 'context_too_long';
  if (status === 408 || status === 504) return 'timeout';
  if (status >= 500) return 'server_error';
  return status >= 400 ? 'bad_request' : 'bad_answer';
}

/** The vendor's error in a body or an event, with or without its wrapper; undefined where there is none. */
function vendorError(body: unknown): VendorError | undefined {
  const error = isObject(body) && isObject(body.error) ? body.error : body;
  if (!isObject(error) || typeof error.type !== 'string' || typeof error.message !== 'string') return undefined;
  return { type: error.type, message: error.message };
}

/** The failure that an answer with a status other than 2xx stands for. `body` is its parsed JSON, or undefined. */
export function messageFailure(status: number, body: unknown, retryAfterMs: number | null): UpstreamError {
  const error = vendorError(body);
  const message = error?.message ?? `it answered with status ${status}`;
  return new UpstreamError(failureFor(error?.type, message, status), message.slice(0, MAX_MESSAGE), {
    status,
    // A proxy that gave up waiting does not know whether the model went on.
    billed: status === 504 || status < 400 ? 'maybe' : 'no',
    retryAfterMs,
  });
}

/** The failure that an error event in the middle of a stream, or an error in a 2xx answer, stands for. */
export function messageFailureWithin(body: JsonObject): UpstreamError {
  const { type, message } = vendorError(body) ?? { type: '', message: 'it sent an error without a message' };
  return new UpstreamError(failureFor(type, message, 500), message.slice(0, MAX_MESSAGE), { billed: 'maybe' });
}
