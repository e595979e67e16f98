/**
 * Messages that were noted in memory, on their way into the database. Whoever notes one never waits: many are written at
 * once, and what the database does not take is tried again.
 */
import type { Knex } from 'knex';
import type { Snapshot } from '../control/snapshot.ts';
import type { AlertMessage } from './message.ts';
import { faultCode, writeMessages } from './outbox.ts';

/** Messages that may wait to be written. */
const MOST_NOTED = 5000;
const WRITTEN_AT_ONCE = 200;

export class Inbox {
  readonly #db: Knex;
  readonly #snapshot: () => Snapshot;
  readonly #now: () => number;
  readonly #onWritten: () => void;
  #queue: AlertMessage[] = [];
  #writing: Promise<void> | null = null;
  #complained = false;

  /** `onWritten` hears that rows have been written which wait to be sent. */
  constructor(db: Knex, snapshot: () => Snapshot, now: () => number, onWritten: () => void) {
    this.#db = db;
    this.#snapshot = snapshot;
    this.#now = now;
    this.#onWritten = onWritten;
  }

  /** Notes a message; false when too many wait to be written. */
  note(message: AlertMessage): boolean {
    if (this.#queue.length >= MOST_NOTED) return false;
    this.#queue.push(message);
    // What this turn of the event loop still brings goes along, and the request that brought it goes first.
    if (this.#queue.length === 1) setImmediate(() => void this.write());
    return true;
  }

  /** Writes all that is noted, as far as the database takes it. Never rejects. */
  write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, WRITTEN_AT_ONCE);
      try {
        const written = await this.#db.transaction((trx) =>
          writeMessages(trx, batch, this.#snapshot().channels, this.#now()),
        );
        if (written > 0) this.#onWritten();
      } catch (error) {
        if (!this.#complained) {
          console.error(`Messages cannot be written to the outbox, and wait in memory (${faultCode(error)}).`);
        }
        this.#complained = true;
        return;
      }
      this.#complained = false;
      this.#queue.splice(0, batch.length);
    }
  }
}
