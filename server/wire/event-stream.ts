/** The passage of a stream of events from an upstream to a client: what goes through, what is withheld, what was changed. */
import { UpstreamError } from '../providers/provider.ts';
import { EventSplitter, MAX_EVENT_BYTES, type SseEvent } from './sse.ts';

const NOTHING = Buffer.alloc(0);

/** Joins pieces without copying a single one. */
function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces);
}

/** What every protocol's stream has in common; how an event is read is its own. */
export abstract class EventStream {
  error: UpstreamError | null = null;
  readonly #splitter = new EventSplitter();
  #withheld: Buffer[] | null = null;
  #withheldBytes = 0;
  #out: Buffer[] = [];
  #altered = false;

  /** Reads an event, and emits it or what stands in its place. */
  protected abstract take(event: SseEvent): void;

  /** Whether an end without its blank line is an event all the same. */
  protected abstract isWhole(data: string): boolean;

  /**
   * Reads events at the beginning of these bytes that go through as they are, and gives the bytes that they take. For
   * events that come often: to split them first takes half as long again.
   */
  protected takePlain(_bytes: Buffer): number {
    return 0;
  }

  push(bytes: Buffer): Buffer | null {
    if (this.error) return null;
    const fresh = this.#splitter.held === 0;
    const plain = fresh && this.#withheld === null ? this.takePlain(bytes) : 0;
    if (plain === bytes.length) return bytes;
    this.#altered = false;
    let events: SseEvent[];
    try {
      events = this.#splitter.push(plain === 0 ? bytes : bytes.subarray(plain));
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      this.error = error;
      return null;
    }
    if (plain > 0) this.emit(bytes.subarray(0, plain));
    for (const event of events) if (!this.error) this.take(event);
    const whole = fresh && !this.#altered && this.#withheld === null && this.#splitter.held === 0;
    return this.#forward(whole ? bytes : null);
  }

  end(): Buffer | null {
    const last = this.error ? null : this.#splitter.rest();
    if (last?.data && this.isWhole(last.data)) {
      this.take({ raw: Buffer.concat([last.raw, Buffer.from('\n\n')]), data: last.data });
    }
    return this.#forward(null);
  }

  tail(): Buffer {
    return this.#withheld ? joined(this.#withheld) : NOTHING;
  }

  /** From here on everything is withheld until the request is recorded. */
  protected withhold(): void {
    this.#withheld ??= [];
  }

  /** Sends an event, or keeps it where the answer has finished. */
  protected emit(raw: Buffer): void {
    if (!this.#withheld) {
      this.#out.push(raw);
      return;
    }
    this.#withheld.push(raw);
    this.#withheldBytes += raw.length;
    if (this.#withheldBytes > MAX_EVENT_BYTES) {
      this.fail(new UpstreamError('bad_answer', 'it goes on and on after the end of its answer', { billed: 'maybe' }));
    }
  }

  /** To be said where an event was dropped, changed or added: then the bytes cannot go through as they came. */
  protected altered(): void {
    this.#altered = true;
  }

  protected fail(error: UpstreamError): void {
    this.error ??= error;
    this.#altered = true;
  }

  #forward(whole: Buffer | null): Buffer | null {
    if (this.#out.length === 0) return null;
    const forward = whole ?? joined(this.#out);
    this.#out = [];
    return forward;
  }
}
