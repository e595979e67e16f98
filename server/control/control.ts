/** The control plane in memory: its database, the door for changes, and the snapshot that requests read. */
import type { Knex } from 'knex';
import { type Actor, type Change, type ChangeWork, change } from './history.ts';
import { loadSnapshot, type Snapshot } from './snapshot.ts';

/** What services write through: a database, or a transaction in which several changes stand or fall together. */
export interface ControlStore {
  readonly db: Knex;
  /** Does the work and writes its entry of the history in one transaction; gives what the work gives. */
  change<T>(actor: Actor, entry: Change, work: ChangeWork<T>): Promise<T>;
}

export interface Control extends ControlStore {
  readonly dialect: 'sqlite' | 'postgres';
  /** The state as of the last change; a request takes it once, at its start. */
  snapshot(): Snapshot;
  /** Calls `listener` with each new snapshot; gives the function that ends this. */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
  /** Several changes in one transaction, and one new snapshot after it. */
  together<T>(work: (store: ControlStore) => Promise<T>): Promise<T>;
}

/** Loads the first snapshot. A change is seen by `snapshot()` and told to listeners before its promise resolves. */
export async function createControl(database: {
  readonly dialect: 'sqlite' | 'postgres';
  readonly control: Knex;
}): Promise<Control> {
  const db = database.control;
  const listeners = new Set<(snapshot: Snapshot) => void>();
  let current = await loadSnapshot(database, null);
  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | null = null;

  async function load(): Promise<void> {
    waiting = null;
    current = await loadSnapshot(database, current);
    for (const listener of listeners) listener(current);
  }

  /** One at a time, and one for all changes that wait for it: a later state is never replaced by an earlier one. */
  function reload(): Promise<void> {
    if (waiting === null) {
      waiting = running.then(load);
      running = waiting.catch(() => undefined);
    }
    return waiting;
  }

  return {
    db,
    dialect: database.dialect,
    snapshot: () => current,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async change(actor, entry, work) {
      const value = await change(db, actor, entry, work);
      await reload();
      return value;
    },
    async together(work) {
      const value = await db.transaction((trx) =>
        work({ db: trx, change: (actor, entry, inner) => change(trx, actor, entry, inner) }),
      );
      await reload();
      return value;
    },
  };
}
