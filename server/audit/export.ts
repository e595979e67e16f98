/**
 * Exports: what happened in a span of time, or to one object, as signed lines that can be checked without this program. What
 * was erased is there as its digest; of other organisations there is nothing but the hashes that the trees need.
 */
import type { HistoryRow } from '../control/history.ts';
import type { CheckpointRow } from './checkpoints.ts';
import type { Tombstone } from './deletion.ts';
import { ExportLines } from './export-lines.ts';
import { type Log, type LogStores, leavesOf, logName, originOf, storeOf } from './logs.ts';
import { checkpointOver, proveInclusion } from './proofs.ts';
import { type ChainRow, type StoredColumns, storedRecord } from './record-digest.ts';
import type { SigningKey } from './signing-key.ts';
import { treeAt } from './tree-store.ts';

const PAGE = 500;

export interface ExportSpan {
  /** Milliseconds since 1970, inclusive and exclusive. Of a record, when it was sealed. */
  readonly from: number;
  readonly to: number;
}

export interface ExportObject {
  readonly objectType: string;
  readonly objectId: string;
}

/** Something besides the entries, whose digest an entry names. */
export interface ExportedDocument {
  /** What it is, in words. */
  readonly title: string;
  /** SHA-256 over the canonical JSON of its value. */
  readonly digest: string;
  readonly value: unknown;
}

export interface ExportEntries {
  /** Places of the entries in the history, in rising order. */
  readonly entries: readonly number[];
  readonly documents: readonly ExportedDocument[];
}

interface Export {
  readonly stores: LogStores;
  readonly organisation: string;
  readonly lines: ExportLines;
  readonly key: SigningKey;
}

type Fields = Readonly<Record<string, unknown>>;

/** The lines of an export of an organisation's; `now` is in milliseconds since 1970. */
export async function* exportAudit(
  stores: LogStores,
  key: SigningKey,
  organisation: string,
  what: ExportSpan | ExportObject | ExportEntries,
  now: number,
): AsyncGenerator<string> {
  const lines = new ExportLines(key);
  const made: Export = { stores, organisation, lines, key };
  const publicKey = key.publicKey.toString('base64');
  const { installation } = key;
  yield lines.line({
    kind: 'head',
    format: 'signalbox-audit-export@1',
    installation,
    publicKey,
    organisation,
    madeAt: now,
    ...what,
  });
  if ('from' in what) {
    yield* spanOf(made, { kind: 'history', id: organisation }, what);
    for (const id of await gatewaysOf(made)) yield* spanOf(made, { kind: 'records', id }, what);
  } else if ('entries' in what) yield* placesOf(made, what);
  else yield* objectOf(made, what);
  yield lines.end();
}

async function gatewaysOf({ stores }: Export): Promise<string[]> {
  return stores.records('record_chain_heads').orderBy('gateway').pluck('gateway');
}

const tableOf = ({ stores }: Export, log: Log) =>
  log.kind === 'history'
    ? stores.control('history').where({ organisation: log.id })
    : stores.records('record_chain').where({ gateway: log.id });

/** A log's entries of a span, from the tree before them to a checkpoint after them. */
async function* spanOf(made: Export, log: Log, { from, to }: ExportSpan): AsyncGenerator<string> {
  const { stores, lines, key } = made;
  const span: { first?: number | string | null; last?: number | string | null } | undefined = await tableOf(made, log)
    .where('at', '>=', from)
    .where('at', '<', to)
    .min({ first: 'sequence' })
    .max({ last: 'sequence' })
    .first();
  if (!span?.first || !span.last) return;
  const [first, last] = [Number(span.first), Number(span.last)];
  const name = logName(log);
  const end = await checkpointOver(stores, log, last);
  if (!end) {
    yield lines.line({ kind: 'unsigned', log: name, why: 'No checkpoint could be signed over these entries.' });
    return;
  }
  const before = await treeAt(storeOf(stores, log), name, leavesOf(stores, log), first - 1);
  const [previous = null] = await tableOf(made, log)
    .where('sequence', first - 1)
    .pluck('hash');
  const edge = before.edge.map((hash) => hash.toString('base64'));
  yield lines.line({
    kind: 'log',
    log: name,
    origin: originOf(key.installation, log),
    start: first - 1,
    edge,
    previous,
  });
  const checkpoints = await checkpointsBetween(stores, name, first, end.size);
  for (let after = first - 1; after < end.size; after += PAGE) {
    const until = Math.min(after + PAGE, end.size);
    for (const { sequence, fields } of await entriesOf(made, log, after, until, last)) {
      yield lines.line(fields);
      if (checkpoints[0]?.size === sequence)
        yield lines.line({ kind: 'checkpoint', log: name, note: checkpoints.shift()?.note });
    }
  }
}

async function checkpointsBetween(
  { control }: LogStores,
  log: string,
  first: number,
  last: number,
): Promise<Pick<CheckpointRow, 'size' | 'note'>[]> {
  return control<CheckpointRow>('checkpoints')
    .where({ log })
    .where('size', '>=', first)
    .where('size', '<=', last)
    .orderBy('size')
    .select('size', 'note');
}

