/** Reads the errors of OpenAI-compatible upstreams into the words that fallback lists know. */
import type { CallFailure } from '../../policies/effects.ts';
import { UpstreamError } from '../providers/provider.ts';
import { isObject, type JsonObject } from './json-value.ts';

const CONTEXT_CODES = new Set(['context_length_exceeded', 'string_above_max_length', 'request_too_large']);
const REFUSAL_CODES = new Set([
  'content_filter',
  'content_policy_violation',
  'ResponsibleAIPolicyViolation',
  'moderation_blocked',
]);
const MODEL_CODES = new Set(['model_not_found', 'DeploymentNotFound']);

/** Many compatible servers set no code and only say it. */
const CONTEXT_WORDS =
  /(maximum|model'?s?) context (length|window)|context (length|window|size) (exceeded|of)|exceeds? the (available )?context|prompt is too long|too many (input )?tokens/i;
const REFUSAL_WORDS = /content (management )?policy|safety system|flagged by moderation/i;

const MAX_MESSAGE = 500;

interface ErrorFields {
  readonly codes: readonly string[];
  readonly message: string;
}

/** Reads `{error: {...}}`, `{error: "..."}`, and an error without a wrapper. */
function fieldsOf(body: unknown): ErrorFields {
  const error = isObject(body) ? (body.error ?? body) : body;
  if (typeof error === 'string') return { codes: [], message: error.slice(0, MAX_MESSAGE) };
  if (!isObject(error)) return { codes: [], message: '' };
  const inner: JsonObject = isObject(error.innererror) ? error.innererror : {};
  const codes = [error.code, error.type, inner.code].filter((code) => typeof code === 'string');
  const message = error.message ?? error.detail;
  return { codes, message: typeof message === 'string' ? message.slice(0, MAX_MESSAGE) : '' };
}

function failureFor(status: number, { codes, message }: ErrorFields): CallFailure {
  const rejected = status >= 400 && status < 500 && status !== 429;
  if (codes.some((code) => CONTEXT_CODES.has(code)) || (rejected && CONTEXT_WORDS.test(message)))
    return 'context_too_long';
  if (codes.some((code) => REFUSAL_CODES.has(code)) || (rejected && REFUSAL_WORDS.test(message))) return 'refused';
  if (status === 429) return 'rate_limited';
  if (status === 401 || status === 403) return 'auth';
  if (codes.some((code) => MODEL_CODES.has(code))) return 'unknown_model';
  if (status === 413) return 'context_too_long';
  if (status === 408 || status === 504 || status === 524) return 'timeout';
  if (status >= 500) return 'server_error';
  return status >= 400 ? 'bad_request' : 'bad_answer';
}

/**
 * The failure that an answer with a status other than 2xx stands for. `body` is its parsed JSON, or undefined. A proxy
 * that gave up waiting (504, 524) does not know whether the model went on.
 */
export function failureOfAnswer(status: number, body: unknown, retryAfterMs: number | null): UpstreamError {
  const fields = fieldsOf(body);
  const failure = failureFor(status, fields);
  const billed = (failure === 'timeout' && status !== 408) || status < 400 ? 'maybe' : 'no';
  const message = fields.message === '' ? `it answered with status ${status}` : fields.message;
  return new UpstreamError(failure, message, { status, billed, retryAfterMs });
}

/** The failure that an error in the body of a 2xx answer stands for, `body` being the document or event that holds it. */
export function failureInAnswer(body: JsonObject): UpstreamError {
  const fields = fieldsOf(body);
  const code = isObject(body.error) ? Number(body.error.code ?? body.error.status) : Number.NaN;
  const status = code >= 400 && code < 600 ? code : 500;
  const message = fields.message === '' ? 'it sent an error without a message' : fields.message;
  return new UpstreamError(failureFor(status, fields), message, { status, billed: 'maybe' });
}
