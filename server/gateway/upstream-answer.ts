/** One call under way: waits until it is sure that the model answers, then lets the answer through to the client. */
import type { Model } from '../../policies/model.ts';
import type { Usage } from '../../policies/request.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import {
  type AnswerHead,
  type AnswerSink,
  type Provider,
  type UpstreamCall,
  UpstreamError,
  type UpstreamRequest,
} from '../providers/provider.ts';
import type { SaidLimits } from '../providers/rate-limits.ts';
import type { AnswerStream, ClientRequest, Received, WholeAnswer } from '../wire/protocol.ts';
import type { Paced } from './allowance.ts';
import { endOfTurn } from './turn.ts';
import type { Upstream } from './upstreams.ts';

/** Bytes of a stream that may arrive before its first content; beyond it the answer is taken as begun. */
const MOST_BEFORE_CONTENT = 64 * 1024;

/** Who takes a streamed answer. `data` answers whether it can take more at once. */
export interface StreamReader {
  data(bytes: Buffer): boolean;
  end(): void;
  fail(error: UpstreamError): void;
}

/** Only spaces and line ends, which some upstreams send to keep the connection. */
function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 0x20) return false;
  return true;
}

type State = 'waiting' | 'answering' | 'over';

/** How soon an answer has to begin, where that is sooner than patience for its pieces says. */
export interface BeginLimit {
  readonly ms: number;
  readonly failure: 'timeout' | 'slow_start';
}

export class UpstreamAnswer implements AnswerSink {
  readonly model: Model;
  readonly startedAt = performance.now();
  firstByteMs: number | null = null;
  /** When it was sure that the model answers, by `performance.now()`; null before. */
  begunAt: number | null = null;
  /** What is known of the model, where this call is to be noted there; with the room that it took. */
  watched: { readonly upstream: Upstream; readonly paced: Paced | null; readonly now: () => number } | null = null;
  whole: WholeAnswer | null = null;
  readonly stream: AnswerStream | null;
  upstreamId: string | null = null;
  #state: State = 'waiting';
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #reader: StreamReader | null = null;
  /** What came for the reader before there was one. */
  #finish: { readonly error: UpstreamError | null } | null = null;
  #call: UpstreamCall | null = null;
  #resolve: () => void = () => undefined;
  #reject: (error: UpstreamError) => void = () => undefined;
  /** What has come, where it is to be kept; null once it is too much. */
  #copy: Buffer[] | null = null;
  #copyRoom = 0;
  readonly #request: ClientRequest;
  readonly #placeholders: Placeholders | null;
  #timeoutMs = 0;
  #beginLimit: BeginLimit | null = null;
  #timer: NodeJS.Timeout | undefined;
  #lastPieceAt = 0;
  #paused = false;

  /** `placeholders` are put back into the answer where there are any. */
  constructor(model: Model, request: ClientRequest, placeholders: Placeholders | null) {
    this.model = model;
    this.#request = request;
    this.#placeholders = placeholders;
    this.stream = request.view.stream ? request.openStream(placeholders) : null;
  }

