/** An export as the pieces of its file, read from the records step by step: no more than one step is in memory. */
import { createHash } from 'node:crypto';
import type { RecordFilter } from '../records/record.ts';
import { type RecordRow, recordOf } from '../records/row.ts';
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
  const sum = createHash('sha256');
  let count = 0;
  for await (const rows of stepsOf(stores, job)) {
    const bytes = Buffer.from(rows.map(lineOf).join(''));
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
function lineOf({ tags, charges, detail, ...row }: RecordRow): string {
  const { id, project, key_id: key, at, status, app, model, policy, version, cost } = row;
  const head = JSON.stringify({ id, project, key, at, status, app, model, policy, version, cost });
  return `${head.slice(0, -1)},"tags":${tags},"charges":${charges},${detail.slice(1)}\n`;
}
