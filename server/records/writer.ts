/** Where requests bring what has to be durable: their intents before they are sent, and their records. */
import { isTraffic } from '../../policies/record-status.ts';
import { mapUsage } from '../../policies/request.ts';
import { SignalboxError } from '../errors.ts';
import { Lane } from './lane.ts';
import type { Intent, RecordStore, RequestRecord } from './record.ts';

/** When a full queue is worth another try. */
const RETRY_AFTER_MS = 1000;

const NONE: ReadonlySet<string> = new Set();

/** What the writer needs of a store; `intentsNow` not where every intent has to be waited for. */
type WritingStore = Pick<RecordStore, 'commit'> & Partial<Pick<RecordStore, 'intentsNow'>>;

/** Intents that came in one turn of the event loop. Nobody has been told of them yet, so none of their requests can be recorded. */
interface Turn {
  readonly intents: Intent[];
  /** Whether the store took them at the end of the turn. */
  readonly taken: Promise<boolean>;
}

/**
 * Writes intents and records, each in a lane of its own, so that no request waits for the records of others before it is
 * sent. A promise is kept when its row is durable, and broken with `record_failed` when the store does not take it in
 * time; an intent's also with `overloaded`, when too much is waiting.
 *
 * After a failure: a record whose promise was broken stays here and is tried until the store has it, since what it
 * cost is spent; an intent is forgotten, since its request is not sent. An intent whose commit came too late may be in
 * the store all the same, so a request whose intent failed still has to be recorded: its record ends the intent. Since it
 * can only end what is there, a record stays back as long as an intent of its request is queued or being written.
 */
export class RecordWriter {
  readonly #store: WritingStore;
  readonly #maxQueued: number;
  readonly #intents: Lane<Intent>;
  readonly #records: Lane<RequestRecord>;
  #turn: Turn | null = null;

  /** `maxQueued` rows may wait; a commit may take `timeoutMs` before its requests are told that it failed. */
  constructor(store: WritingStore, options: { readonly maxQueued: number; readonly timeoutMs?: number }) {
    const timeoutMs = options.timeoutMs ?? 2_000;
    this.#store = store;
    this.#maxQueued = options.maxQueued;
    this.#intents = new Lane(
      {
        commit: (intents) => store.commit({ intents, records: [] }),
        sizeOf: () => 0,
        bare: null,
        // Their requests wait to be sent.
        gathers: false,
        heldBack: () => NONE,
        stopped: () => {
          this.#records.giveUpHeldBack();
          this.#records.goOn();
        },
        tried: () => this.#records.goOn(),
      },
      timeoutMs,
    );
    this.#records = new Lane(
      {
        commit: (records) => store.commit({ intents: [], records }),
        sizeOf: ({ content }) => (content ? sizeOf(content) : 0),
        bare,
        gathers: true,
        heldBack: () => this.#intents.ids(),
        // What begins now could not be recorded.
        stopped: () => this.#intents.giveUpWaiting(),
        tried: () => {},
      },
      timeoutMs,
    );
  }

  /** False from a commit that failed or is late until one of its kind succeeds. */
  get healthy(): boolean {
    return this.#intents.healthy && this.#records.healthy;
  }

  /** True from a failure until the store writes again: nothing new should be begun, and no intent is taken. */
  get stuck(): boolean {
    return this.#intents.stuck || this.#records.stuck;
  }

  /** True when too much is waiting: then nothing new should be begun. What has been begun is recorded all the same. */
  get full(): boolean {
    return this.#gathered + this.#intents.queued + this.#records.queued >= this.#maxQueued;
  }

  /** Rows that wait to be written. */
  get queued(): number {
    const { queued, inFlight } = this.#records;
    return this.#gathered + this.#intents.queued + this.#intents.inFlight + queued + inFlight;
  }

  get #gathered(): number {
    return this.#turn?.intents.length ?? 0;
  }

  /** Resolves when the intent is durable: only then may the request be sent. */
  async intent(intent: Intent): Promise<void> {
    if (this.stuck) throw new SignalboxError('record_failed');
    if (this.full) throw new SignalboxError('overloaded', {}, { retryAfterMs: RETRY_AFTER_MS });
    // Nearly all are taken so, for a fraction of what it costs to go through the lane.
    if (!(await this.#isTaken(intent))) await this.#intents.add(intent);
  }

  /** Whether the store has made the intent durable, with all others of the turn. */
  #isTaken(intent: Intent): Promise<boolean> | false {
    if (!this.#store.intentsNow) return false;
    this.#turn ??= this.#beginTurn();
    this.#turn.intents.push(intent);
    return this.#turn.taken;
  }

  /** One write for all that the turn brings; and their requests, going on together, come back to be recorded together. */
  #beginTurn(): Turn {
    const intents: Intent[] = [];
    const taken = new Promise<boolean>((resolve) => {
      setImmediate(() => {
        this.#turn = null;
        resolve(this.#takes(intents));
      });
    });
    return { intents, taken };
  }

  #takes(intents: readonly Intent[]): boolean {
    // A store in trouble is tried by the lane, which tells everybody how it went.
    if (!this.#intents.healthy || this.#intents.queued > 0) return false;
    try {
      return this.#store.intentsNow?.(intents) ?? false;
    } catch {
      return false;
    }
  }

  /** Resolves when the record is durable: only then may the client see the end of its answer. */
  record(record: RequestRecord): Promise<void> {
    const written = this.#records.add(record);
    if (this.#intents.stuck) this.#records.giveUpHeldBack();
    return written;
  }

  /** Writes what is left, once more what failed, and gives the number of records that the store did not take. */
  async drain(): Promise<number> {
    await this.#turn?.taken;
    await Promise.all([this.#intents.drain(), this.#records.drain()]);
    // What had stayed back for its intent.
    return this.#records.drain();
  }
}

const sizeOf = (content: { readonly request: string; readonly answer: string | null }) =>
  content.request.length + (content.answer?.length ?? 0);

const whole = (amount: number) => (Number.isSafeInteger(amount) ? amount : 0);

/** A record that no store can refuse: who, when and what it cost, without anything that a client or a model has sent. */
function bare(record: RequestRecord): RequestRecord {
  return {
    ...record,
    at: whole(record.at),
    status: isTraffic(record.status) ? 'failed' : record.status,
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
