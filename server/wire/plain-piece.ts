/**
 * The commonest event of a stream by far, a piece of text and nothing else, read without building its objects. What does
 * not have exactly this shape is left to the parser.
 */
const SCALARS = String.raw`(?:"(?:id|object|model|system_fingerprint|service_tier|provider|obfuscation)":"[^"\\\u0000-\u001f]*",|"created":\d{1,15},|"(?:system_fingerprint|service_tier|usage)":null,)*`;
const CHOICE = String.raw`"choices":\[\{"index":(\d{1,4}),"delta":\{"content":"((?:[^"\\\u0000-\u001f]|\\.)*)"\}(?:,"logprobs":null)?,"finish_reason":null\}\]`;
const TAIL = String.raw`(?:,"usage":null)?(?:,"obfuscation":"[^"\\\u0000-\u001f]*")?`;
const PIECE = String.raw`\{${SCALARS}${CHOICE}${TAIL}\}`;
const ALONE = new RegExp(`^${PIECE}$`);
/** With the line that brings it and the empty one that ends it. */
const EVENT = new RegExp(`data: ?${PIECE}\n\n`, 'y');

/** Characters beyond which a text is left to the parser: expressions run out of room on some millions. */
const LONGEST = 1_000_000;

export interface PlainPiece {
  readonly index: number;
  readonly text: string;
}

/** The choice and the text of such an event, given its data; null for every other one. */
export function plainPiece(data: string): PlainPiece | null {
  return data.length > LONGEST ? null : pieceOf(ALONE.exec(data));
}

export interface PlainEvents {
  readonly pieces: readonly PlainPiece[];
  /** Characters that they take. */
  readonly length: number;
}

/** The events of this kind with which a part of a stream begins, read without splitting it first. */
export function plainEvents(text: string): PlainEvents {
  const pieces: PlainPiece[] = [];
  let length = 0;
  while (text.length <= LONGEST && length < text.length) {
    EVENT.lastIndex = length;
    const piece = pieceOf(EVENT.exec(text));
    if (!piece) break;
    pieces.push(piece);
    length = EVENT.lastIndex;
  }
  return { pieces, length };
}

function pieceOf(match: RegExpExecArray | null): PlainPiece | null {
  const text = match?.[2];
  if (!match || text === undefined) return null;
  if (!text.includes('\\')) return { index: Number(match[1]), text };
  try {
    const unescaped: unknown = JSON.parse(`"${text}"`);
    return typeof unescaped === 'string' ? { index: Number(match[1]), text: unescaped } : null;
  } catch {
    return null;
  }
}
