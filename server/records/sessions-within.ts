/** Runs of agents as somebody sees them who may not see all requests: summed from the requests that they may see. */
import type { Knex } from 'knex';
import type { RecordStatus } from '../../policies/record-status.ts';
import { ERROR_STATUSES } from './batch.ts';
import type { Dialect } from './queries.ts';
import { withinReach } from './reach.ts';
import type { RecordReach } from './record.ts';
import { addToSession, type SessionSum, type SessionTotal } from './sessions.ts';

interface Within {
  readonly readers: Knex;
  readonly dialect: Dialect;
  readonly organisation: string;
  readonly reach: readonly RecordReach[];
}

/** No request goes on for longer: which runs went on after a moment is asked of requests that began no earlier before it. */
const LONGEST_MS = 86_400_000;

/** The requests of runs that may be seen, copies of requests among them. */
function requestsWithin({ readers, organisation, reach }: Within): Knex.QueryBuilder {
  const query = readers('session_requests')
    .where({ 'session_requests.organisation': organisation })
    .join('records', 'records.id', 'session_requests.id');
  withinReach(query, 'records', reach);
  return query;
}

interface Row {
  readonly session: string;
  readonly id: string;
  readonly at: number;
  readonly status: RecordStatus;
  readonly cost: number;
  readonly tags: string;
  readonly durationMs: number;
}

/** Sums of these runs, each of the requests that may be seen; a run of none of them has no sum. */
export async function sessionsWithin(within: Within, sessions: readonly string[]): Promise<SessionTotal[]> {
  const rows = await requestsWithin(within)
    .whereIn('session_requests.session', sessions)
    .orderBy(['records.at', 'records.id'])
    .select<Row[]>(
      ...['session_requests.session', 'records.id', 'records.at', 'records.status', 'records.cost', 'records.tags'],
      within.readers.raw(`CAST(${within.dialect.detail} ->> 'durationMs' AS double precision) AS "durationMs"`),
    );
  const sums = new Map<string, SessionSum>();
  for (const row of rows) {
    const request = { ...row, organisation: within.organisation, tags: JSON.parse(row.tags) };
    addToSession(sums, [], request, ERROR_STATUSES.includes(row.status));
  }
  return [...sums.values()].map(({ organisation, first_at: firstAt, last_at: lastAt, ...sum }) => ({
    ...sum,
    firstAt,
    lastAt,
  }));
}

/** The runs that ended last in a span of time (`to` exclusive), as far as they may be seen, the newest first. */
export async function newestSessionsWithin(
  within: Within,
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
  limit: number,
): Promise<SessionTotal[]> {
  const duration = `CASE WHEN records.status = 'shadow' THEN 0
    ELSE FLOOR(CAST(${within.dialect.detail} ->> 'durationMs' AS double precision) + 0.5) END`;
  const last = `MAX(records.at + ${duration})`;
  const query = requestsWithin(within).groupBy('session_requests.session');
  if (from !== undefined) query.where('session_requests.at', '>=', from - LONGEST_MS).havingRaw(`${last} >= ?`, [from]);
  if (to !== undefined) query.havingRaw(`${last} < ?`, [to]);
  const names: { readonly session: string }[] = await query
    .orderByRaw(`${last} DESC, session_requests.session DESC`)
    .limit(limit)
    .select('session_requests.session');
  const found = await sessionsWithin(
    within,
    names.map(({ session }) => session),
  );
  return found.sort((a, b) => b.lastAt - a.lastAt || (a.session < b.session ? 1 : -1));
}
