/** Questions about what has moved the counters of one budget: charges of requests, and corrections. */
import type { Knex } from 'knex';
import type { Dialect } from './queries.ts';
import type { RecordStatus } from './record.ts';

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

function within(query: Knex.QueryBuilder, column: string, { from, to }: MovementFilter): Knex.QueryBuilder {
  if (from !== undefined) query.where(column, '>=', from);
  if (to !== undefined) query.where(column, '<', to);
  return query;
}
