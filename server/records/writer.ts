/** Group commit: whatever has queued while the last transaction ran goes into the next one. No timer holds it back. */
import { mapUsage } from '../../policies/request.ts';
import { SignalboxError } from '../errors.ts';
import type { Intent, RecordStore, RequestRecord } from './record.ts';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: SignalboxError) => void;
}

/** A row that waits to be written: an intent or a record. */
interface Entry {
  readonly intent: Intent | null;
  readonly record: RequestRecord | null;
  /** The request that waits for the row; null once it has been told that it failed. */
  waiter: Waiter | null;
  /** The store did not take it by itself. */
  refused: boolean;
}

/** One transaction takes at most so many rows and, but for a single row, so many characters of content. */
const BATCH_ROWS = 100;

/** When a full queue is worth another try. */
const RETRY_AFTER_MS = 1000;

const BATCH_CHARACTERS = 8_000_000;

/**
 * Writes intents and records, many to a transaction. A promise is kept when its row is durable, and broken with
 * `record_failed` when the store does not take it in time; an intent's also with `overloaded`, when too much is waiting.
 *
 * After a failure: a record whose promise was broken stays here and is tried until the store has it, since what it
 * cost is spent; an intent is forgotten, since its request is not sent. An intent whose commit came too late may be in
 * the store all the same, so a request whose intent failed still has to be recorded: its record ends the intent.
 */
export class RecordWriter {
  readonly #store: Pick<RecordStore, 'commit'>;
  readonly #maxQueued: number;
  readonly #timeoutMs: number;
  #queue: Entry[] = [];
  #inFlight: readonly Entry[] = [];
  #healthy = true;
  /** The store does not write: it failed, or a commit is late. Until it writes again nobody is kept waiting for it. */
  #stuck = false;
  #working: Promise<void> | null = null;
  #draining = false;
  #wake: () => void = () => {};

  /** `maxQueued` rows may wait; a commit may take `timeoutMs` before its requests are told that it failed. */
  constructor(
    store: Pick<RecordStore, 'commit'>,
    options: { readonly maxQueued: number; readonly timeoutMs?: number },
  ) {
    this.#store = store;
    this.#maxQueued = options.maxQueued;
    this.#timeoutMs = options.timeoutMs ?? 2_000;
  }

  /** False from a commit that failed or is late until one succeeds. */
  get healthy(): boolean {
    return this.#healthy;
  }

  /** True from a failure until the store writes again: what is brought meanwhile is not waited for. */
  get stuck(): boolean {
    return this.#stuck;
  }

  /** True when too much is waiting: then nothing new should be begun. What has been begun is recorded all the same. */
  get full(): boolean {
    return this.#queue.length >= this.#maxQueued;
  }

  /** Rows that wait to be written. */
  get queued(): number {
    return this.#queue.length + this.#inFlight.length;
  }

