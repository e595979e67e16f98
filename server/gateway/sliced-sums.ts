/** Sums over the last stretch of time, kept in slices: a fixed amount of memory, whatever happens. */
export class SlicedSums {
  readonly #slices: number;
  readonly #sliceMs: number;
  readonly #fields: number;
  readonly #sums: Float64Array;
  /** The number of the newest slice since the clock began. */
  #newest = 0;

  /** Sums of `fields` amounts over `slices` slices of `sliceMs` milliseconds, the one that is open among them. */
  constructor(slices: number, sliceMs: number, fields: number) {
    this.#slices = slices;
    this.#sliceMs = sliceMs;
    this.#fields = fields;
    this.#sums = new Float64Array(slices * fields);
  }

  /** Adds to a field; `now` in milliseconds of a clock that never goes back. */
  add(field: number, amount: number, now: number): void {
    const place = this.#place(now) + field;
    this.#sums[place] = (this.#sums[place] ?? 0) + amount;
  }

  sum(field: number, now: number): number {
    this.#place(now);
    let sum = 0;
    for (let i = field; i < this.#sums.length; i += this.#fields) sum += this.#sums[i] ?? 0;
    return sum;
  }

  clear(): void {
    this.#sums.fill(0);
  }

  /** Where the slice of `now` begins; what has become too old is forgotten. */
  #place(now: number): number {
    const slice = Math.floor(now / this.#sliceMs);
    const passed = slice - this.#newest;
    if (passed >= this.#slices) this.#sums.fill(0);
    else {
      for (let old = this.#newest + 1; old <= slice; old++) {
        const from = (old % this.#slices) * this.#fields;
        this.#sums.fill(0, from, from + this.#fields);
      }
    }
    if (passed > 0) this.#newest = slice;
    return (slice % this.#slices) * this.#fields;
  }
}
