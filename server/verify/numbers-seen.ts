/** Numbers of one run of a gateway, a bit each: many millions of requests fit in a few megabytes. */
export class NumbersSeen {
  readonly #words = new Map<number, number>();

  /** Notes a number; false where it was there before. */
  add(number: number): boolean {
    const word = Math.floor(number / 32);
    const bit = 1 << (number % 32);
    const known = this.#words.get(word) ?? 0;
    this.#words.set(word, known | bit);
    return (known & bit) === 0;
  }
}
