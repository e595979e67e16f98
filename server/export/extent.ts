/** What an export would hold that is made now: up to which record, and how many, as far as that is quickly said. */
import { DIALECTS, matching } from '../records/queries.ts';
import type { RecordFilter } from '../records/record.ts';
import { lastPosition, type RecordStores } from '../usage/source.ts';
import type { ExportJob } from './pieces.ts';

/** The records that are there now, of an organisation: what is committed later is no part of the export. */
export async function allUntilNow(
  stores: RecordStores,
  filter: RecordFilter,
): Promise<Pick<ExportJob, 'filter' | 'upTo'>> {
  const upTo = await lastPosition(stores);
  const { organisation } = filter;
  const newest: number[] = await stores
    .records('records')
    .where({ organisation })
    .orderBy('at', 'desc')
    .limit(1)
    .pluck('at');
  // Without this, the reader would run after the records that go on coming.
  const to = Math.min(filter.to ?? Number.MAX_SAFE_INTEGER, (newest[0] ?? 0) + 1);
  return { filter: { ...filter, from: filter.from ?? 0, to }, upTo };
}

/** Counted no further than this. */
const MOST = 10_000;
/** How many of the newest records are looked at, however few of them are wanted: people wait for the answer. */
const LOOKED_AT = 20_000;

/** How many records a filter lets through; `more` says that there are or may be more than those that were counted. */
export async function countMatching(
  { dialect, records }: RecordStores,
  filter: RecordFilter,
): Promise<{ readonly rows: number; readonly more: boolean }> {
  const { organisation, from = 0, to = Number.MAX_SAFE_INTEGER } = filter;
  const [oldest]: { at: number; id: string }[] = await records('records')
    .where({ organisation })
    .where('at', '>=', from)
    .where('at', '<', to)
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .offset(LOOKED_AT)
    .limit(1)
    .select('at', 'id');
  const query = matching(records, DIALECTS[dialect], filter);
  // The time alone, too: what share of all lies behind a place PostgreSQL does not guess, and reads the whole table.
  if (oldest) {
    query.where('records.at', '>=', oldest.at).whereRaw('(records.at, records.id) > (?, ?)', [oldest.at, oldest.id]);
  }
  const [row] = await records
    .from(
      query
        .select(records.raw('1'))
        .limit(MOST + 1)
        .as('counted'),
    )
    .count({ n: '*' });
  const counted = Number(row?.n ?? 0);
  return { rows: Math.min(counted, MOST), more: counted > MOST || oldest !== undefined };
}
