/** Calls an upstream in a protocol that it speaks itself: bytes go out and come back as they are. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';
import { type Dispatcher, errors, Pool } from 'undici';
import type { Endpoint } from '../../policies/request.ts';
import { isObject, type JsonObject, parseJson } from '../wire/json-value.ts';
import { decoderOf, ENCODINGS } from './decoding.ts';
import type { Connecting } from './network.ts';
import { type AnswerSink, type UpstreamCall, UpstreamError, type UpstreamRequest } from './provider.ts';
import { limitsSaid } from './rate-limits.ts';
import { retryAfter } from './retry-after.ts';

/** Largest answer that is not a stream, in bytes. */
const MAX_ANSWER_BYTES = 20 * 1024 * 1024;

/** As much of a failure's body as is read to learn its reason. */
const MAX_FAILURE_BYTES = 64 * 1024;

/**
 * Compressed bytes that may wait to be decoded before the connection is held back. Not less: to go on with a connection
 * costs as much as all that has come over it in the meantime.
 */
const MOST_UNDECODED = 1024 * 1024;

/** How long a TCP and TLS connection may take, in milliseconds; a call with less time does not wait for it. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How a vendor says in its answers that a call has failed. */
export interface FailureReader {
  /** The failure that an answer with a status other than 2xx stands for; `body` is its parsed JSON, or undefined. */
  ofAnswer(status: number, body: unknown, retryAfterMs: number | null): UpstreamError;
  /** The failure that an error in the body of a 2xx answer stands for. */
  inAnswer(body: JsonObject): UpstreamError;
}

export interface PassThroughOptions {
  /** Where the paths begin, such as "https://api.openai.com/v1". */
  readonly baseUrl: string;
  /** The paths of the protocols that the upstream speaks, after the base; or what gives them for a model's name. */
  readonly paths: Partial<Record<Endpoint, string | ((model: string) => string)>>;
  /** Headers of every call, such as the key's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly failures: FailureReader;
  /** Most connections at once; as many as there are calls when left out. */
  readonly connections?: number;
  readonly connect?: Connecting;
}

export interface PassThrough {
  /** True where the upstream speaks the protocol. */
  speaks(endpoint: Endpoint): boolean;
  /**
   * Sends a request of a protocol that the upstream speaks. Failures before the connection stands, and statuses that say
   * the call was refused, are sure not to be billed; a timeout or a break after that may be.
   */
  send(request: UpstreamRequest, sink: AnswerSink): UpstreamCall;
  close(): Promise<void>;
}

