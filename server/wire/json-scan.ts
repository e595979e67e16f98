/** Reads a JSON object out of raw bytes so that every other reader of the same bytes must understand the same. */
import { isUtf8 } from 'node:buffer';
import { SignalboxError } from '../errors.ts';
import { isObject, type JsonObject, parseJson } from './json-value.ts';

/** Where a member of the top-level object stands, as offsets into the bytes; ends are exclusive. */
export interface Member {
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export interface ScannedObject {
  readonly value: JsonObject;
  /** In the order of the bytes. */
  readonly members: ReadonlyMap<string, Member>;
}

/** Deeper nesting than any client needs, and shallow enough for every parser on the way. */
const MAX_DEPTH = 256;

/** Strings up to this length are cheaper to walk than to search. */
const WALK = 48;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;

/** Offset of the quote that ends the string whose text starts at `from`; the length of the bytes when there is none. */
function endOfString(bytes: Buffer, from: number): number {
  let i = from;
  let walkTo = from + WALK;
  while (i < bytes.length) {
    const byte = bytes[i];
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) {
      i += 2;
      continue;
    }
    i += 1;
    if (i < walkTo) continue;
    const quote = bytes.indexOf(QUOTE, i);
    if (quote === -1) return bytes.length;
    let slashes = 0;
    while (quote - slashes > i && bytes[quote - slashes - 1] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote;
    i = quote + 1;
    walkTo = i + WALK;
  }
  return bytes.length;
}

interface Scan {
  /** Names in all objects, repeated ones included. */
  readonly keys: number;
  readonly members: Map<string, Member>;
}

/** Finds depth, number of names and top-level members. Says nothing of use about bytes that are not JSON. */
function scan(bytes: Buffer): Scan {
  const members = new Map<string, Member>();
  let depth = 0;
  let keys = 0;
  let keyStart = -1;
  let keyEnd = -1;
  let valueStart = -1;
  let lastEnd = 0;
  const endMember = () => {
    if (valueStart === -1) return;
    members.set(nameOf(bytes, keyStart, keyEnd), { keyStart, valueStart, valueEnd: lastEnd });
    valueStart = -1;
  };
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte <= SPACE) continue;
    if (byte === COLON) {
      keys += 1;
      if (depth === 1) valueStart = 0;
      continue;
    }
    if (depth === 1) {
      if (byte === COMMA || byte === CLOSE_BRACE) endMember();
      else if (valueStart === 0) valueStart = i;
    }
    const start = i;
    if (byte === QUOTE) {
      i = endOfString(bytes, i + 1);
      if (depth === 1 && valueStart === -1) {
        keyStart = start;
        keyEnd = i + 1;
      }
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new SignalboxError('too_deep');
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    lastEnd = i + 1;
  }
  return { keys, members };
}

/** The name between the quotes. Bytes that are not JSON may give any name: they are refused by the parser. */
function nameOf(bytes: Buffer, start: number, end: number): string {
  const name = bytes.toString('utf8', start + 1, end - 1);
  if (!name.includes('\\')) return name;
  const unescaped = parseJson(`"${name}"`);
  return typeof unescaped === 'string' ? unescaped : name;
}

function countKeys(value: object): number {
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null) keys += countKeys(item);
    return keys;
  }
  for (const item of Object.values(value)) {
    keys += 1;
    if (typeof item === 'object' && item !== null) keys += countKeys(item);
  }
  return keys;
}

/**
 * Parses one JSON object and finds its members in the bytes. Throws SignalboxError: `invalid_json` (also for bytes that
 * are not UTF-8, or are not an object), `too_deep`, `duplicate_key` (in any object).
 */
export function scanObject(bytes: Buffer): ScannedObject {
  if (!isUtf8(bytes)) throw new SignalboxError('invalid_json', { why: 'its bytes are not UTF-8' });
  const { keys, members } = scan(bytes);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    // The parser's own sentence quotes the text, which must not reach a log.
    const at = /at position \d+/.exec(error instanceof Error ? error.message : '')?.[0];
    throw new SignalboxError('invalid_json', { why: at ? `it does not parse ${at}` : 'it does not parse' });
  }
  if (!isObject(value)) throw new SignalboxError('invalid_json', { why: 'it is not an object' });
  // A parser keeps one of two members of the same name, so fewer names in the tree than in the bytes are duplicates.
  if (countKeys(value) !== keys) throw new SignalboxError('duplicate_key');
  return { value, members };
}
