/** Questions about records that filter and sum. */
import type { Knex } from 'knex';
import { TAG_NAME } from '../../policies/facts.ts';
import { NO_TRAFFIC } from '../../policies/record-status.ts';
import { SignalboxError } from '../errors.ts';
import { ERROR_STATUSES, HOUR_MS } from './batch.ts';
import { withinReach } from './reach.ts';
import type { Grouping, RecordFilter, UsageTotal } from './record.ts';

/** Where SQLite and PostgreSQL differ in what is asked of them. */
export interface Dialect {
  /** A record's tags, as something that `->` and `->>` can be applied to. */
  readonly tags: string;
  /** A table of a record's charges, one JSON `value` a row. */
  readonly charges: string;
  /** The account of a record, as something that `->` and `->>` can be applied to. */
  readonly detail: string;
}

export const DIALECTS = {
  sqlite: { tags: 'records.tags', charges: 'json_each(records.charges)', detail: 'records.detail' },
  postgres: {
    tags: 'records.tags::json',
    charges: 'json_array_elements(records.charges::json)',
    detail: 'records.detail::json',
  },
} as const satisfies Record<string, Dialect>;

const COLUMN_OF = {
  project: 'project',
  key: 'key_id',
  model: 'model',
  policy: 'policy',
  version: 'version',
  status: 'status',
  app: 'app',
} as const;

/** The records that a filter lets through; its `before` is the matter of pages. */
export function matching(readers: Knex, dialect: Dialect, filter: RecordFilter): Knex.QueryBuilder {
  const query = readers('records').where('records.organisation', filter.organisation);
  for (const name of ['project', 'key', 'model', 'policy', 'version', 'status'] as const) {
    const value = filter[name];
    if (value !== undefined) query.where(`records.${COLUMN_OF[name]}`, value);
  }
  if (filter.from !== undefined) query.where('records.at', '>=', filter.from);
  if (filter.to !== undefined) query.where('records.at', '<', filter.to);
  if (filter.costAtLeast !== undefined) query.where('records.cost', '>=', filter.costAtLeast);
  for (const [name, value] of Object.entries(filter.tags ?? {})) {
    query.whereRaw(`${tagOf(dialect, name)} = ?`, [name, value]);
  }
  withinReach(query, 'records', filter.reach);
  return query;
}

/** The value of a tag, with the name to be bound. Names that no tag can have are refused: SQLite would read some as paths. */
function tagOf(dialect: Dialect, name: string): string {
  if (!TAG_NAME.test(name)) throw new SignalboxError('invalid_input', { why: `"${name}" cannot be the name of a tag` });
  return `((${dialect.tags} -> CAST(? AS text)) ->> 'value')`;
}

const DAY_MS = 24 * HOUR_MS;

type Group = string | number | null;

/** What to group by, and how a group is called: hours and days by their start in UTC. */
function groupingOf(
  dialect: Dialect,
  by: Grouping,
): { sql: string; bindings: string[]; name: (group: Group) => string | null } {
  const plain = (group: Group) => (group === null ? null : String(group));
  if (by === 'hour' || by === 'day') {
    const length = by === 'hour' ? HOUR_MS : DAY_MS;
    const name = (group: Group) => new Date(Number(group)).toISOString().slice(0, by === 'hour' ? 16 : 10);
    return {
      sql: `(at - at % ${length})`,
      bindings: [],
      name: (group) => (by === 'hour' ? `${name(group)}Z` : name(group)),
    };
  }
  if (isTag(by)) {
    const tag = by.slice('tag:'.length);
    return { sql: tagOf(dialect, tag), bindings: [tag], name: plain };
  }
  return { sql: COLUMN_OF[by], bindings: [], name: plain };
}

const isTag = (by: Grouping): by is `tag:${string}` => by.startsWith('tag:');

/** Totals of the traffic among the records that match: by time in its order, else the dearest group first. */
export async function totalsBy(
  readers: Knex,
  dialect: Dialect,
  filter: RecordFilter,
  by: Grouping,
): Promise<UsageTotal[]> {
  const { sql, bindings, name } = groupingOf(dialect, by);
  const errors = ERROR_STATUSES.map(() => '?').join(', ');
  // Sums as doubles: many records can add up to more than an exact number holds, and nobody is charged by a total.
  const sum = (column: string, as: string) => readers.raw('CAST(SUM(??) AS double precision) AS ??', [column, as]);
  const rows = await matching(readers, dialect, filter)
    .whereNotIn('status', NO_TRAFFIC)
    .groupByRaw('1')
    .select<(Omit<UsageTotal, 'group'> & { group: Group })[]>(
      readers.raw(`${sql} AS "group"`, bindings),
      // A copy of a request is none.
      readers.raw("CAST(SUM(CASE WHEN status = 'shadow' THEN 0 ELSE 1 END) AS bigint) AS requests"),
      readers.raw(`CAST(SUM(CASE WHEN status IN (${errors}) THEN 1 ELSE 0 END) AS bigint) AS errors`, [
        ...ERROR_STATUSES,
      ]),
      sum('input_tokens', 'inputTokens'),
      sum('output_tokens', 'outputTokens'),
      sum('cost', 'cost'),
    );
  const totals = rows.map((row): UsageTotal => ({ ...row, group: name(row.group) }));
  const byTime = by === 'hour' || by === 'day';
  return totals.sort((a, b) => (byTime ? 0 : b.cost - a.cost) || ((a.group ?? '') < (b.group ?? '') ? -1 : 1));
}