/** Entries after one sequence up to another as lines; those after `last`, and those of others, as their hash alone. */
async function entriesOf(
  made: Export,
  log: Log,
  after: number,
  until: number,
  last: number,
): Promise<{ readonly sequence: number; readonly fields: Fields }[]> {
  const rows = tableOf(made, log).where('sequence', '>', after).where('sequence', '<=', until).orderBy('sequence');
  const hashOnly = ({ sequence, hash }: { readonly sequence: number; readonly hash: string }) => ({
    sequence,
    fields: { kind: 'other', sequence, hash },
  });
  if (log.kind === 'history') {
    const entries: HistoryRow[] = await rows;
    return entries.map((row) =>
      row.sequence > last ? hashOnly(row) : { sequence: row.sequence, fields: entryFields(row) },
    );
  }
  const links: ChainRow[] = await rows;
  const ids = links.map(({ record }) => record);
  const { records } = made.stores;
  const { organisation } = made;
  const own = new Set<string>(await records('records').where({ organisation }).whereIn('id', ids).pluck('id'));
  const deleted = await tombstonesOf(made, ids);
  return links.map((link) => {
    if (link.sequence > last || !own.has(link.record)) return hashOnly(link);
    return { sequence: link.sequence, fields: recordFields(link, deleted.get(link.record) ?? []) };
  });
}

function entryFields(row: HistoryRow): Fields {
  return {
    kind: 'entry',
    organisation: row.organisation,
    sequence: row.sequence,
    at: row.at,
    actor: row.actor,
    action: row.action,
    objectType: row.object_type,
    objectId: row.object_id,
    reason: row.reason,
    before: row.before_json,
    beforeDigest: row.before_digest,
    after: row.after_json,
    afterDigest: row.after_digest,
    previous: row.previous,
    hash: row.hash,
  };
}

function recordFields(link: ChainRow, tombstones: readonly Tombstone[]): Fields {
  const { gateway, sequence, at, record, digest, hash } = link;
  return {
    kind: 'record',
    gateway,
    sequence,
    at,
    record,
    digest,
    hash,
    contentDigest: link.content_digest,
    deletions: tombstones.map(({ what, at, actor, reason, digest, left_digest }) => ({
      what,
      at,
      actor,
      reason,
      digest,
      leftDigest: left_digest,
    })),
  };
}

async function tombstonesOf({ stores }: Export, ids: readonly string[]): Promise<Map<string, Tombstone[]>> {
  const rows = await stores
    .records<Tombstone>('record_tombstones')
    .whereIn('record', [...ids])
    .orderBy('at');
  const found = new Map<string, Tombstone[]>();
  for (const row of rows) found.set(row.record, [...(found.get(row.record) ?? []), row]);
  return found;
}

/** Everything that the history says of an object, and the object itself where it is a record, each with a proof. */
async function* objectOf(made: Export, { objectType, objectId }: ExportObject): AsyncGenerator<string> {
  const { stores, organisation, lines } = made;
  if (objectType === 'record') {
    const row: StoredColumns | undefined = await stores
      .records('records')
      .where({ id: objectId, organisation })
      .first();
    const link = row && (await stores.records<ChainRow>('record_chain').where({ record: objectId }).first());
    if (link) {
      const { gateway: id, sequence } = link;
      const [before = null] = await stores
        .records('record_chain')
        .where({ gateway: id, sequence: sequence - 1 })
        .pluck('hash');
      const tombstones = (await tombstonesOf(made, [objectId])).get(objectId) ?? [];
      yield lines.line({ ...recordFields(link, tombstones), previous: before, stored: storedRecord(row) });
      yield* proofOf(made, { kind: 'records', id }, sequence);
    }
  }
  for (let after = 0; ; ) {
    const rows: HistoryRow[] = await stores
      .control<HistoryRow>('history')
      .where({ organisation, object_type: objectType, object_id: objectId })
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(PAGE);
    for (const row of rows) {
      yield lines.line(entryFields(row));
      yield* proofOf(made, { kind: 'history', id: organisation }, row.sequence);
    }
    after = rows.at(-1)?.sequence ?? after;
    if (rows.length < PAGE) return;
  }
}

/** Entries of the history, each with a proof. */
async function* placesOf(made: Export, { entries }: ExportEntries): AsyncGenerator<string> {
  const { stores, organisation, lines } = made;
  for (let at = 0; at < entries.length; at += PAGE) {
    const rows: HistoryRow[] = await stores
      .control<HistoryRow>('history')
      .where({ organisation })
      .whereIn('sequence', entries.slice(at, at + PAGE))
      .orderBy('sequence');
    for (const row of rows) {
      yield lines.line(entryFields(row));
      yield* proofOf(made, { kind: 'history', id: organisation }, row.sequence);
    }
  }
}

async function* proofOf({ stores, lines, key }: Export, log: Log, sequence: number): AsyncGenerator<string> {
  const proof = await proveInclusion(stores, log, sequence);
  const origin = originOf(key.installation, log);
  if (proof === null)
    yield lines.line({ kind: 'unsigned', log: logName(log), why: 'No checkpoint could be signed over this entry.' });
  else yield lines.line({ kind: 'proof', log: logName(log), origin, proof });
}
