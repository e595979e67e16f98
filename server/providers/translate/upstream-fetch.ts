import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import { UpstreamError } from '../provider.ts';
import { answerBody } from './answer-body.ts';

/** Codes of errors that happen before a byte of the request has left. */
const NOT_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EPRIVATE|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/;
const BROKEN = /^(ECONNRESET|EPIPE|ETIMEDOUT|UND_ERR_SOCKET|UND_ERR_RES_\w+|HPE_\w+)$/;

/** What a connection's own error means, before or after the answer's head; null for an error of another kind. */
export function transportFailure(error: unknown, headSeen: boolean): UpstreamError | null {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (NOT_CONNECTED.test(code)) return new UpstreamError('connect', `no connection (${code})`, { billed: 'no' });
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    return new UpstreamError('timeout', 'the answer stopped coming', { billed: 'maybe' });
  }
  if (!BROKEN.test(code)) return null;
  return headSeen
    ? new UpstreamError('broken', `the connection broke in the middle of the answer (${code})`, {
        billed: 'maybe',
      })
    : new UpstreamError('connect', `the connection broke before the answer (${code})`, { billed: 'maybe' });
}

/**
 * A `fetch` for the vendor SDK over one dispatcher. `timeoutMs` bounds the wait for the head, connecting included, and
 * then for each piece of the body while somebody reads it. `check` sees the body before it is sent, and `onHead` the head of
 * any answer; both may throw.
 */
export function upstreamFetch(
  dispatcher: Dispatcher,
  timeoutMs: number,
  check: (body: string) => void,
  onHead: (status: number, headers: IncomingHttpHeaders) => void,
): typeof globalThis.fetch {
  return async (input, init) => {
    const body = init?.body;
    if (typeof body !== 'string') throw new TypeError('the body is not text');
    check(body);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    const signals = [late.signal, ...(init?.signal ? [init.signal] : [])];
    try {
      const answer = await request(input instanceof Request ? input.url : input, {
        dispatcher,
        method: 'POST',
        headers: { ...Object.fromEntries(new Headers(init?.headers)), 'accept-encoding': 'identity' },
        body,
        signal: AbortSignal.any(signals),
        // The timer above covers it, more exactly.
        headersTimeout: 0,
        bodyTimeout: timeoutMs,
      });
      try {
        onHead(answer.statusCode, answer.headers);
      } catch (error) {
        // Nobody will read it; what its end says of that is of no use.
        answer.body.on('error', () => {}).destroy();
        throw error;
      }
      const headers = new Headers();
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined) headers.set(name, typeof value === 'string' ? value : value.join(', '));
      }
      return new Response(Readable.toWeb(answerBody(answer.body, headers)), { status: answer.statusCode, headers });
    } catch (error) {
      if (init?.signal?.aborted) throw error;
      if (!late.signal.aborted) throw transportFailure(error, false) ?? error;
      throw new UpstreamError('timeout', `no answer within ${timeoutMs} ms`, { billed: 'maybe' });
    } finally {
      clearTimeout(timer);
    }
  };
}