  /** Sends the request; resolves when the model surely answers, rejects with UpstreamError when the call has failed before. */
  begin(provider: Provider, request: UpstreamRequest, limit: BeginLimit | null = null): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#call = provider.send(request, this);
      this.#timeoutMs = request.timeoutMs;
      this.#beginLimit = limit;
      this.#lastPieceAt = performance.now();
      if (this.#state !== 'over') {
        this.#timer = setTimeout(this.#late, Math.min(request.timeoutMs, limit?.ms ?? Number.POSITIVE_INFINITY));
      }
    });
  }

  /** Keeps a copy of what comes from upstream, unless it is more bytes than these; to be called before it begins. */
  copyUpTo(bytes: number): void {
    this.#copy = [];
    this.#copyRoom = bytes;
  }

  /** The copy; null where none is kept, or it was too large. */
  get copied(): Buffer | null {
    return this.#copy && Buffer.concat(this.#copy);
  }

  /** Takes back a call that was never sent. */
  withdraw(): void {
    if (this.watched) this.watched.upstream.health.underWay -= 1;
    this.watched = null;
  }

  /** Notes the end of the call with what is known of its model; `failure` null where the answer is whole. */
  ended(failure: string | null, { inputTokens, outputTokens }: Usage): void {
    if (!this.watched) return;
    const { upstream, paced, now } = this.watched;
    this.watched = null;
    // An answer in one piece is written in the time that it took; what comes in pieces, from its first content on.
    const since = this.stream ? (this.begunAt ?? this.startedAt) : this.startedAt;
    upstream.ended(failure, { outputTokens, writingMs: performance.now() - since }, now());
    if (paced) upstream.pace.settle(paced, inputTokens + outputTokens);
  }

  /** Lets the stream through. What has come so far is given at once. */
  read(reader: StreamReader): void {
    this.#reader = reader;
    const pending = this.#pending;
    this.#pending = [];
    for (const bytes of pending) if (!reader.data(bytes)) this.pause();
    if (this.#finish) this.#tell(this.#finish.error);
  }

  /** Ends the call, because nobody wants its answer any more; whoever waits for it is told. */
  cancel(): void {
    this.fail(new UpstreamError('aborted', 'the call was ended', { billed: 'maybe' }));
  }

  pause(): void {
    this.#paused = true;
    this.#call?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#lastPieceAt = performance.now();
    this.#call?.resume();
  }

  get usage(): Usage | null {
    return this.stream ? this.stream.usage : (this.whole?.usage ?? null);
  }

  get received(): Received {
    return this.stream?.received ?? this.whole?.received ?? { characters: 0, bytes: 0 };
  }

  /** The answer's texts as JSON, as the model wrote them, for the record. */
  get text(): string {
    return this.stream ? this.stream.assembledAnswer() : (this.whole?.text ?? '');
  }

  /** The texts that the model has written. */
  get texts(): readonly string[] {
    return this.stream?.texts() ?? this.whole?.texts() ?? [];
  }

  limits(said: SaidLimits): void {
    if (!this.watched) return;
    const { upstream, paced } = this.watched;
    upstream.pace.said(said, paced);
  }

  head(answer: AnswerHead): void {
    this.firstByteMs = performance.now() - this.startedAt;
    this.upstreamId = answer.requestId;
    if (this.stream && !answer.contentType.includes('text/event-stream')) {
      this.fail(
        new UpstreamError(
          'bad_answer',
          `a stream was asked for, and ${answer.contentType || 'something unnamed'} came`,
          { billed: 'maybe' },
        ),
      );
    }
  }

  data(bytes: Buffer): void {
    if (this.#state === 'over') return;
    if (this.#copy) this.#copied(bytes);
    if (!this.stream) {
      if (!isBlank(bytes)) this.#lastPieceAt = performance.now();
      this.#pending.push(bytes);
      return;
    }
    const before = this.stream.receivedBytes;
    const out = this.stream.push(bytes);
    if (this.stream.receivedBytes !== before || bytes.includes('data:')) this.#lastPieceAt = performance.now();
    if (out) this.#forward(out);
    if (this.stream.error) this.fail(this.stream.error);
    else if (this.stream.done) this.#ended();
    else if (this.#state === 'waiting' && (this.stream.contentSeen || this.#pendingBytes > MOST_BEFORE_CONTENT))
      this.#answering();
  }

  end(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'over') return;
    if (this.stream) {
      this.#ended();
      return;
    }
    // It has come whole: what it cost is what it says, also where the client hangs up before it is read.
    this.#state = 'over';
    endOfTurn().then(() => this.#readWhole());
  }

  /** A stream is over with its [DONE], even if its connection is not. */
  #ended(): void {
    if (!this.stream) return;
    // The rest of the connection waits for nobody.
    if (this.#paused) this.resume();
    const out = this.stream.end();
    if (out) this.#forward(out);
    if (this.stream.error) {
      this.fail(this.stream.error);
    } else if (!this.stream.complete) {
      this.fail(new UpstreamError('broken', 'the stream ended before the answer did', { billed: 'maybe' }));
    } else {
      if (this.#state === 'waiting') this.#answering();
      this.#over(null);
    }
  }

  fail(error: UpstreamError): void {
    clearTimeout(this.#timer);
    if (this.#state === 'over') return;
    // An answer with all its finish reasons is whole, however its connection ends.
    if (error.failure !== 'aborted' && this.stream?.complete) {
      this.#ended();
      this.#call?.cancel();
      return;
    }
    const waiting = this.#state === 'waiting';
    this.#state = 'over';
    // Whatever is still to come of it is of no use.
    this.#call?.cancel();
    if (waiting) this.#reject(error);
    else this.#over(error);
  }

  /**
   * Comments and blank lines are signs of life and no answer: they neither begin it nor go on with it. While the client
   * is slow nothing is expected.
   */
  readonly #late = (): void => {
    const now = performance.now();
    const silent = now - this.#lastPieceAt;
    const limit = this.#isToBegin() ? this.#beginLimit : null;
    const leftToBegin = limit ? this.startedAt + limit.ms - now : Number.POSITIVE_INFINITY;
    if (this.#state === 'over') this.#call?.cancel();
    else if (limit && leftToBegin <= 0) {
      this.fail(
        new UpstreamError(limit.failure, `it did not begin within ${Math.round(limit.ms)} ms`, { billed: 'maybe' }),
      );
    } else if (!this.#paused && silent >= this.#timeoutMs) {
      this.fail(
        new UpstreamError('timeout', `nothing of an answer came within ${this.#timeoutMs} ms`, { billed: 'maybe' }),
      );
    } else {
      const left = this.#paused ? this.#timeoutMs : this.#timeoutMs - silent;
      this.#timer = setTimeout(this.#late, Math.min(left, leftToBegin) + 1);
    }
  };

  /** A stream begins with its first content, an answer in one piece with its head: then it is on its way. */
  #isToBegin(): boolean {
    return this.#state === 'waiting' && (this.stream !== null || this.firstByteMs === null);
  }

  #copied(bytes: Buffer): void {
    this.#copyRoom -= bytes.length;
    if (this.#copyRoom < 0) this.#copy = null;
    else this.#copy?.push(bytes);
  }

  #readWhole(): void {
    try {
      this.whole = this.#request.readWhole(
        this.#pending.length === 1 && this.#pending[0] ? this.#pending[0] : Buffer.concat(this.#pending),
        this.#placeholders,
      );
      this.#pending = [];
      this.begunAt = performance.now();
      this.#resolve();
    } catch (error) {
      this.#reject(
        error instanceof UpstreamError
          ? error
          : new UpstreamError('bad_answer', 'the answer could not be read', { billed: 'maybe' }),
      );
    }
  }

  #forward(bytes: Buffer): void {
    if (this.#reader) {
      if (!this.#reader.data(bytes)) this.pause();
      return;
    }
    this.#pendingBytes += bytes.length;
    this.#pending.push(bytes);
  }

  #answering(): void {
    this.#state = 'answering';
    this.begunAt = performance.now();
    this.#resolve();
  }

  #over(error: UpstreamError | null): void {
    this.#state = 'over';
    if (this.#reader) this.#tell(error);
    else this.#finish = { error };
  }

  #tell(error: UpstreamError | null): void {
    if (error) this.#reader?.fail(error);
    else this.#reader?.end();
  }
}
