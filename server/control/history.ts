/** The one door through which the control plane changes: each change and its chained entry are one transaction. */
import type { Knex } from 'knex';
import { canonicalJson, digestOf, sha256 } from './digest.ts';

/** Who changes something: the id of a person, or `system`, or `admin-token`. */
export interface Actor {
  readonly id: string;
  readonly organisation: string;
}

export interface Change {
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly reason: string | null;
}

/** What a change did: the object before and after it as JSON values without personal data, and what the caller gets. */
interface Changed<T> {
  readonly before: unknown;
  readonly after: unknown;
  readonly value: T;
}

export type ChangeWork<T> = (trx: Knex.Transaction) => Promise<Changed<T>>;

/** A row of the history. `before_json` and `after_json` are not hashed themselves, but their digests are. */
export interface HistoryRow {
  readonly organisation: string;
  readonly sequence: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly reason: string | null;
  readonly before_digest: string | null;
  readonly after_digest: string | null;
  readonly before_json: string | null;
  readonly after_json: string | null;
  readonly previous: string | null;
  readonly hash: string;
}

/** An entry as people read it. `before` and `after` are null where there was nothing, or where it was erased. */
export interface HistoryEntry {
  readonly sequence: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly reason: string | null;
  readonly before: unknown;
  readonly after: unknown;
  /** SHA-256 of what was before and after, in hexadecimal; they stay where the contents were erased. */
  readonly beforeDigest: string | null;
  readonly afterDigest: string | null;
  /** The hash of the entry before this one. */
  readonly previous: string | null;
  readonly hash: string;
}

export type HistoryCheck =
  | { readonly ok: true; readonly entries: number; readonly hash: string | null }
  | { readonly ok: false; readonly sequence: number; readonly why: string };

function hashOf(row: Omit<HistoryRow, 'hash' | 'before_json' | 'after_json'>): string {
  return digestOf({
    organisation: row.organisation,
    sequence: row.sequence,
    at: row.at,
    actor: row.actor,
    action: row.action,
    objectType: row.object_type,
    objectId: row.object_id,
    reason: row.reason,
    before: row.before_digest,
    after: row.after_digest,
    previous: row.previous,
  });
}

const jsonOf = (value: unknown): string | null => (value === null || value === undefined ? null : canonicalJson(value));

/**
 * Does `work` and writes its entry, both or neither; gives what `work` gives. Changes of one organisation wait for each
 * other (its head row is locked first), so that the chain never forks and `work` reads what it is about to replace.
 */
export async function change<T>(db: Knex, actor: Actor, entry: Change, work: ChangeWork<T>): Promise<T> {
  return db.transaction(async (trx) => {
    const { organisation } = actor;
    await trx('history_heads').insert({ organisation, sequence: 0, hash: null }).onConflict('organisation').ignore();
    await trx('history_heads').where({ organisation }).increment('sequence', 1);
    const head = await trx<{ organisation: string; sequence: number; hash: string | null }>('history_heads')
      .where({ organisation })
      .first();
    if (!head) throw new Error(`The history of ${organisation} has no head.`);

    const { before, after, value } = await work(trx);
    const beforeJson = jsonOf(before);
    const afterJson = jsonOf(after);
    const row = {
      organisation,
      sequence: head.sequence,
      at: Date.now(),
      actor: actor.id,
      action: entry.action,
      object_type: entry.objectType,
      object_id: entry.objectId,
      reason: entry.reason,
      before_digest: beforeJson === null ? null : sha256(beforeJson),
      after_digest: afterJson === null ? null : sha256(afterJson),
      previous: head.hash,
    };
    const hash = hashOf(row);
    await trx('history').insert({ ...row, before_json: beforeJson, after_json: afterJson, hash });
    await trx('history_heads').where({ organisation }).update({ hash });
    return value;
  });
}

const PAGE = 500;

/**
 * Recomputes an organisation's chain from its first entry. A broken chain is reported at the first entry that does not
 * fit: altered, missing, or with contents that do not have their digest. Contents that were erased (null) are no fault.
 * `seen` is given each entry that fits.
 */
