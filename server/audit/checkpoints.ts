/** Makes checkpoints: grows the trees of histories and signs what is new, a minute behind at most. */
import type { Knex } from 'knex';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { type Log, type LogStores, leavesOf, logName, logOf, originOf, storeOf } from './logs.ts';
import { EMPTY_TREE, rootOf, type Tree } from './merkle.ts';
import type { SigningKey } from './signing-key.ts';
import { growTree, readTree, treeAt } from './tree-store.ts';

/** Half of what is promised: a turn may take a while. */
const EVERY_MS = 30_000;
/** Entries that are added to a tree in one transaction. */
const STEP = 1_000;

export interface CheckpointRow {
  readonly log: string;
  readonly size: number;
  /** When it was signed, milliseconds since 1970. */
  readonly at: number;
  readonly note: string;
}

/** A log's newest checkpoint; null where it has none. */
export async function lastCheckpoint(control: Knex, log: string): Promise<CheckpointRow | null> {
  return (await control<CheckpointRow>('checkpoints').where({ log }).orderBy('size', 'desc').first()) ?? null;
}

/** The checkpoints of logs, the newest first, with those that were signed before a moment alone where it is given. */
export async function listCheckpoints(
  control: Knex,
  logs: readonly string[],
  before: number | undefined,
  limit: number,
): Promise<CheckpointRow[]> {
  const query = control<CheckpointRow>('checkpoints').whereIn('log', [...logs]);
  if (before !== undefined) query.where('at', '<', before);
  return query
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'size', order: 'desc' },
    ])
    .limit(limit);
}

export class Checkpoints {
  readonly #stores: LogStores;
  readonly #key: SigningKey;
  readonly #organisations: () => Iterable<string>;
  #timer: NodeJS.Timeout | null = null;
  #turn: Promise<void> = Promise.resolve();
  /** What stood in the way of signing a log, in words. */
  readonly #refused = new Map<string, string>();

  constructor(stores: LogStores, key: SigningKey, organisations: () => Iterable<string>) {
    this.#stores = stores;
    this.#key = key;
    this.#organisations = organisations;
  }

  /** Makes checkpoints from now on, the first at once. */
  start(): void {
    const turn = (): void => {
      this.sign(Date.now()).catch((error: unknown) => console.error('No checkpoint could be signed:', error));
    };
    this.#timer = setInterval(turn, EVERY_MS);
    turn();
  }

  /** Signs what is new once more, and ends. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.sign(Date.now());
  }

  /** Signs whatever is new in any log; `now` is in milliseconds since 1970. One call waits for the other. */
  sign(now: number): Promise<void> {
    const turn = this.#turn.then(() => this.#sign(now));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Why a log is not signed any more, in words; null where it is. */
  refused(log: string): string | null {
    return this.#refused.get(log) ?? null;
  }

  async #sign(now: number): Promise<void> {
    const { control, records } = this.#stores;
    for (const id of this.#organisations()) {
      const log: Log = { kind: 'history', id };
      await this.#signLog(log, await this.#grown(log), now);
    }
    const names: string[] = await records('trees').pluck('log');
    for (const name of names) {
      const log = logOf(name);
      if (log) await this.#signLog(log, await readTree(records, name), now);
    }
    if (names.length > 0) return;
    // Where all records were lost, the checkpoints over them are still there.
    const signed: string[] = await control('checkpoints').whereLike('log', 'records/%').distinct().pluck('log');
    for (const name of signed) {
      const log = logOf(name);
      if (log) await this.#signLog(log, EMPTY_TREE, now);
    }
  }

  /** The tree of a history with all entries that there are. */
  async #grown(log: Log): Promise<Tree> {
    const { control } = this.#stores;
    const name = logName(log);
    for (;;) {
      const tree = await readTree(control, name);
      const leaves = await leavesOf(this.#stores, log)(tree.size, tree.size + STEP);
      if (leaves.length === 0) return tree;
      await control.transaction((trx) => growTree(trx, name, tree, leaves));
    }
  }

  async #signLog(log: Log, tree: Tree, now: number): Promise<void> {
    const { control } = this.#stores;
    const name = logName(log);
    const last = await lastCheckpoint(control, name);
    if (tree.size === (last?.size ?? 0)) return;
    // Signing another tree would say that there never was the one before.
    const why = last && (await this.#whyOther(log, tree, last));
    if (why) {
      const words = `${why} No checkpoint is signed for it. Run “npm run audit:verify”.`;
      if (!this.#refused.has(name)) console.error(words);
      this.#refused.set(name, words);
      return;
    }
    this.#refused.delete(name);
    const seconds = Math.floor(now / 1000);
    const checkpoint = { origin: originOf(this.#key.installation, log), size: tree.size, root: rootOf(tree) };
    const note = signCheckpoint(checkpoint, seconds, this.#key);
    await control<CheckpointRow>('checkpoints').insert({ log: name, size: tree.size, at: seconds * 1000, note });
  }

  /** Why a tree has not grown from the one of the last checkpoint, in words; null where it has. */
  async #whyOther(log: Log, tree: Tree, last: CheckpointRow): Promise<string | null> {
    const name = logName(log);
    if (tree.size < last.size) {
      return `The log ${name} holds ${tree.size} entries, and a checkpoint over ${last.size} was signed before: entries are missing, perhaps since an older backup was put in place.`;
    }
    const opened = openCheckpoint(last.note, originOf(this.#key.installation, log), this.#key.publicKey);
    const before = await treeAt(storeOf(this.#stores, log), name, leavesOf(this.#stores, log), last.size);
    if (opened?.root.equals(rootOf(before))) return null;
    return `The first ${last.size} entries of the log ${name} are not those that its last checkpoint was signed over.`;
  }
}
