/** Characters of an answer that are kept: no model says so much, and a server gone mad would fill the memory. */
export const MOST_KEPT = 1_000_000;
const NOT_KEPT = '… (what follows is not kept)';
/** Characters that are added piece by piece before the pieces are made one text, or a quarter of a longer text. */
const IN_PIECES = 8192;

/** How much of one answer is kept for its record. */
export class KeptText {
  #kept = 0;
  #inPieces = 0;

  /** A text of the answer with as much of what comes next as is kept. */
  join(before: string, text: string): string {
    const room = MOST_KEPT - this.#kept;
    this.#kept += text.length;
    if (room < 0) return before;
    const joined = before + (text.length <= room ? text : text.slice(0, room) + NOT_KEPT);
    this.#inPieces += text.length;
    if (this.#inPieces > Math.max(IN_PIECES, joined.length / 4)) {
      this.#inPieces = 0;
      // V8 keeps what was added to a text as a tree of its pieces, ten times as large as the text, until one character is
      // looked at.
      joined.charCodeAt(0);
    }
    return joined;
  }
}