export async function verifyHistory(
  db: Knex,
  organisation: string,
  seen: (row: HistoryRow) => Promise<void> | void = () => {},
): Promise<HistoryCheck> {
  let sequence = 0;
  let previous: string | null = null;
  for (;;) {
    const rows: HistoryRow[] = await db<HistoryRow>('history')
      .where('organisation', organisation)
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(PAGE);
    for (const row of rows) {
      sequence += 1;
      if (row.sequence !== sequence) return { ok: false, sequence, why: 'The entry is missing.' };
      if (row.previous !== previous)
        return { ok: false, sequence, why: 'The entry does not follow the one before it.' };
      if (row.hash !== hashOf(row)) return { ok: false, sequence, why: 'The entry does not have its own hash.' };
      if (!fits(row.before_json, row.before_digest) || !fits(row.after_json, row.after_digest)) {
        return { ok: false, sequence, why: 'The contents kept with the entry do not have their digest.' };
      }
      previous = row.hash;
      await seen(row);
    }
    if (rows.length < PAGE) break;
  }
  const head = await db<{ organisation: string; sequence: number; hash: string | null }>('history_heads')
    .where({ organisation })
    .first();
  if ((head?.sequence ?? 0) !== sequence || (head?.hash ?? null) !== previous) {
    return {
      ok: false,
      sequence: sequence + 1,
      why: 'The last entries are missing, or the head of the chain was altered.',
    };
  }
  return { ok: true, entries: sequence, hash: previous };
}

const fits = (json: string | null, digest: string | null): boolean => json === null || sha256(json) === digest;

export interface HistoryFilter {
  readonly objectType?: string | undefined;
  readonly objectId?: string | undefined;
  readonly actor?: string | undefined;
  /** Such as `version.restore`. */
  readonly action?: string | undefined;
  /** Milliseconds since 1970, inclusive and exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Whether somebody said why. */
  readonly reason?: 'given' | 'none' | undefined;
  /** Only entries with a smaller sequence: the next page. */
  readonly before?: number | undefined;
  /** Only entries with a larger sequence: the page before, which ends where this one begins. */
  readonly after?: number | undefined;
}

interface HistoryPage {
  readonly entries: HistoryEntry[];
  /** The `before` of the following page, null on the last. */
  readonly next: number | null;
  /** The `after` of the page before, null on the first. */
  readonly previous: number | null;
}

/** An entry as people read it, of a row as it is stored. */
export const toEntry = (row: HistoryRow): HistoryEntry => ({
  sequence: row.sequence,
  at: row.at,
  actor: row.actor,
  action: row.action,
  objectType: row.object_type,
  objectId: row.object_id,
  reason: row.reason,
  before: row.before_json === null ? null : JSON.parse(row.before_json),
  after: row.after_json === null ? null : JSON.parse(row.after_json),
  beforeDigest: row.before_digest,
  afterDigest: row.after_digest,
  previous: row.previous,
  hash: row.hash,
});

/** An organisation's entries, newest first. */
export async function listHistory(
  db: Knex,
  organisation: string,
  filter: HistoryFilter,
  limit: number,
): Promise<HistoryPage> {
  const { before, after } = filter;
  const fitting = (): Knex.QueryBuilder<HistoryRow, HistoryRow[]> => {
    const query = db<HistoryRow>('history').where('organisation', organisation);
    if (filter.objectType !== undefined) query.where('object_type', filter.objectType);
    if (filter.objectId !== undefined) query.where('object_id', filter.objectId);
    if (filter.actor !== undefined) query.where('actor', filter.actor);
    if (filter.action !== undefined) query.where('action', filter.action);
    if (filter.from !== undefined) query.where('at', '>=', filter.from);
    if (filter.to !== undefined) query.where('at', '<', filter.to);
    if (filter.reason === 'given') query.whereNotNull('reason');
    if (filter.reason === 'none') query.whereNull('reason');
    return query;
  };
  const isThere = async (side: '<' | '>', sequence: number | undefined): Promise<boolean> =>
    sequence !== undefined && (await fitting().where('sequence', side, sequence).first('sequence')) !== undefined;

  // The page before is the one that ends here: it is read from its end.
  const isUpwards = after !== undefined && before === undefined;
  const query = fitting()
    .orderBy('sequence', isUpwards ? 'asc' : 'desc')
    .limit(limit + 1);
  if (before !== undefined) query.where('sequence', '<', before);
  if (after !== undefined) query.where('sequence', '>', after);
  const rows: HistoryRow[] = await query;
  const page = rows.slice(0, limit);
  if (isUpwards) page.reverse();
  const [newest, oldest] = [page[0]?.sequence, page.at(-1)?.sequence];
  const isMore = rows.length > limit;
  const isOlder = isUpwards ? await isThere('<', oldest) : isMore;
  const isNewer = isUpwards ? isMore : before !== undefined && (await isThere('>', newest));
  return {
    entries: page.map(toEntry),
    next: isOlder ? (oldest ?? null) : null,
    previous: isNewer ? (newest ?? null) : null,
  };
}
