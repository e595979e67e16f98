/** Group commit: what has queued while the last commit ran goes into the next one. No timer holds it back. */
import { SignalboxError } from '../errors.ts';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: SignalboxError) => void;
}

/** A row that waits to be written. */
interface Entry<Row> {
  readonly row: Row;
  /** The request that waits for the row; null once it has been told that it failed. */
  waiter: Waiter | null;
  /** The store did not take it by itself. */
  refused: boolean;
}

/** What is particular to the rows of a lane. */
export interface LaneRows<Row> {
  /** Writes all of them or none. */
  commit(rows: readonly Row[]): Promise<void>;
  /** Characters of content. */
  sizeOf(row: Row): number;
  /**
   * The row without what a store could refuse: written in its place when it has been refused by itself twice. Null where
   * a row whose promise was broken is forgotten; otherwise it stays and is tried until the store has it.
   */
  readonly bare: ((row: Row) => Row) | null;
  /** Whether a commit is so dear that it waits for what the turns of the event loop still bring. */
  readonly gathers: boolean;
  /** Ids of rows whose turn has not come: they stay in the queue. */
  heldBack(): ReadonlySet<string>;
  /** Told when the lane does not write, and when it has tried to write something. */
  readonly stopped: () => void;
  readonly tried: () => void;
}

/** Milliseconds for which a commit waits for more, as long as every turn of the event loop brings some. */
const GATHERING_MS = 2;

/** One commit takes at most so many rows and, but for a single row, so many characters of content. */
const BATCH_ROWS = 100;
const BATCH_CHARACTERS = 8_000_000;

/** Writes rows of one kind, many to a commit, one commit at a time. */
export class Lane<Row extends { readonly id: string }> {
  readonly #rows: LaneRows<Row>;
  readonly #timeoutMs: number;
  #queue: Entry<Row>[] = [];
  #inFlight: readonly Entry<Row>[] = [];
  #healthy = true;
  #stuck = false;
  #working: Promise<void> | null = null;
  #draining = false;
  #wake: () => void = () => {};

  /** A commit may take `timeoutMs` before its requests are told that it failed. */
  constructor(rows: LaneRows<Row>, timeoutMs: number) {
    this.#rows = rows;
    this.#timeoutMs = timeoutMs;
  }

  /** False from a commit that failed or is late until one succeeds. */
  get healthy(): boolean {
    return this.#healthy;
  }

  /** The store does not write: it failed, or a commit is late. Until it writes again nobody is kept waiting for it. */
  get stuck(): boolean {
    return this.#stuck;
  }

  /** Rows that are not being written yet. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Rows that are being written. */
  get inFlight(): number {
    return this.#inFlight.length;
  }

  /** Ids of all that is queued or being written. */
  ids(): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const { row } of this.#inFlight) ids.add(row.id);
    for (const { row } of this.#queue) ids.add(row.id);
    return ids;
  }

