/**
 * The commonest event of a stream by far, a piece of text and nothing else, read without building its objects. What does
 * not have exactly this shape is left to the parser.
 */
const SCALARS = String.raw`(?:"(?:id|object|model|system_fingerprint|service_tier|provider|obfuscation)":"[^"\\\u0000-\u001f]*",|"created":\d{1,15},|"(?:system_fingerprint|service_tier|usage)":null,)*`;
const CHOICE = String.raw`"choices":\[\{"index":(\d{1,4}),"delta":\{"content":"((?:[^"\\\u0000-\u001f]|\\.)*)"\}(?:,"logprobs":null)?,"finish_reason":null\}\]`;
const TAIL = String.raw`(?:,"usage":null)?(?:,"obfuscation":"[^"\\\u0000-\u001f]*")?`;
const PIECE = new RegExp(`^\\{${SCALARS}${CHOICE}${TAIL}\\}$`);

export interface PlainPiece {
  readonly index: number;
  readonly text: string;
}

/** The choice and the text of such an event; null for every other one. */
export function plainPiece(data: string): PlainPiece | null {
  const match = PIECE.exec(data);
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
