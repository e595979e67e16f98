/** Splits a stream of bytes into server-sent events (WHATWG HTML, section 9.2.6) without touching the bytes. */
import { UpstreamError } from '../providers/provider.ts';

export interface SseEvent {
  /** The event's bytes with the blank line that ends it; those of all events together are those of the stream. */
  readonly raw: Buffer;
  /** Its data, lines joined by a line feed; null for comments and other events without data. */
  readonly data: string | null;
}

/** Largest event, in bytes: as large as a whole answer may be. */
export const MAX_EVENT_BYTES = 20 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const FIRST_HOLD = 1024;
const ANY_LINE_END = /\r\n|\n|\r/;

function dataOfLine(line: string): string | null {
  if (!line.startsWith('data')) return null;
  if (line.length === 4) return '';
  if (line.charCodeAt(4) !== 0x3a) return null;
  return line.slice(line.charCodeAt(5) === 0x20 ? 6 : 5);
}

/** The data of an event's bytes; null where it has none. */
function dataOf(raw: Buffer): string | null {
  let start = 0;
  let end = raw.length;
  while (end > 0 && (raw[end - 1] === LF || raw[end - 1] === CR)) end -= 1;
  while (start < end && (raw[start] === LF || raw[start] === CR)) start += 1;
  if (start === end) return null;
  let text = raw.toString('utf8', start, end);
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  if (!text.includes('\n') && !text.includes('\r')) return dataOfLine(text);
  const lines: string[] = [];
  for (const line of text.split(ANY_LINE_END)) {
    const data = dataOfLine(line);
    if (data !== null) lines.push(data);
  }
  return lines.length > 0 ? lines.join('\n') : null;
}

/** Takes pieces as they arrive and gives each event once it is complete; every byte is looked at once. */
export class EventSplitter {
  /** Bytes of the event that is not complete yet; its capacity doubles, so that slow drips cost no more than floods. */
  #held = Buffer.alloc(0);
  #heldLength = 0;
  #lineEmpty = true;
  #afterCr = false;

  /** How many bytes wait for the rest of their event. */
  get held(): number {
    return this.#heldLength;
  }

  /** The events that this piece completes. Throws UpstreamError `bad_answer` for an event over the limit. */
  push(chunk: Buffer): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    let i = 0;
    while (i < chunk.length) {
      const byte = chunk[i++];
      if (byte !== LF && byte !== CR) {
        this.#lineEmpty = false;
        this.#afterCr = false;
        continue;
      }
      if (byte === LF && this.#afterCr) {
        this.#afterCr = false;
        continue;
      }
      this.#afterCr = byte === CR;
      if (!this.#lineEmpty) {
        this.#lineEmpty = true;
        continue;
      }
      if (byte === CR && chunk[i] === LF) {
        i += 1;
        this.#afterCr = false;
      }
      // Most events come in a piece of their own, which needs no view of it.
      const raw = this.#take(start === 0 && i === chunk.length ? chunk : chunk.subarray(start, i));
      events.push({ raw, data: dataOf(raw) });
      start = i;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
    return events;
  }

  /** What is left when the stream has ended without a blank line; null when nothing is. */
  rest(): SseEvent | null {
    if (this.#heldLength === 0) return null;
    const raw = this.#take(Buffer.alloc(0));
    return { raw, data: dataOf(raw) };
  }

  #take(end: Buffer): Buffer {
    if (this.#heldLength === 0) return end;
    const raw = Buffer.concat([this.#held.subarray(0, this.#heldLength), end]);
    this.#heldLength = 0;
    return raw;
  }

  #hold(bytes: Buffer): void {
    const length = this.#heldLength + bytes.length;
    if (length > MAX_EVENT_BYTES) {
      throw new UpstreamError('bad_answer', 'one event of the stream is larger than 20 MB', { billed: 'maybe' });
    }
    if (length > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_HOLD, length, this.#held.length * 2));
      this.#held.copy(larger, 0, 0, this.#heldLength);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#heldLength);
    this.#heldLength = length;
  }
}
