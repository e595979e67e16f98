/**
 * The commonest event of a stream by far, a piece of text and nothing else, read without building its objects. What does
 * not have exactly this shape is left to the parser.
 */
import { parseJson } from './json-value.ts';

const SCALARS = String.raw`(?:"(?:id|object|model|system_fingerprint|service_tier|provider|obfuscation)":"[^"\\\u0000-\u001f]*",|"created":\d{1,15},|"(?:system_fingerprint|service_tier|usage)":null,)*`;
const CHOICE = String.raw`"choices":\[\{"index":(\d{1,4}),"delta":\{"content":"((?:[^"\\\u0000-\u001f]|\\.)*)"\}(?:,"logprobs":null)?,"finish_reason":null\}\]`;
const TAIL = String.raw`(?:,"usage":null)?(?:,"obfuscation":"[^"\\\u0000-\u001f]*")?`;
const PIECE = String.raw`\{${SCALARS}${CHOICE}${TAIL}\}`;
const ALONE = new RegExp(`^${PIECE}$`);
/** With the line that brings it and the empty one that ends it. */
const EVENT = new RegExp(`data: ?${PIECE}\n\n`, 'y');

/** Characters beyond which a text is left to the parser: expressions run out of room on some millions. */
const LONGEST = 1_000_000;
const BEYOND_ASCII = /[\u0080-\uffff]/;

export interface PlainPiece {
  readonly index: number;
  readonly text: string;
}

export interface PlainEvent extends PlainPiece {
  /** Where the event ends. */
  readonly end: number;
}

/** The choice and the text of such an event, given its data; null for every other one. */
export function plainPiece(data: string): PlainPiece | null {
  if (data.length > LONGEST) return null;
  const match = ALONE.exec(data);
  const written = match?.[2];
  if (!match || written === undefined) return null;
  const text = unescaped(written);
  return text === null ? null : { index: Number(match[1]), text };
}

/**
 * The event of this kind that stands at `from` in a part of a stream, read without splitting it first; null where another
 * one does. The part is given as Latin-1, a character for each byte, so that places in it are places in the bytes.
 */
export function plainEventAt(latin1: string, from: number): PlainEvent | null {
  if (latin1.length > LONGEST) return null;
  EVENT.lastIndex = from;
  const match = EVENT.exec(latin1);
  const written = match?.[2];
  if (!match || written === undefined) return null;
  const text = unescaped(BEYOND_ASCII.test(written) ? Buffer.from(written, 'latin1').toString('utf8') : written);
  return text === null ? null : { index: Number(match[1]), text, end: EVENT.lastIndex };
}

/** What stands between the quotes of a string; null where its escapes are none. */
function unescaped(written: string): string | null {
  if (!written.includes('\\')) return written;
  const text = parseJson(`"${written}"`);
  return typeof text === 'string' ? text : null;
}
