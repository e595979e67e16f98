/** Headers of the client's that an upstream gets to see. */
import type { Exchange } from './exchange.ts';

const TRACE_HEADERS = ['traceparent', 'tracestate'];

/** Headers for the upstream: our id of the request, the caller's trace, and what belongs to the client's protocol. */
export function passedOn(
  exchange: Pick<Exchange, 'id' | 'req' | 'protocol'> & Partial<Pick<Exchange, 'spans'>>,
): Record<string, string> {
  const { spans } = exchange;
  const headers: Record<string, string> = { 'x-request-id': exchange.id, ...spans?.headers() };
  // With spans of our own the upstream is a part of ours, which are a part of the caller's.
  for (const name of [...(spans ? [] : TRACE_HEADERS), ...exchange.protocol.passedHeaders]) {
    const value = exchange.req.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}