function one(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** Media types of streams: server-sent events, and the binary frames of Amazon. */
const STREAMS = /text\/event-stream|application\/vnd\.amazon\.eventstream/;

/** What is wrong with the head of a 2xx answer, in words; null when it is as asked for. */
export function wrongHead(headers: IncomingHttpHeaders, stream: boolean): string | null {
  const type = one(headers, 'content-type') ?? '';
  if (type.includes('text/html')) return 'it is a web page';
  if (stream && type !== '' && !STREAMS.test(type)) return `it is ${type} instead of a stream`;
  if (!stream && STREAMS.test(type)) return 'it is a stream, which was not asked for';
  return null;
}

/** One call: undici's callbacks in, the sink's out; whichever of end, failure and cancellation comes first settles it. */
class Call implements Dispatcher.DispatchHandler, UpstreamCall {
  readonly #request: UpstreamRequest;
  readonly #sink: AnswerSink;
  readonly #failures: FailureReader;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #paused = false;
  #settled = false;
  #headSeen = false;
  /** Decodes an answer that comes compressed. It holds the connection back, and the client holds back the decoder. */
  #decoder: Transform | null = null;
  /** Bytes of the answer, decoded. */
  #bytes = 0;
  /** The head of an answer that is a failure, and what has come of its body. */
  #failed: { readonly status: number; readonly why: string | null; readonly retryAfterMs: number | null } | null = null;
  readonly #failureBody: Buffer[] = [];

  constructor(request: UpstreamRequest, sink: AnswerSink, failures: FailureReader) {
    this.#request = request;
    this.#sink = sink;
    this.#failures = failures;
    this.#timer = setTimeout(this.#late, request.timeoutMs);
  }

  pause(): void {
    this.#paused = true;
    if (this.#decoder) this.#decoder.pause();
    else this.#controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#decoder) this.#decoder.resume();
    else this.#controller?.resume();
  }

  cancel(): void {
    this.#fail(new UpstreamError('aborted', 'the call was ended', { billed: this.#controller ? 'maybe' : 'no' }));
  }

  readonly #late = (): void => {
    const wait = `within ${this.#request.timeoutMs} ms`;
    this.#fail(
      this.#controller
        ? new UpstreamError('timeout', `no answer ${wait}`, { billed: 'maybe' })
        : new UpstreamError('connect', `no connection ${wait}`, { billed: 'no' }),
    );
  };

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    return true;
  }

  #fail(error: UpstreamError): void {
    if (!this.#settle()) return;
    this.#controller?.abort(error);
    this.#decoder?.destroy();
    this.#sink.fail(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new Error('the call is over'));
    else if (this.#paused) controller.pause();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.#settled) return;
    this.#headSeen = true;
    clearTimeout(this.#timer);
    const said = limitsSaid(headers, Date.now());
    if (said) this.#sink.limits?.(said);
    const encoding = one(headers, 'content-encoding') ?? 'identity';
    const isEncoded = encoding !== 'identity' && encoding !== '';
    if (isEncoded) this.#decode(decoderOf(encoding));
    const unreadable =
      isEncoded && !this.#decoder ? `it is compressed in a way that the gateway cannot read (${encoding})` : null;
    const why = status < 300 ? (unreadable ?? wrongHead(headers, this.#request.stream)) : null;
    if (status >= 300 || why !== null) {
      this.#failed = {
        status,
        why,
        retryAfterMs: retryAfter(one(headers, 'retry-after'), one(headers, 'retry-after-ms')),
      };
      return;
    }
    const requestId = one(headers, 'x-request-id') ?? one(headers, 'request-id');
    this.#sink.head({ status, contentType: one(headers, 'content-type') ?? '', requestId });
  }

  onResponseData(_controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (this.#settled) return;
    if (!this.#decoder) this.#take(bytes);
    else if (!this.#decoder.write(bytes) && this.#decoder.writableLength > MOST_UNDECODED) this.#controller?.pause();
  }

  #decode(decoder: Transform | null): void {
    if (!decoder) return;
    this.#decoder = decoder;
    decoder.on('data', (bytes: Buffer) => this.#take(bytes));
    decoder.on('drain', () => this.#controller?.resume());
    decoder.on('end', () => this.#ended());
    decoder.on('error', () => {
      if (this.#failed) this.#fail(this.#failure());
      else this.#fail(new UpstreamError('bad_answer', 'its compressed answer is broken', { billed: 'maybe' }));
    });
    if (this.#paused) decoder.pause();
  }

  #take(bytes: Buffer): void {
    if (this.#settled) return;
    this.#bytes += bytes.length;
    if (this.#failed) {
      this.#failureBody.push(bytes);
      if (this.#bytes > MAX_FAILURE_BYTES) this.#fail(this.#failure());
    } else if (!this.#request.stream && this.#bytes > MAX_ANSWER_BYTES) {
      this.#fail(new UpstreamError('bad_answer', 'its answer is larger than 20 MB', { billed: 'maybe' }));
    } else this.#sink.data(bytes);
  }

  onResponseEnd(): void {
    if (this.#decoder) this.#decoder.end();
    else this.#ended();
  }

  #ended(): void {
    if (this.#failed) this.#fail(this.#failure());
    else if (this.#settle()) this.#sink.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // A failure's head alone tells what happened, even if its body breaks off.
    if (this.#failed) this.#fail(this.#failure());
    else this.#fail(this.#failureOfTransport(error));
  }

  #failure(): UpstreamError {
    const failed = this.#failed ?? { status: 0, why: null, retryAfterMs: null };
    const body = parseJson(Buffer.concat(this.#failureBody).toString('utf8'));
    if (failed.why === null) return this.#failures.ofAnswer(failed.status, body, failed.retryAfterMs);
    if (isObject(body) && body.error) return this.#failures.inAnswer(body);
    return new UpstreamError('bad_answer', failed.why, { status: failed.status, billed: 'maybe' });
  }

  #failureOfTransport(error: Error): UpstreamError {
    const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
    if (!this.#controller) {
      return new UpstreamError('connect', `no connection${code}: ${error.message}`, { billed: 'no' });
    }
    if (error instanceof errors.BodyTimeoutError) {
      const message = `nothing more came within ${this.#request.timeoutMs} ms`;
      return new UpstreamError('timeout', message, { billed: 'maybe' });
    }
    if (!this.#headSeen) {
      return new UpstreamError('connect', `the connection broke before the answer${code}`, { billed: 'maybe' });
    }
    return new UpstreamError('broken', `the connection broke in the middle of the answer${code}`, {
      billed: 'maybe',
    });
  }
}

export function createPassThrough(options: PassThroughOptions): PassThrough {
  const url = new URL(options.baseUrl);
  const base = url.pathname.replace(/\/+$/, '');
  const { paths } = options;
  const pool = new Pool(url.origin, {
    connections: options.connections ?? null,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...options.connect },
  });
  const baseHeaders = { 'content-type': 'application/json', ...options.headers };
  return {
    speaks: (endpoint) => Object.hasOwn(paths, endpoint),
    send(request, sink) {
      const path = paths[request.protocol.endpoint];
      if (path === undefined)
        throw new Error('A request was passed on in a protocol that its upstream does not speak.');
      const call = new Call(request, sink, options.failures);
      // A stream comes in small pieces, for which compressing is work and delay without gain.
      const [accept, encodings] = request.stream ? ['text/event-stream', 'identity'] : ['application/json', ENCODINGS];
      pool.dispatch(
        {
          path: `${base}${typeof path === 'string' ? path : path(request.model.name)}${url.search}`,
          method: 'POST',
          // The names that are always there first: to spread first gives each object a hidden class of its own.
          headers: { accept, 'accept-encoding': encodings, ...request.headers, ...baseHeaders },
          body: request.body,
          // The call keeps its own time for the head, which covers the wait for a connection too.
          headersTimeout: 0,
          bodyTimeout: request.timeoutMs,
        },
        call,
      );
      return call;
    },
    close: () => pool.close(),
  };
}
