/**
 * What people and programs do without changing anything, and what an auditor asks about all the same: starts of the program,
 * uses of tokens, exports, and contents of requests that were read. Each is an entry of the history.
 */
import type { Knex } from 'knex';
import { type Actor, type Change, change } from '../control/history.ts';

const HOUR_MS = 3_600_000;

/** The actor of entries that nobody asked for. */
const SYSTEM = 'system';

/** What of a start is written down. Secrets are among the settings only as set or not set. */
export interface ProgramStart {
  /** The id of this run, which records name. */
  readonly boot: string;
  readonly version: string;
  readonly node: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Digests of the code that decides requests. */
  readonly code: Readonly<Record<string, string>>;
  /** The name and the public key under which checkpoints are signed; null where none are. */
  readonly signing: { readonly installation: string; readonly publicKey: string } | null;
}

export interface Exported {
  /** The address that gave the file, such as `/usage`. */
  readonly source: string;
  readonly filter: Readonly<Record<string, unknown>>;
  /** SHA-256 of the file in hexadecimal; null where it is not known when the export begins. */
  readonly digest: string | null;
  /** Of an export whose end is an entry too: the id that both entries name. */
  readonly id?: string;
}

export interface ExportEnded {
  /** The address that gave the file. */
  readonly source: string;
  /** The id that the entry of its beginning names. */
  readonly id: string;
  /** How many requests were read for it. */
  readonly rows: number;
  /** SHA-256 of the file in hexadecimal; null where it was broken off. */
  readonly digest: string | null;
  /** Why it was broken off, in a sentence; null where it is whole. */
  readonly why: string | null;
}

interface Hour {
  readonly actor: Actor;
  readonly address: string;
  /** Its start, milliseconds since 1970. */
  readonly hour: number;
  requests: number;
  readonly written: Promise<void>;
}

const hourOf = (now: number): number => now - (now % HOUR_MS);

export class Activity {
  readonly #control: Knex;
  readonly #tokenHours = new Map<string, Hour>();
  /** Contents that were read, each with the entry that says so. */
  readonly #views = new Map<string, { readonly hour: number; readonly written: Promise<void> }>();

  constructor(control: Knex) {
    this.#control = control;
  }

  /** Writes down that the program has started, in the history of each organisation. */
  async programStarted(organisations: Iterable<string>, { boot, ...start }: ProgramStart): Promise<void> {
    for (const organisation of organisations) {
      const entry = { action: 'program.start', objectType: 'program', objectId: boot, reason: null };
      await this.#write({ id: SYSTEM, organisation }, entry, start);
    }
  }

  /**
   * Counts a use of the admin token, or of another token of a program. Resolves when an entry says that it was used from this address in this hour; the hour's
   * count follows when it is over.
   */
  async tokenUsed(actor: Actor, address: string, now: number): Promise<void> {
    const hour = hourOf(now);
    const key = JSON.stringify([actor.organisation, actor.id, address, hour]);
    const known = this.#tokenHours.get(key);
    if (known) {
      known.requests += 1;
      return known.written;
    }
    const entry = { action: 'token.use', objectType: 'token', objectId: actor.id, reason: null };
    const written = this.#write(actor, entry, { address, hour });
    this.#tokenHours.set(key, { actor, address, hour, requests: 1, written });
    await written.catch((error: unknown) => {
      this.#tokenHours.delete(key);
      throw error;
    });
  }

  /** Resolves when an entry says that somebody has read the content of a record in this hour. */
  async contentViewed(actor: Actor, record: string, now: number): Promise<void> {
    const hour = hourOf(now);
    const key = JSON.stringify([actor.organisation, actor.id, record]);
    const known = this.#views.get(key);
    if (known?.hour === hour) return known.written;
    const entry = { action: 'record.view_content', objectType: 'record', objectId: record, reason: null };
    const written = this.#write(actor, entry, { hour });
    this.#views.set(key, { hour, written });
    await written.catch((error: unknown) => {
      this.#views.delete(key);
      throw error;
    });
  }

  /** Writes down that somebody has taken a file along. */
  exported(actor: Actor, { source, ...after }: Exported): Promise<void> {
    const entry = { action: 'export.take', objectType: 'export', objectId: source, reason: null };
    return this.#write(actor, entry, after);
  }

  /** Writes down how an export ended that was sent as it was made: whole, or broken off. */
  exportEnded(actor: Actor, { source, ...after }: ExportEnded): Promise<void> {
    const entry = { action: 'export.end', objectType: 'export', objectId: source, reason: null };
    return this.#write(actor, entry, after);
  }

  /** Writes down how often tokens were used in hours that were over by a moment. */
  async closeHours(before: number): Promise<void> {
    const hour = hourOf(before);
    for (const [key, view] of this.#views) if (view.hour < hour) this.#views.delete(key);
    for (const [key, { actor, address, hour: began, requests }] of this.#tokenHours) {
      if (began + HOUR_MS > before) continue;
      this.#tokenHours.delete(key);
      const entry = { action: 'token.count', objectType: 'token', objectId: actor.id, reason: null };
      await this.#write(actor, entry, { address, hour: began, requests });
    }
  }

  /** No change of what requests read: nothing has to be loaded again. */
  #write(actor: Actor, entry: Change, after: unknown): Promise<void> {
    return change(this.#control, actor, entry, async () => ({ before: null, after, value: undefined }));
  }
}
