/** What budgets were charged over time: hours summed as records are written, and asked for by hour or by day. */
import type { Knex } from 'knex';

/** What a batch adds to an hour of a budget's scope. */
export interface HourSpend {
  readonly organisation: string;
  readonly budget: string;
  readonly scope: string;
  readonly hour: number;
  spent: number;
}

export interface SpendHistoryFilter {
  readonly organisation: string;
  readonly budget: string;
  readonly scopes: readonly string[];
  /** Hours that begin at or after this moment, milliseconds since 1970. */
  readonly from: number;
  /** Steps to sum hours up to, in rising order: each but the last ends where the next one begins. Empty for hours. */
  readonly steps: readonly { readonly start: number; readonly end: number }[];
}

/** Spend of a scope from a moment on, in the budget's unit. */
export interface ScopeSpend {
  readonly scope: string;
  readonly at: number;
  readonly spent: number;
}

/** What scopes of a budget were charged, by scope and in rising order of time. */
export async function spendHistory(readers: Knex, filter: SpendHistoryFilter): Promise<ScopeSpend[]> {
  const { organisation, budget, scopes, from, steps } = filter;
  const { sql, bindings } = stepOfHour(steps);
  return readers('spend_by_hour')
    .where({ organisation, budget })
    .whereIn('scope', [...scopes])
    .where('hour', '>=', from)
    .groupByRaw('1, 2')
    .orderByRaw('1, 2')
    .select<ScopeSpend[]>('scope', readers.raw(`${sql} AS at, CAST(SUM(spent) AS bigint) AS spent`, bindings));
}

/**
 * The start of the step in which an hour lies. Days are 24 hours long but for those on which clocks change, so that stretches
 * of equal steps say it in a few cases. The driver of SQLite binds large numbers as floating point, which would not divide
 * into whole steps: hence the casts.
 */
function stepOfHour(steps: SpendHistoryFilter['steps']): { sql: string; bindings: number[] } {
  const stretches: { start: number; end: number; length: number }[] = [];
  for (const { start, end } of steps) {
    const last = stretches.at(-1);
    if (last && last.length === end - start) last.end = end;
    else stretches.push({ start, end, length: end - start });
  }
  if (stretches.length === 0) return { sql: 'hour', bindings: [] };
  const cases = stretches.map(() => 'WHEN hour < ? THEN CAST(? AS bigint) + (hour - CAST(? AS bigint)) / ? * ?');
  return {
    sql: `CASE ${cases.join(' ')} ELSE hour END`,
    bindings: stretches.flatMap(({ start, end, length }) => [end, start, start, length, length]),
  };
}