  /** Resolves when the row is durable; rejects with `record_failed` when the store does not take it in time. */
  add(row: Row): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ row, waiter: { resolve, reject }, refused: false });
      if (this.#stuck) this.giveUpWaiting();
      this.goOn();
    });
  }

  /** To be called when rows are no longer held back. */
  goOn(): void {
    if (this.#queue.length > 0) this.#working ??= this.#work();
  }

  /** Tells everyone who waits that it failed. */
  giveUpWaiting(): void {
    for (const entry of this.#inFlight) tellFailed(entry);
    for (const entry of this.#queue) tellFailed(entry);
    if (this.#rows.bare === null) this.#queue = [];
  }

  /** Tells those who wait for rows that are held back that it failed. */
  giveUpHeldBack(): void {
    const heldBack = this.#rows.heldBack();
    for (const entry of this.#queue) if (heldBack.has(entry.row.id)) tellFailed(entry);
  }

  /** Writes what is left, once more what failed, and gives the number of rows that the store did not take. */
  async drain(): Promise<number> {
    this.#draining = true;
    this.#wake();
    await this.#working;
    this.#draining = false;
    return this.#queue.length;
  }

  /** Runs as long as there is something to write, or a failure to recover from. */
  async #work(): Promise<void> {
    try {
      for (;;) {
        if (this.#rows.gathers) await this.#gather();
        // In either case what is brought in one go goes along.
        else await null;
        const batch = this.#take();
        // A commit of nothing shows whether a store that has failed writes again.
        if (batch.length === 0 && (this.#healthy || this.#draining)) return;
        if (await this.#write(batch)) continue;
        if (this.#draining) return;
        await this.#pause();
      }
    } finally {
      // Here and not in a `then`: whoever is told of the last commit may add at once, and has to find nobody working.
      this.#working = null;
    }
  }

  /** Four times the rows to a commit when it is busy, and a turn of the event loop when it is not. */
  async #gather(): Promise<void> {
    const since = performance.now();
    let queued: number;
    do {
      queued = this.#queue.length;
      await new Promise(setImmediate);
    } while (this.#queue.length > queued && performance.now() - since < GATHERING_MS);
  }

  #take(): Entry<Row>[] {
    const heldBack = this.#rows.heldBack();
    const batch: Entry<Row>[] = [];
    const left: Entry<Row>[] = [];
    let characters = 0;
    for (const entry of this.#queue) {
      if (heldBack.has(entry.row.id)) {
        left.push(entry);
        continue;
      }
      characters += this.#rows.sizeOf(entry.row);
      const isFull = batch.length > 0 && (batch.length === BATCH_ROWS || characters > BATCH_CHARACTERS);
      (isFull ? left : batch).push(entry);
    }
    this.#queue = left;
    return batch;
  }

  /** False where the store does not write; what it did not take is in the queue again. */
  async #write(batch: readonly Entry<Row>[]): Promise<boolean> {
    this.#inFlight = batch;
    let late = false;
    let isOver = false;
    const giveUp = (): void => {
      if (isOver) return;
      late = true;
      this.#giveUp();
    };
    // A process that was itself held up hears first of what has ended meanwhile.
    const timer = setTimeout(() => setImmediate(giveUp), this.#timeoutMs);
    let wrote = await this.#commit(batch);
    if (wrote) for (const entry of batch) entry.waiter?.resolve();
    else if (late) this.#putBack(batch);
    else wrote = await this.#writeOneByOne(batch);
    isOver = true;
    clearTimeout(timer);
    this.#inFlight = [];
    if (wrote) this.#healthy = true;
    else this.#giveUp();
    this.#rows.tried();
    return wrote;
  }

  /** So that one row which the store refuses takes no other with it. True where the store took at least one. */
  async #writeOneByOne(batch: readonly Entry<Row>[]): Promise<boolean> {
    const left: Entry<Row>[] = [];
    let wrote = false;
    let down = false;
    for (const entry of batch) {
      // Told in the meantime that it failed.
      if (entry.waiter === null && this.#rows.bare === null) continue;
      if (!down && (await this.#writeAlone(entry))) {
        wrote = true;
        continue;
      }
      // A store that was in trouble before and takes neither this is not asked for every other row as well.
      down ||= this.#stuck;
      tellFailed(entry);
      left.push(entry);
    }
    this.#putBack(left);
    return wrote;
  }

  async #writeAlone(entry: Entry<Row>): Promise<boolean> {
    if (await this.#commit([entry])) {
      entry.waiter?.resolve();
      return true;
    }
    if (this.#rows.bare && entry.refused) return this.#commit([{ ...entry, row: this.#rows.bare(entry.row) }]);
    entry.refused = true;
    return false;
  }

  async #commit(entries: readonly Entry<Row>[]): Promise<boolean> {
    try {
      await this.#rows.commit(entries.map(({ row }) => row));
      this.#healthy = true;
      this.#stuck = false;
      return true;
    } catch {
      this.#healthy = false;
      return false;
    }
  }

  /** To be tried again, unless such rows are forgotten: their requests were told that they failed. */
  #putBack(entries: readonly Entry<Row>[]): void {
    if (this.#rows.bare !== null) this.#queue.unshift(...entries);
  }

  #giveUp(): void {
    this.#healthy = false;
    this.#stuck = true;
    this.giveUpWaiting();
    this.#rows.stopped();
  }

  /** Leaves the store alone for a moment. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#timeoutMs / 4);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function tellFailed<Row>(entry: Entry<Row>): void {
  entry.waiter?.reject(new SignalboxError('record_failed'));
  entry.waiter = null;
}
