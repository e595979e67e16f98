/** Reads the errors of Amazon Bedrock into the words that fallback lists know. */
import { z } from 'zod';
import type { CallFailure } from '../../policies/effects.ts';
import type { JsonObject } from '../wire/json-value.ts';
import { UpstreamError } from './provider.ts';

/** Two spellings, by service. */
const said = z.object({ message: z.string().optional(), Message: z.string().optional() });

/** As much of a vendor's message as is passed on, in characters. */
const MAX_MESSAGE = 500;

function failureFor(status: number, message: string): CallFailure {
  if (status === 429 || /please wait before trying again/i.test(message)) return 'rate_limited';
  // The latter two are Titan's and Cohere's, of texts to embed.
  if (/input is too long|prompt is too long|maximum context|too many input tokens|expected maxLength/i.test(message)) {
    return 'context_too_long';
  }
  if (
    /model identifier is invalid|on-demand throughput|not authorized to access the model|access to the model/i.test(
      message,
    )
  )
    return 'unknown_model';
  if (/blocked by .*polic|content filter/i.test(message)) return 'refused';
  if (status === 401 || status === 403) return 'auth';
  if (status === 404) return 'unknown_model';
  if (status === 408 || status === 504) return 'timeout';
  // 424: the model itself has failed.
  if (status === 424 || status >= 500) return 'server_error';
  return status >= 400 ? 'bad_request' : 'bad_answer';
}

function messageOf(body: unknown): string {
  const { message, Message } = said.safeParse(body).data ?? {};
  return (message ?? Message ?? '').slice(0, MAX_MESSAGE);
}

/** The failure that an answer with a status other than 2xx stands for. `body` is its parsed JSON, or undefined. */
export function bedrockFailure(status: number, body: unknown, retryAfterMs: number | null): UpstreamError {
  const message = messageOf(body);
  return new UpstreamError(failureFor(status, message), message || `it answered with status ${status}`, {
    status,
    billed: status === 424 || status === 408 || status === 504 || status < 400 ? 'maybe' : 'no',
    retryAfterMs,
  });
}

/** The failure that an exception in the middle of a stream stands for; the package hands it on without its name. */
export function bedrockFailureWithin(body: JsonObject): UpstreamError {
  const message = messageOf(body);
  return new UpstreamError(failureFor(500, message), message || 'it sent an error without a message', {
    billed: 'maybe',
  });
}
