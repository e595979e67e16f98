/**
 * Where clients wait whose request was refused, until there may be room again. No clock: whenever a request ends, a few
 * of those who wait longest ask again, and when none is under way, all do.
 */

/** How many ask again when one request has ended. */
const AT_ONCE = 2;

export class Room {
  readonly #clients: number;
  #waiting: ((again: boolean) => void)[] = [];
  #endedSinceQuiet = 0;
  #over = false;
  readonly #onQuiet: (ended: number) => Promise<boolean>;

  /**
   * `onQuiet` is called when all clients wait, with the number of requests that have ended otherwise than by a refusal
   * since it was called last. While it answers true all ask again; then they are sent home.
   */
  constructor(clients: number, onQuiet: (ended: number) => Promise<boolean>) {
    this.#clients = clients;
    this.#onQuiet = onQuiet;
  }

  /** A request has ended, and what it held is free. */
  ended(): void {
    this.#endedSinceQuiet += 1;
    for (const wake of this.#waiting.splice(0, AT_ONCE)) wake(true);
  }

  /** Resolves when it is worth while to ask again; with false when nobody will be let in any more. */
  wait(): Promise<boolean> {
    if (this.#over) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === this.#clients) this.#quiet().catch(reject);
    });
  }

  async #quiet(): Promise<void> {
    const ended = this.#endedSinceQuiet;
    this.#endedSinceQuiet = 0;
    const again = await this.#onQuiet(ended);
    this.#over = !again;
    for (const wake of this.#waiting.splice(0)) wake(again);
  }
}
