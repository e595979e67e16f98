/** Questions about what has moved the counters of one budget: charges of requests, and corrections. */
import type { Knex } from 'knex';
import type { RecordStatus } from '../../policies/record-status.ts';
import type { Dialect } from './queries.ts';

export interface MovementFilter {
  readonly organisation: string;
  readonly budget: string;
  readonly scope?: string;
  /** Milliseconds since 1970, inclusive and exclusive. */
  readonly from?: number;
  readonly to?: number;
  /** Only what comes after this one, in time and then by its id. */
  readonly after?: { readonly at: number; readonly id: string };
}

/** What a request was charged; amounts in the budget's unit. */
export interface ChargeMovement {
  /** Of the request. */
  readonly id: string;
  readonly at: number;
  readonly status: RecordStatus;
  readonly scope: string;
  readonly window: number;
  readonly held: number;
  readonly settled: number;
}

export interface CorrectionMovement {
  readonly id: string;
  readonly at: number;
  readonly scope: string;
  readonly window: number;
  readonly spent: number;
  readonly reason: string;
  readonly actor: string;
  readonly reference: string | null;
}

/** What requests were charged of a budget, the first first. */
export async function chargesOf(
  readers: Knex,
  dialect: Dialect,
  filter: MovementFilter,
  limit: number,
): Promise<ChargeMovement[]> {
  const query = readers
    .from(readers.raw(`records, ${dialect.charges} AS charge`))
    .where('records.organisation', filter.organisation)
    .whereRaw("charge.value ->> 'budget' = ?", [filter.budget]);
  if (filter.scope !== undefined) query.whereRaw("charge.value ->> 'scope' = ?", [filter.scope]);
  if (filter.after !== undefined)
    query.whereRaw('(records.at, records.id) > (?, ?)', [filter.after.at, filter.after.id]);
  return within(query, 'records.at', filter)
    .orderBy(['records.at', 'records.id'])
    .limit(limit)
    .select<ChargeMovement[]>(
      'records.id',
      'records.at',
      'records.status',
      readers.raw("charge.value ->> 'scope' AS scope"),
      readers.raw(`CAST(charge.value ->> 'window' AS bigint) AS "window"`),
      readers.raw("CAST(charge.value ->> 'held' AS bigint) AS held"),
      readers.raw("CAST(charge.value ->> 'settled' AS bigint) AS settled"),
    );
}

/** Corrections of a budget, the first first. */
export async function correctionsOf(
  readers: Knex,
  filter: MovementFilter,
  limit: number,
): Promise<CorrectionMovement[]> {
  const { organisation, budget, scope, after } = filter;
  const query = readers('corrections').where({ organisation, budget, ...(scope !== undefined && { scope }) });
  if (after !== undefined) query.whereRaw('(at, id) > (?, ?)', [after.at, Number(after.id)]);
  const rows = await within(query, 'at', filter)
    .orderBy(['at', 'id'])
    .limit(limit)
    .select<(Omit<CorrectionMovement, 'id'> & { readonly id: number })[]>(
      ...['id', 'at', 'scope', { window: 'window_start' }, 'spent', 'reason', 'actor', 'reference'],
    );
  return rows.map((row) => ({ ...row, id: String(row.id) }));
}

/** What a scope of a budget has spent between two moments (milliseconds since 1970, the second not included). */
export interface SpentFilter {
  readonly organisation: string;
  readonly budget: string;
  readonly scope: string;
  readonly from: number;
  readonly to: number;
}

/** The spend of windows that start between two moments, by window. */
export async function spentInWindows(
  readers: Knex,
  { organisation, budget, scope, from, to }: SpentFilter,
): Promise<{ readonly window: number; readonly spent: number }[]> {
  return readers('spend')
    .where({ organisation, budget, scope })
    .where('window_start', '>=', from)
    .where('window_start', '<', to)
    .groupBy('window_start')
    .select<{ window: number; spent: number }[]>(
      { window: 'window_start' },
      readers.raw('CAST(SUM(spent) AS bigint) AS spent'),
    );
}

/** What requests that start between two moments were charged, with the corrections made between them. */
export async function spentByStart(readers: Knex, dialect: Dialect, filter: SpentFilter): Promise<number> {
  const { organisation, budget, scope, from, to } = filter;
  const charged: { spent: number | null }[] = await readers
    .from(readers.raw(`records, ${dialect.charges} AS charge`))
    .where('records.organisation', organisation)
    .where('records.at', '>=', from)
    .where('records.at', '<', to)
    .whereRaw("charge.value ->> 'budget' = ?", [budget])
    .whereRaw("charge.value ->> 'scope' = ?", [scope])
    .select(readers.raw("CAST(SUM(CAST(charge.value ->> 'settled' AS bigint)) AS bigint) AS spent"));
  const corrected: { spent: number | null }[] = await within(
    readers('corrections').where({ organisation, budget, scope }),
    'at',
    filter,
  ).select(readers.raw('CAST(SUM(spent) AS bigint) AS spent'));
  return (charged[0]?.spent ?? 0) + (corrected[0]?.spent ?? 0);
}

function within(
  query: Knex.QueryBuilder,
  column: string,
  { from, to }: Pick<MovementFilter, 'from' | 'to'>,
): Knex.QueryBuilder {
  if (from !== undefined) query.where(column, '>=', from);
  if (to !== undefined) query.where(column, '<', to);
  return query;
}
