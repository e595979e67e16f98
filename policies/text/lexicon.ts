/** Ways on from each place: a word's end, a to z, the hyphen. */
const WAYS = 32;
/** The way on at the end of a word. */
export const WORD_END = 0;
export const HYPHEN = 27;
/** The way of digits, which no phrase takes. */
const DIGIT = 28;

/** The way on for each sign of plain text: letters 1 to 26; signs that belong to no word end it. */
export const WAY_OF = ((): Uint8Array => {
  const ways = new Uint8Array(128).fill(WORD_END);
  for (let letter = 1; letter <= 26; letter++) ways[0x60 + letter] = letter;
  ways[0x2d] = HYPHEN;
  return ways.fill(DIGIT, 0x30, 0x3a);
})();

/**
 * Words and phrases as one tree of letters, so that they are found in a text without cutting it up. A phrase is small
 * ASCII letters and hyphens, its words apart by one space; `*` at its end stands for any ending. Walking starts at place
 * 0, which is also what comes back where no phrase goes on.
 */
export class Lexicon {
  readonly #next: Uint16Array;
  readonly #whole: Int16Array;
  readonly #open: Int16Array;

  /** Throws when a phrase has other characters. */
  constructor(phrases: readonly string[]) {
    const most = phrases.reduce((sum, phrase) => sum + phrase.length, 1);
    const next = new Uint16Array(most * WAYS);
    this.#whole = new Int16Array(most).fill(-1);
    this.#open = new Int16Array(most).fill(-1);
    let places = 1;
    for (const [index, phrase] of phrases.entries()) {
      const open = phrase.endsWith('*');
      const letters = open ? phrase.slice(0, -1) : phrase;
      if (!/^[a-z]+(?:[ -][a-z]+)*$/.test(letters)) throw new Error(`"${phrase}" cannot be a phrase of a lexicon.`);
      let place = 0;
      for (let i = 0; i < letters.length; i++) {
        const at = place * WAYS + WAY_OF[letters.charCodeAt(i)]!;
        if (next[at] === 0) next[at] = places++;
        place = next[at]!;
      }
      (open ? this.#open : this.#whole)[place] = index;
    }
    this.#next = next.slice(0, places * WAYS);
  }

  /** The place after one more sign, by its way; `WORD_END` only before a further word. 0 when no phrase goes on so. */
  next(place: number, way: number): number {
    return this.#next[place * WAYS + way]!;
  }

  /** The index of the phrase that is complete here if a word ends here; -1 for none. */
  whole(place: number): number {
    return this.#whole[place]!;
  }

  /** The index of the phrase of any ending that begins so; -1 for none. */
  open(place: number): number {
    return this.#open[place]!;
  }
}
