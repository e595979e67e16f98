/** Records as they are read to be summed up: in the order of their commits, or those of a span of time. */
import { NO_TRAFFIC } from '../../policies/record-status.ts';
import { DIALECTS, matching } from '../records/queries.ts';
import type { RecordFilter, RequestRecord } from '../records/record.ts';
import { type RecordRow, recordOf } from '../records/row.ts';
import { between, type Place } from '../records/time-order.ts';
import type { CountedRecord } from './of-record.ts';
import type { UsageStores } from './stores.ts';

/** The column that rises with every commit. */
const POSITION = { sqlite: 'rowid', postgres: 'position' } as const;

export type RecordStores = Pick<UsageStores, 'dialect' | 'records'>;

export interface PlacedRecord {
  readonly position: number;
  readonly record: CountedRecord;
}

/** Records from a position on, that one included, in the order of their commits. */
export async function recordsFrom(
  { dialect, records }: RecordStores,
  position: number,
  limit: number,
): Promise<PlacedRecord[]> {
  const column = `records.${POSITION[dialect]}`;
  const rows = await records('records')
    .where(column, '>=', position)
    .orderBy(column)
    .limit(limit)
    .select<(RecordRow & { readonly place: number })[]>('records.*', { place: column });
  return rows.map((row) => ({ position: row.place, record: recordOf(row, null) }));
}

/** The position of the newest record; 0 where there is none. */
export async function lastPosition({ dialect, records }: RecordStores): Promise<number> {
  const column = POSITION[dialect];
  const [last]: number[] = await records('records').orderBy(column, 'desc').limit(1).pluck(column);
  return last ?? 0;
}

/** The start of the newest request of each key, by its id, among records that were committed after a position. */
export async function newestByKey(
  { dialect, records }: RecordStores,
  organisation: string,
  position: number,
): Promise<ReadonlyMap<string, number>> {
  const rows: { key_id: string; at: number }[] = await records('records')
    .where({ organisation })
    .where(POSITION[dialect], '>', position)
    .whereNotIn('status', NO_TRAFFIC)
    .groupBy('key_id')
    .select('key_id')
    .max({ at: 'at' });
  return new Map(rows.map(({ key_id, at }) => [key_id, Number(at)]));
}

/** The start of an organisation's first request; null where it has none. */
export async function firstMoment({ records }: RecordStores, organisation: string): Promise<number | null> {
  const [first]: number[] = await records('records').where({ organisation }).orderBy('at').limit(1).pluck('at');
  return first ?? null;
}

/** How many records there are in a span of time, counted no further than `most`. */
export async function countRecords(
  { records }: RecordStores,
  { organisation, from, to }: Pick<SpanFilter, 'organisation' | 'from' | 'to'>,
  most: number,
): Promise<number> {
  const span = records('records').where({ organisation }).where('at', '>=', from).where('at', '<', to);
  const [row] = await records.from(span.select('at').limit(most).as('counted')).count({ n: '*' });
  return Number(row?.n ?? 0);
}

export type SpanFilter = RecordFilter & {
  readonly from: number;
  readonly to: number;
  /** Records that were committed after this position are left out. */
  readonly upTo?: number;
  /** Only records behind this place, which another reading came to. */
  readonly behind?: Place | undefined;
};

/** The records of a span of time that a filter lets through, in steps, each with the number of records that it has passed. */
export async function* recordsOfSpan(
  stores: RecordStores,
  filter: SpanFilter,
  step: number,
): AsyncGenerator<{ readonly records: RequestRecord[]; readonly passed: number }> {
  for await (const { rows, passed } of rowsOfSpan(stores, filter, step)) {
    yield { records: rows.map((row) => recordOf(row, null)), passed };
  }
}

/** The same, as the database holds them. */
export async function* rowsOfSpan(
  { dialect, records }: RecordStores,
  { from, to, upTo, behind, ...filter }: SpanFilter,
  step: number,
): AsyncGenerator<{ readonly rows: RecordRow[]; readonly passed: number }> {
  const { organisation } = filter;
  // No id comes before the empty one. The start of the span is asked for as a place alone: beside a bound for the time,
  // SQLite begins each step at that bound, and goes over all steps before it again.
  let after = behind ?? { at: from, id: '' };
  for (;;) {
    // Only the index is read to find where the step ends, however few of its records are wanted.
    const passed: Place[] = await records('records')
      .where({ organisation })
      .where('at', '<', to)
      .whereRaw('(at, id) > (?, ?)', [after.at, after.id])
      .orderBy(['at', 'id'])
      .limit(step)
      .select('at', 'id');
    const last = passed.at(-1);
    if (!last) return;
    const query = matching(records, DIALECTS[dialect], filter).select<RecordRow[]>('records.*');
    // The sign keeps SQLite from going through the table by this column instead of the index.
    if (upTo !== undefined) query.whereRaw(`+records.${POSITION[dialect]} <= ?`, [upTo]);
    between(query, dialect, after, last);
    const rows: RecordRow[] = await query.orderBy(['records.at', 'records.id']);
    yield { rows, passed: passed.length };
    after = last;
  }
}
