/** What every upstream is to the gateway. One file a provider, one line in `index.ts`. */
import type { CallFailure } from '../../policies/effects.ts';
import type { Model } from '../../policies/model.ts';
import type { ClientProtocol } from '../wire/protocol.ts';
import type { SaidLimits } from './rate-limits.ts';

/** One call. The body speaks the client's protocol; its `model` already is the provider's own name for the model. */
export interface UpstreamRequest {
  readonly protocol: Pick<ClientProtocol, 'endpoint' | 'translation' | 'embeddings'>;
  readonly model: Model;
  readonly body: Buffer;
  readonly stream: boolean;
  /** Longest wait for the first byte of the answer's head, and between two pieces of it, in milliseconds. */
  readonly timeoutMs: number;
  /** Headers passed on: request id and trace context. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Where an answer goes, in the bytes of the client's protocol (one JSON document, or server-sent events).
 * `head` comes first and once, then `data`, then exactly one of `end` and `fail`; `fail` may come without a head.
 */
export interface AnswerSink {
  head(answer: AnswerHead): void;
  data(bytes: Buffer): void;
  end(): void;
  fail(error: UpstreamError): void;
  /** What the vendor says of the account's limits, in the head of any answer; before `head` and `fail`. */
  limits?(said: SaidLimits): void;
}

export interface AnswerHead {
  /** Always a 2xx status: others are failures. */
  readonly status: number;
  readonly contentType: string;
  /** The vendor's id of the request, for its support. */
  readonly requestId: string | null;
}

/** A call under way. */
export interface UpstreamCall {
  /** Stops reading from the upstream, for a client that is slow. */
  pause(): void;
  resume(): void;
  /** Ends the call at once: its sink hears of a failure `aborted`, unless it has heard of an end. */
  cancel(): void;
}

/** A request for a message whose tokens are to be counted, as the vendor's own endpoint for that takes it. */
export type CountRequest = Pick<UpstreamRequest, 'body' | 'timeoutMs' | 'headers'>;

export interface Provider {
  readonly name: string;
  send(request: UpstreamRequest, sink: AnswerSink): UpstreamCall;
  /** The tokens of a request as the vendor counts them; vendors without such a count leave it out. Rejects with UpstreamError. */
  countTokens?(request: CountRequest): Promise<number>;
  close(): Promise<void>;
}

/** Characters of what is said of a failure: upstreams, and the packages that read them, may quote whole answers. */
const LONGEST_MESSAGE = 1000;

/** A call that failed. `billed` says whether the vendor may charge for it: "no" only where that is sure. */
export class UpstreamError extends Error {
  readonly failure: CallFailure;
  readonly status: number | null;
  readonly billed: 'no' | 'maybe';
  readonly retryAfterMs: number | null;

  constructor(
    failure: CallFailure,
    message: string,
    options: { status?: number; billed: 'no' | 'maybe'; retryAfterMs?: number | null },
  ) {
    super(message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message);
    this.name = 'UpstreamError';
    this.failure = failure;
    this.status = options.status ?? null;
    this.billed = options.billed;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
