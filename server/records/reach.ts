/** What somebody may see of the records who may not see all of them. */
import type { Knex } from 'knex';
import type { RecordReach } from './record.ts';

/** Lets through what one of these lets through, of a table that has projects, policies and keys; all where there are none. */
export function withinReach(
  query: Knex.QueryBuilder,
  table: 'records' | 'feedback',
  reach: readonly RecordReach[] | undefined,
): void {
  if (reach === undefined) return;
  query.where((either) => {
    either.whereRaw('1 = 0');
    for (const { projects, policies, keys } of reach) {
      either.orWhere((all) => {
        if (projects) all.whereIn(`${table}.project`, projects);
        if (policies) all.whereIn(`${table}.policy`, policies);
        if (keys) all.whereIn(`${table}.key_id`, keys);
        return all;
      });
    }
  });
}
