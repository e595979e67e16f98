import type { TextSlot } from './request.ts';

/** How long the texts of a request are. */
export interface TextSize {
  /** UTF-16 units. */
  readonly characters: number;
  /** As UTF-8, which is the most tokens that a byte-level tokenizer makes of them. */
  readonly bytes: number;
}

const sizes = new WeakMap<readonly TextSlot[], TextSize>();

/** The size of all slots together; measured once, since several nodes ask for it. */
export function textSize(slots: readonly TextSlot[]): TextSize {
  let size = sizes.get(slots);
  if (!size) {
    let characters = 0;
    let bytes = 0;
    for (const { text } of slots) {
      characters += text.length;
      bytes += utf8Bytes(text);
    }
    size = { characters, bytes };
    sizes.set(slots, size);
  }
  return size;
}

/** UTF-8 length without allocating; a lone surrogate counts as the three bytes of the character that replaces it. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= 0x7f) continue;
    bytes += unit > 0x7ff ? 2 : 1;
    // A surrogate pair is four bytes for its two units.
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next <= 0xdfff) i += 1;
    }
  }
  return bytes;
}
