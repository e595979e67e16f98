/** An export as the pieces of its file, read from the records step by step: no more than one step is in memory. */
import { createHash } from 'node:crypto';
import { abilityOf } from '../../policies/access/ability.ts';
import type { Grant } from '../../policies/access/grants.ts';
import { type SeenOf, traceSeen } from '../../policies/unseen.ts';
import { heldSight } from '../control/budget-parts.ts';
import { loadSnapshot } from '../control/snapshot.ts';
import type { RecordFilter } from '../records/record.ts';
import { type Detail, type RecordRow, recordOf } from '../records/row.ts';
import type { ReadStores } from '../store/read-only.ts';
import { rowsOfSpan } from '../usage/source.ts';
import { readNames, tableHead, tableRows } from './columns.ts';

export const EXPORTED_FORMATS = ['jsonl', 'csv'] as const;

/** What is exported: the records that a filter lets through and that were there at one moment. */
export interface ExportJob {
  readonly format: (typeof EXPORTED_FORMATS)[number];
  readonly filter: RecordFilter & { readonly from: number; readonly to: number };
  /** Position of the last record that was there. */
  readonly upTo: number;
  /** Who it is for, where they do not see all of every budget. */
  readonly reader?: ExportReader;
}

/** Who is told nothing of budgets that they may not see. */
export interface ExportReader {
  /** Id of the person or program. */
  readonly id: string;
  readonly grants: readonly Grant[];
}

interface Piece {
  readonly bytes: Buffer;
  /** How many requests it holds. */
  readonly rows: number;
}

/** Records that are looked at in one step, most of which may not be wanted. */
const STEP = 500;

/**
 * The file of an export in the order of the requests' starts. JSON lines end with one of their own, which tells how many
 * requests there are and the SHA-256 of all bytes before it: without it the file is not whole.
 */
export async function* exportPieces(stores: ReadStores, job: ExportJob): AsyncGenerator<Piece> {
  yield* job.format === 'csv' ? tablePieces(stores, job) : linePieces(stores, job);
}

async function* tablePieces(stores: ReadStores, job: ExportJob): AsyncGenerator<Piece> {
  const names = await readNames(stores.control, job.filter.organisation);
  yield { bytes: Buffer.from(tableHead()), rows: 0 };
  for await (const rows of stepsOf(stores, job)) {
    const records = rows.map((row) => recordOf(row, null));
    yield { bytes: Buffer.from(tableRows(records, names)), rows: rows.length };
  }
}

async function* linePieces(stores: ReadStores, job: ExportJob): AsyncGenerator<Piece> {
  const seenOf = await sightOf(stores, job);
  const sum = createHash('sha256');
  let count = 0;
  for await (const rows of stepsOf(stores, job)) {
    const bytes = Buffer.from(rows.map((row) => lineOf(row, seenOf)).join(''));
    sum.update(bytes);
    count += rows.length;
    yield { bytes, rows: rows.length };
  }
  const end = { end: { rows: count, sha256: sum.digest('hex') } };
  yield { bytes: Buffer.from(`${JSON.stringify(end)}\n`), rows: 0 };
}

async function* stepsOf(stores: ReadStores, { filter, upTo }: ExportJob): AsyncGenerator<RecordRow[]> {
  for await (const { rows } of rowsOfSpan(stores, { ...filter, upTo }, STEP)) if (rows.length > 0) yield rows;
}

/**
 * A record as the control API shows it, without what was sent and answered. Most of it is JSON already where it is stored
 * and goes into the line as it is: taking it apart and putting it together again would take several times as long.
 */
function lineOf({ tags, charges, detail: stored, ...row }: RecordRow, seenOf: SeenOf | null): string {
  const detail = seenOf ? detailSeen(stored, seenOf) : stored;
  const { id, project, key_id: key, at, status, app, model, policy, version, cost } = row;
  const head = JSON.stringify({ id, project, key, at, status, app, model, policy, version, cost });
  return `${head.slice(0, -1)},"tags":${tags},"charges":${charges},${detail.slice(1)}\n`;
}

/** What the reader of an export sees of budgets; null where that is all. */
async function sightOf({ dialect, control }: ReadStores, { filter, reader }: ExportJob): Promise<SeenOf | null> {
  if (!reader) return null;
  const ability = abilityOf(reader.grants, { person: reader.id, onlyReads: true });
  return heldSight(await loadSnapshot({ dialect, control }, null), { organisation: filter.organisation, ability });
}

/** The text of a record's detail without what its reader may not see; the same text where there is nothing of it. */
function detailSeen(stored: string, seenOf: SeenOf): string {
  // Only requests that met a budget have one, and to look for a word costs little.
  if (!stored.includes('"budgetName"')) return stored;
  const detail: Detail = JSON.parse(stored);
  return JSON.stringify({ ...detail, trace: traceSeen(detail.trace, seenOf) });
}
