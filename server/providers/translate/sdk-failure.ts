/** What went wrong in a call through a vendor's package, in the words that fallback lists know. */
import { z } from 'zod';
import { isObject, parseJson } from '../../wire/json-value.ts';
import type { FailureReader } from '../pass-through.ts';
import { UpstreamError } from '../provider.ts';
import { retryAfter } from '../retry-after.ts';
import { unsupported } from './chat-body.ts';
import { transportFailure } from './upstream-fetch.ts';

const callError = z.object({
  statusCode: z.number().optional(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
  responseBody: z.string().optional(),
  message: z.string(),
});

const cannotSay = z.object({ name: z.literal('AI_UnsupportedFunctionalityError'), functionality: z.string() });

function* causes(error: unknown): Generator<Error> {
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    yield at;
  }
}

/** The failure that a package or the connection has thrown; `reader` knows the vendor's own errors. */
export function sdkFailure(error: unknown, reader: FailureReader): UpstreamError {
  for (const cause of causes(error)) {
    if (cause instanceof UpstreamError) return cause;
    // What a package itself has no way to say; it throws before anything is sent.
    const functionality = cannotSay.safeParse(cause).data?.functionality;
    if (functionality !== undefined) return unsupported(functionality);
    const broken = transportFailure(cause, true);
    if (broken) return broken;
  }
  // An error in the middle of a stream is the vendor's plain object.
  if (isObject(error) && !(error instanceof Error)) return reader.inAnswer(error);
  const call = callError.safeParse(error).data;
  const status = call?.statusCode;
  if (call === undefined || status === undefined || status < 300) {
    const why = error instanceof Error ? error.message : String(error);
    return new UpstreamError('bad_answer', `not an answer of the protocol: ${why}`, { status, billed: 'maybe' });
  }
  const retryAfterMs = retryAfter(call.responseHeaders?.['retry-after'] ?? null);
  return reader.ofAnswer(status, parseJson(call.responseBody ?? ''), retryAfterMs);
}

/** The same failure where something of the answer, or of several calls, came before it: that was used, whatever became of it. */
export function afterABeginning({ failure, message, status, retryAfterMs }: UpstreamError): UpstreamError {
  return new UpstreamError(failure, message, { ...(status !== null && { status }), billed: 'maybe', retryAfterMs });
}
