import { z } from 'zod';
import type { CallFailure } from '../../../policies/effects.ts';
import { UpstreamError } from '../provider.ts';
import { retryAfter } from '../retry-after.ts';
import { transportFailure } from './upstream-fetch.ts';

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

const vendorError = z.object({ type: z.string(), message: z.string() });
const errorBody = z.union([z.object({ error: vendorError }).transform((body) => body.error), vendorError]);
const callError = z.object({
  statusCode: z.number().optional(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
  responseBody: z.string().optional(),
  message: z.string(),
});

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

function parsedBody(text: string | undefined): z.infer<typeof vendorError> | undefined {
  try {
    return errorBody.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

function* causes(error: unknown): Generator<Error> {
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    yield at;
  }
}

/** What went wrong in a call, from whatever the vendor's SDK or the connection threw. */
export function anthropicFailure(error: unknown): UpstreamError {
  for (const cause of causes(error)) {
    if (cause instanceof UpstreamError) return cause;
    const broken = transportFailure(cause, true);
    if (broken) return broken;
  }
  // An error event in the middle of a stream is the vendor's plain object.
  const event = vendorError.safeParse(error);
  if (event.success && !(error instanceof Error)) {
    const { type, message } = event.data;
    return new UpstreamError(failureFor(type, message, 500), message.slice(0, MAX_MESSAGE), { billed: 'maybe' });
  }
  const call = callError.safeParse(error).data;
  const status = call?.statusCode;
  if (call === undefined || status === undefined || status < 300) {
    const why = error instanceof Error ? error.message : 'unknown';
    return new UpstreamError('bad_answer', `not an answer of the protocol: ${why}`, { status, billed: 'maybe' });
  }
  const body = parsedBody(call.responseBody);
  const message = body?.message ?? (call.message || `status ${status}`);
  return new UpstreamError(failureFor(body?.type, message, status), message.slice(0, MAX_MESSAGE), {
    status,
    // A proxy that gave up waiting does not know whether the model went on.
    billed: status === 504 ? 'maybe' : 'no',
    retryAfterMs: retryAfter(call.responseHeaders?.['retry-after'] ?? null),
  });
}
