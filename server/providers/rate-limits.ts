/** What vendors say in the heads of their answers about how much more an account may do. */
import type { IncomingHttpHeaders } from 'node:http';

/** One limit at the moment of an answer. */
export interface SaidLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until all of it is free again. */
  readonly fullInMs: number;
}

export interface SaidLimits {
  readonly requests: SaidLimit | null;
  readonly tokens: SaidLimit | null;
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** "1s", "6m0s", "120ms", "1.5" (seconds), or a date, as milliseconds from `now` (since 1970); null for anything else. */
export function resetMs(said: string, now: number): number | null {
  const text = said.trim();
  if (text === '') return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds * 1000;
  if (/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(text)) {
    let sum = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
      sum += Number(amount) * (UNITS[unit ?? ''] ?? 0);
    }
    return sum;
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

type Headers = Readonly<IncomingHttpHeaders>;

function said(headers: Headers, limit: string, remaining: string, reset: string, now: number): SaidLimit | null {
  const most = headers[limit];
  const left = headers[remaining];
  const full = headers[reset];
  if (typeof most !== 'string' || typeof left !== 'string' || typeof full !== 'string') return null;
  const fullInMs = resetMs(full, now);
  const one = { limit: Number(most), remaining: Number(left), fullInMs: fullInMs ?? 0 };
  return fullInMs === null || !(one.limit > 0) || !(one.remaining >= 0) ? null : one;
}

const openAi = (headers: Headers, what: string, now: number): SaidLimit | null =>
  said(headers, `x-ratelimit-limit-${what}`, `x-ratelimit-remaining-${what}`, `x-ratelimit-reset-${what}`, now);
const anthropic = (headers: Headers, what: string, now: number): SaidLimit | null => {
  const name = `anthropic-ratelimit-${what}`;
  return said(headers, `${name}-limit`, `${name}-remaining`, `${name}-reset`, now);
};

/**
 * The limits that the head of an answer tells of: in the names of the OpenAI API, which many vendors use, or in those of
 * Anthropic (documentation of both: "Rate limits"). Null where it says nothing. `now` in milliseconds since 1970.
 */
export function limitsSaid(headers: Headers, now: number): SaidLimits | null {
  if (headers['x-ratelimit-limit-requests'] !== undefined || headers['x-ratelimit-limit-tokens'] !== undefined) {
    return { requests: openAi(headers, 'requests', now), tokens: openAi(headers, 'tokens', now) };
  }
  if (headers['anthropic-ratelimit-requests-limit'] === undefined) return null;
  return { requests: anthropic(headers, 'requests', now), tokens: anthropic(headers, 'tokens', now) };
}
