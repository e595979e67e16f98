/** Finds what a deletion of many is to take: pages of records in the order of their start, of which only sealed ones count. */
import type { Knex } from 'knex';
import type { StoredColumns } from '../audit/record-digest.ts';
import { DIALECTS, type Dialect, matching } from './queries.ts';
import type { Target } from './retention-runs.ts';
import { between, type Place } from './time-order.ts';

export interface RetentionStores {
  readonly dialect: 'sqlite' | 'postgres';
  /** Where is written, beside the gateway's own writer. */
  readonly records: Knex;
  /** Where is read, so that nothing waits for a search. */
  readonly readers: Knex;
}

export const FIRST_PLACE: Place = { at: 0, id: '' };

/** What is found of a record: all of it where it is to go, the rest where its content is. */
export interface Found {
  readonly id: string;
  readonly link_digest: string;
  readonly link_content_digest: string | null;
  readonly row: StoredColumns;
}

interface Page {
  readonly found: readonly Found[];
  /** The last record that was looked at; null where there was none. */
  readonly last: Place | null;
  /** Whether no more come after it. */
  readonly isLast: boolean;
}

/** Looks at the next so many records of an organisation for those that a target means. */
export async function nextPage(
  { dialect, readers }: RetentionStores,
  organisation: string,
  target: Target,
  after: Place,
  limit: number,
): Promise<Page> {
  const passed: Place[] = await readers('records')
    .where({ organisation })
    .where('at', '>=', after.at)
    .where('at', '<', target.before)
    .whereRaw('(at, id) > (?, ?)', [after.at, after.id])
    .orderBy(['at', 'id'])
    .limit(limit)
    .select('at', 'id');
  const last = passed.at(-1);
  if (!last) return { found: [], last: null, isLast: true };
  const query = wanted(readers, DIALECTS[dialect], organisation, target);
  between(query, dialect, after, last);
  const rows: (StoredColumns & { readonly link_digest: string; readonly link_content_digest: string | null })[] =
    await query
      .join('record_chain', 'record_chain.record', 'records.id')
      .orderBy(['records.at', 'records.id'])
      .select(target.what === 'record' ? 'records.*' : 'records.id', {
        link_digest: 'record_chain.digest',
        link_content_digest: 'record_chain.content_digest',
      });
  const found = rows.map(({ link_digest, link_content_digest, ...row }) => ({
    id: String(row.id),
    link_digest,
    link_content_digest,
    row,
  }));
  return { found, last, isLast: passed.length < limit };
}

/** Records that still have what a target takes. */
function wanted(
  readers: Knex,
  dialect: Dialect,
  organisation: string,
  { what, projects, tag }: Omit<Target, 'before'>,
): Knex.QueryBuilder {
  const query = matching(readers, dialect, { organisation, ...(tag && { tags: { [tag.name]: tag.value } }) });
  if (projects !== null) query.whereIn('records.project', projects);
  if (what === 'content') return query.join('contents', 'contents.id', 'records.id');
  return query.whereNotExists(
    readers('record_tombstones').whereRaw(
      "record_tombstones.record = records.id AND record_tombstones.what = 'record'",
    ),
  );
}

/** How many requests a target means, and of how many the content is still there. */
export async function countWanted(
  { dialect, readers }: RetentionStores,
  organisation: string,
  target: Target,
): Promise<{ readonly requests: number; readonly contents: number }> {
  const [row] = await wanted(readers, DIALECTS[dialect], organisation, target)
    .where('records.at', '<', target.before)
    .leftJoin('contents', 'contents.id', 'records.id')
    .count({ requests: 'records.id', contents: 'contents.id' });
  return { requests: Number(row?.requests ?? 0), contents: Number(row?.contents ?? 0) };
}
