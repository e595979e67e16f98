/** Characters of an answer that are kept: no model says so much, and a server gone mad would fill the memory. */
const MOST_KEPT = 1_000_000;
const NOT_KEPT = '… (what follows is not kept)';

/** How much of one answer is kept for its record. */
export class KeptText {
  #kept = 0;

  /** As much of a text as is kept. */
  room(text: string): string {
    const room = MOST_KEPT - this.#kept;
    this.#kept += text.length;
    return text.length <= room ? text : room < 0 ? '' : text.slice(0, room) + NOT_KEPT;
  }
}
