/** One POST to a webhook: to the address that was checked and to no other, without redirects, in limited time. */
import { STATUS_CODES } from 'node:http';
import { Agent, errors, request } from 'undici';
import { retryAfter } from '../providers/retry-after.ts';
import { addressOf, type Resolve, readWebhookUrl } from './address.ts';

/** What came of sending a message, in words for people. */
export interface Sent {
  readonly ok: boolean;
  readonly words: string;
  /** How long the receiver asks to be left alone, in milliseconds; null where it does not say. */
  readonly retryAfterMs: number | null;
}

export interface Network {
  readonly resolve: Resolve;
  /** Whether webhooks may lead into the gateway's own network. */
  readonly allowPrivate: boolean;
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs: number;
}

export const failed = (words: string, retryAfterMs: number | null = null): Sent => ({ ok: false, words, retryAfterMs });

/** Bytes of an answer that are read for the sake of its words; the rest is never waited for. */
const LONGEST_ANSWER = 64 * 1024;
const SHOWN_CHARACTERS = 200;

/** Posts a body. Never rejects. */
export async function post(
  text: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  network: Network,
): Promise<Sent> {
  const url = readWebhookUrl(text, network.allowPrivate);
  if (typeof url === 'string') return failed(`${url}.`);
  const { timeoutMs } = network;
  const signal = AbortSignal.timeout(timeoutMs);
  let agent: Agent | null = null;
  try {
    const { address, family } = await before(signal, addressOf(url, network.resolve, network.allowPrivate));
    agent = new Agent({
      connect: {
        timeout: timeoutMs,
        // Whatever the name leads to by now: what was checked is what is connected to.
        lookup: (_hostname, options, found) =>
          options.all ? found(null, [{ address, family }]) : found(null, address, family),
      },
    });
    const answer = await request(url, {
      method: 'POST',
      headers: { ...headers, 'user-agent': 'signalbox-alerts' },
      body,
      dispatcher: agent,
      signal,
    });
    const { statusCode } = answer;
    if (statusCode >= 200 && statusCode < 300)
      return { ok: true, words: `It answered ${say(statusCode)}.`, retryAfterMs: null };
    if (statusCode >= 300 && statusCode < 400) {
      return failed(
        `It answered ${say(statusCode)}, a redirect to another address, which is not followed. Enter the address that it leads to.`,
      );
    }
    const why = await wordsOf(answer.body).catch(() => '');
    const { 'retry-after': after } = answer.headers;
    return failed(
      `It answered ${say(statusCode)}${why === '' ? '' : `: “${why}”`}.`,
      retryAfter(typeof after === 'string' ? after : null),
    );
  } catch (error) {
    return failed(signal.aborted ? `It did not answer within ${timeoutMs / 1000} seconds.` : sayTrouble(error));
  } finally {
    // What is still coming of an answer is of no interest.
    agent?.destroy().catch(() => {});
  }
}

function before<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}

const say = (status: number): string => {
  const words = STATUS_CODES[status];
  return words === undefined ? String(status) : `${status} (${words})`;
};

/** The beginning of an answer as one line. */
async function wordsOf(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.length;
    if (length >= LONGEST_ANSWER) break;
  }
  const text = Buffer.concat(pieces).subarray(0, LONGEST_ANSWER).toString('utf8');
  const line = text.replace(/[\p{Cc}\p{Cf}\s\ufffd]+/gu, ' ').trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}

const TROUBLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nobody listens at this address.',
  ECONNRESET: 'It broke the connection off.',
  EPIPE: 'It broke the connection off.',
  UND_ERR_SOCKET: 'It broke the connection off.',
  EHOSTUNREACH: 'There is no way to this address from here.',
  ENETUNREACH: 'There is no way to this address from here.',
  ETIMEDOUT: 'It cannot be reached.',
  UND_ERR_CONNECT_TIMEOUT: 'It cannot be reached.',
  UND_ERR_HEADERS_OVERFLOW: 'Its answer has a head that is too long.',
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is signed by itself, so nobody can tell that it is the right server.',
  SELF_SIGNED_CERT_IN_CHAIN: 'Its certificate is signed by somebody unknown here.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its certificate is signed by somebody unknown here.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name.',
};

function sayTrouble(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (Object.hasOwn(TROUBLE, code)) return TROUBLE[code] ?? '';
  if (error instanceof errors.HTTPParserError) return 'What it answered is no HTTP.';
  return error instanceof Error ? error.message : String(error);
}
