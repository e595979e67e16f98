/** Records in the order of their starts: where one is in it, and those between two places. */
import type { Knex } from 'knex';

export interface Place {
  /** When the request began, in milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
}

/** Leaves the records behind one place up to another, that one included. */
export function between(query: Knex.QueryBuilder, dialect: 'sqlite' | 'postgres', after: Place, upTo: Place): void {
  // PostgreSQL does not guess what share of all lies between two places, but knows it for times: without them it would
  // read the whole table. SQLite would begin at the time and no longer at the place.
  if (dialect === 'postgres') query.whereBetween('records.at', [after.at, upTo.at]);
  query
    .whereRaw('(records.at, records.id) > (?, ?)', [after.at, after.id])
    .whereRaw('(records.at, records.id) <= (?, ?)', [upTo.at, upTo.id]);
}