  /** Resolves when the intent is durable: only then may the request be sent. */
  intent(intent: Intent): Promise<void> {
    if (this.#stuck) return Promise.reject(new SignalboxError('record_failed'));
    if (this.full) return Promise.reject(new SignalboxError('overloaded', {}, { retryAfterMs: RETRY_AFTER_MS }));
    return this.#add(intent, null);
  }

  /** Resolves when the record is durable: only then may the client see the end of its answer. */
  record(record: RequestRecord): Promise<void> {
    return this.#add(null, record);
  }

  /** Writes what is left, once more what failed, and gives the number of records that the store did not take. */
  async drain(): Promise<number> {
    this.#draining = true;
    this.#wake();
    await this.#working;
    this.#draining = false;
    return this.#queue.length;
  }

  #add(intent: Intent | null, record: RequestRecord | null): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ intent, record, waiter: { resolve, reject }, refused: false });
      if (this.#stuck) this.#giveUpWaiting();
      this.#working ??= this.#work();
    });
  }

  /** Runs as long as there is something to write, or a failure to recover from. */
  async #work(): Promise<void> {
    try {
      do {
        // What this turn of the event loop still brings goes along: twice the rows to a commit when it is busy.
        await new Promise(setImmediate);
        if (await this.#write(this.#take())) continue;
        if (this.#draining) return;
        await this.#pause();
      } while (this.#queue.length > 0 || (!this.#healthy && !this.#draining));
    } finally {
      // Here and not in a `then`: whoever is told of the last commit may add at once, and has to find nobody working.
      this.#working = null;
    }
  }

  #take(): Entry[] {
    let rows = 0;
    let characters = 0;
    for (const entry of this.#queue) {
      if (entry.record?.content) characters += sizeOf(entry.record.content);
      if (rows > 0 && (rows === BATCH_ROWS || characters > BATCH_CHARACTERS)) break;
      rows += 1;
    }
    return this.#queue.splice(0, rows);
  }

  /** False where the store does not write; what it did not take is in the queue again. */
  async #write(batch: readonly Entry[]): Promise<boolean> {
    this.#inFlight = batch;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#giveUp();
    }, this.#timeoutMs);
    let wrote = await this.#commit(batch);
    if (wrote) for (const entry of batch) entry.waiter?.resolve();
    else if (late) this.#putBack(batch);
    else wrote = await this.#writeOneByOne(batch);
    clearTimeout(timer);
    this.#inFlight = [];
    if (wrote) this.#healthy = true;
    else this.#giveUp();
    return wrote;
  }

  /** So that one row which the store refuses takes no other with it. True where the store took at least one. */
  async #writeOneByOne(batch: readonly Entry[]): Promise<boolean> {
    const left: Entry[] = [];
    let wrote = false;
    let down = false;
    for (const entry of batch) {
      // Told in the meantime that it failed: its request is not sent.
      if (entry.intent && entry.waiter === null) continue;
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

  /** A record that has been refused by itself before is written bare. */
  async #writeAlone(entry: Entry): Promise<boolean> {
    if (await this.#commit([entry])) {
      entry.waiter?.resolve();
      return true;
    }
    if (entry.record && entry.refused) return this.#commit([{ ...entry, record: bare(entry.record) }]);
    entry.refused = true;
    return false;
  }

  async #commit(rows: readonly Entry[]): Promise<boolean> {
    const intents: Intent[] = [];
    const records: RequestRecord[] = [];
    for (const { intent, record } of rows) {
      if (intent) intents.push(intent);
      if (record) records.push(record);
    }
    try {
      await this.#store.commit({ intents, records });
      this.#healthy = true;
      this.#stuck = false;
      return true;
    } catch {
      this.#healthy = false;
      return false;
    }
  }

  /** To be tried again; intents are not, since their requests were told that they failed. */
  #putBack(entries: readonly Entry[]): void {
    this.#queue.unshift(...entries.filter((entry) => entry.record !== null));
  }

  #giveUp(): void {
    this.#healthy = false;
    this.#stuck = true;
    this.#giveUpWaiting();
  }

  /** Tells everyone who waits that it failed. */
  #giveUpWaiting(): void {
    for (const entry of this.#inFlight) tellFailed(entry);
    for (const entry of this.#queue) tellFailed(entry);
    this.#queue = this.#queue.filter((entry) => entry.record !== null);
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

function tellFailed(entry: Entry): void {
  entry.waiter?.reject(new SignalboxError('record_failed'));
  entry.waiter = null;
}

const sizeOf = (content: { readonly request: string; readonly answer: string | null }) =>
  content.request.length + (content.answer?.length ?? 0);

const whole = (amount: number) => (Number.isSafeInteger(amount) ? amount : 0);

/** A record that no store can refuse: who, when and what it cost, without anything that a client or a model has sent. */
function bare(record: RequestRecord): RequestRecord {
  return {
    ...record,
    at: whole(record.at),
    status: 'failed',
    errorCode: 'record_failed',
    app: null,
    requestedModel: '',
    version: record.version === null ? null : whole(record.version),
    cost: whole(record.cost),
    usage: mapUsage((name) => whole(record.usage[name])),
    tags: {},
    trace: [],
    attempts: [],
    redactions: {},
    facts: {},
    content: null,
    charges: record.charges.map((charge) => ({
      ...charge,
      window: whole(charge.window),
      held: whole(charge.held),
      settled: whole(charge.settled),
    })),
  };
}
