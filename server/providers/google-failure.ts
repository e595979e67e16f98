/** Reads the errors of the Gemini API (google.rpc.Status) into the words that fallback lists know. */
import { z } from 'zod';
import type { CallFailure } from '../../policies/effects.ts';
import type { JsonObject } from '../wire/json-value.ts';
import { UpstreamError } from './provider.ts';

const status = z.object({
  code: z.number().optional(),
  message: z.string().default(''),
  status: z.string().default(''),
  details: z
    .array(z.object({ reason: z.string().optional(), retryDelay: z.string().optional() }))
    .optional()
    .catch(undefined),
});
/** An error may stand in a list of one. */
const wrapped = z.preprocess((value) => (Array.isArray(value) ? value[0] : value), z.object({ error: status }));

type Status = z.infer<typeof status>;

/** As much of a vendor's message as is passed on, in characters. */
const MAX_MESSAGE = 500;

/** By the canonical codes of google.rpc. */
const FAILURES: Readonly<Record<string, CallFailure>> = {
  UNAUTHENTICATED: 'auth',
  PERMISSION_DENIED: 'auth',
  NOT_FOUND: 'unknown_model',
  RESOURCE_EXHAUSTED: 'rate_limited',
  DEADLINE_EXCEEDED: 'timeout',
  UNAVAILABLE: 'server_error',
  INTERNAL: 'server_error',
};

function failureFor(code: number, { message, status, details }: Status): CallFailure {
  // A wrong key is an invalid argument here.
  if (details?.some(({ reason }) => reason === 'API_KEY_INVALID')) return 'auth';
  if (/token count .*exceeds|exceeds the maximum number of tokens/i.test(message)) return 'context_too_long';
  if (/blocked by .*(safety|polic)|prohibited/i.test(message)) return 'refused';
  const known = FAILURES[status];
  if (known !== undefined) return known;
  if (code === 429) return 'rate_limited';
  if (code === 401 || code === 403) return 'auth';
  if (code === 404) return 'unknown_model';
  if (code === 408 || code === 504) return 'timeout';
  if (code >= 500) return 'server_error';
  return code >= 400 ? 'bad_request' : 'bad_answer';
}

/** Milliseconds of a duration such as "37.8s"; null for anything else. */
function milliseconds(delay: string | undefined): number | null {
  const seconds = /^(\d+(\.\d+)?)s$/.exec(delay ?? '')?.[1];
  return seconds === undefined ? null : Math.ceil(Number(seconds) * 1000);
}

function errorOf(code: number, error: Status | undefined, billed: 'no' | 'maybe', retryAfterMs: number | null) {
  const said = error ?? { message: '', status: '' };
  const asked = said.details?.map(({ retryDelay }) => milliseconds(retryDelay)).find((delay) => delay !== null);
  const message = said.message === '' ? `it answered with status ${code}` : said.message.slice(0, MAX_MESSAGE);
  return new UpstreamError(failureFor(code, said), message, {
    status: code,
    billed,
    retryAfterMs: retryAfterMs ?? asked ?? null,
  });
}

/** The failure that an answer with a status other than 2xx stands for. `body` is its parsed JSON, or undefined. */
export function googleFailure(code: number, body: unknown, retryAfterMs: number | null): UpstreamError {
  const billed = code === 504 || code < 400 ? 'maybe' : 'no';
  return errorOf(code, wrapped.safeParse(body).data?.error, billed, retryAfterMs);
}

/** The failure that an error in the middle of a stream, or in a 2xx answer, stands for. */
export function googleFailureWithin(body: JsonObject): UpstreamError {
  const error = wrapped.safeParse(body).data?.error ?? status.safeParse(body).data;
  return errorOf(error?.code ?? 500, error, 'maybe', null);
}
