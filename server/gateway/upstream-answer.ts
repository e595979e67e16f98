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
import type { AnswerStream, ClientRequest, Received, WholeAnswer } from '../wire/protocol.ts';

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

export class UpstreamAnswer implements AnswerSink {
  readonly model: Model;
  readonly startedAt = performance.now();
  firstByteMs: number | null = null;
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
  readonly #request: ClientRequest;
  readonly #placeholders: Placeholders | null;
  #timeoutMs = 0;
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
  begin(provider: Provider, request: UpstreamRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#call = provider.send(request, this);
      this.#timeoutMs = request.timeoutMs;
      this.#lastPieceAt = performance.now();
      if (this.#state !== 'over') this.#timer = setTimeout(this.#late, request.timeoutMs);
    });
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
    if (this.stream === null) this.#readWhole();
    else this.#ended();
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
      this.fail(new UpstreamError('bad_answer', 'the stream ended before the answer did', { billed: 'maybe' }));
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
    const silent = performance.now() - this.#lastPieceAt;
    if (this.#state === 'over') this.#call?.cancel();
    else if (!this.#paused && silent >= this.#timeoutMs) {
      this.fail(
        new UpstreamError('timeout', `nothing of an answer came within ${this.#timeoutMs} ms`, { billed: 'maybe' }),
      );
    } else this.#timer = setTimeout(this.#late, this.#paused ? this.#timeoutMs : this.#timeoutMs - silent + 1);
  };

  #readWhole(): void {
    try {
      this.whole = this.#request.readWhole(
        this.#pending.length === 1 && this.#pending[0] ? this.#pending[0] : Buffer.concat(this.#pending),
        this.#placeholders,
      );
      this.#pending = [];
      this.#state = 'over';
      this.#resolve();
    } catch (error) {
      this.fail(
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
