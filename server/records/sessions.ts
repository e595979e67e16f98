/** Runs of agents, which are requests with the same tag `session`: summed as records are written, and asked for. */
import type { Knex } from 'knex';
import { isTraffic, type RecordStatus } from '../../policies/record-status.ts';
import type { Dialect } from './queries.ts';
import { withinReach } from './reach.ts';
import type { RecordReach, RequestRecord } from './record.ts';

/** What a batch adds to a session. */
export interface SessionSum {
  readonly organisation: string;
  readonly session: string;
  first_at: number;
  last_at: number;
  requests: number;
  errors: number;
  cost: number;
  workflow: string | null;
  agent: string | null;
}

/** That a request, or a copy of one, is one of a session. */
export interface SessionRequestRow {
  readonly organisation: string;
  readonly session: string;
  readonly at: number;
  readonly id: string;
}

/** A run of agents, summed. */
export interface SessionTotal {
  readonly session: string;
  /** Start of its first request and end of the one that ended last so far, milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly requests: number;
  readonly errors: number;
  /** Nano-dollars. */
  readonly cost: number;
  readonly workflow: string | null;
  readonly agent: string | null;
}

/** One request of a session. */
export interface SessionRequest {
  readonly id: string;
  readonly at: number;
  readonly durationMs: number;
  readonly status: RecordStatus;
  readonly errorCode: string | null;
  /** The model that answered; null where none did. */
  readonly model: string | null;
  readonly policy: string | null;
  readonly version: number | null;
  readonly tags: RequestRecord['tags'];
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Nano-dollars. */
  readonly cost: number;
}

/** Longest value that counts: callers can send no longer ones, and an index takes no very long ones. */
const LONGEST = 256;

const tagOf = (tags: RequestRecord['tags'], name: 'session' | 'workflow' | 'agent'): string | null =>
  tags[name]?.value.slice(0, LONGEST) || null;

/** The session that a request with these tags is one of; null for none. */
export const sessionOf = (tags: RequestRecord['tags']): string | null => tagOf(tags, 'session');

/** Adds a record to the sums of a batch; one without the tag costs no more than looking for it. */
export function addToSession(
  sums: Map<string, SessionSum>,
  requests: SessionRequestRow[],
  record: Pick<RequestRecord, 'organisation' | 'id' | 'at' | 'durationMs' | 'status' | 'cost' | 'tags'>,
  isError: boolean,
): void {
  if (record.tags.session === undefined || !isTraffic(record.status)) return;
  const session = sessionOf(record.tags);
  if (session === null) return;
  const { organisation, at, id } = record;
  // A copy of a request costs, and is no request.
  const isCopy = record.status === 'shadow';
  requests.push({ organisation, session, at, id });
  const end = isCopy ? at : at + Math.round(record.durationMs);
  const [workflow, agent] = [tagOf(record.tags, 'workflow'), tagOf(record.tags, 'agent')];
  const key = `${organisation}\n${session}`;
  const sum = sums.get(key);
  if (!sum) {
    const first = {
      organisation,
      session,
      first_at: at,
      last_at: end,
      requests: isCopy ? 0 : 1,
      errors: isError ? 1 : 0,
    };
    sums.set(key, { ...first, cost: record.cost, workflow, agent });
    return;
  }
  sum.first_at = Math.min(sum.first_at, at);
  sum.last_at = Math.max(sum.last_at, end);
  if (!isCopy) sum.requests += 1;
  if (isError) sum.errors += 1;
  sum.cost += record.cost;
  sum.workflow ??= workflow;
  sum.agent ??= agent;
}

/** The sessions that ended last in a span of time (`to` exclusive), the newest first. */
export async function newestSessions(
  readers: Knex,
  organisation: string,
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
  limit: number,
): Promise<SessionTotal[]> {
  const query = readers('sessions').where({ organisation });
  if (from !== undefined) query.where('last_at', '>=', from);
  if (to !== undefined) query.where('last_at', '<', to);
  return query
    .orderBy([
      { column: 'last_at', order: 'desc' },
      { column: 'session', order: 'desc' },
    ])
    .limit(limit)
    .select<SessionTotal[]>('session', 'requests', 'errors', 'cost', 'workflow', 'agent', {
      firstAt: 'first_at',
      lastAt: 'last_at',
    });
}

/** A session of that name as its sums have it. */
export function sessionTotal(readers: Knex, organisation: string, session: string): Promise<SessionTotal | undefined> {
  return readers('sessions')
    .where({ organisation, session })
    .first<SessionTotal | undefined>('session', 'requests', 'errors', 'cost', 'workflow', 'agent', {
      firstAt: 'first_at',
      lastAt: 'last_at',
    });
}

/** The first requests of a session in their order, without copies; of those that `reach` lets through. */
export async function requestsOfSession(
  readers: Knex,
  dialect: Dialect,
  organisation: string,
  session: string,
  limit: number,
  reach: readonly RecordReach[] | undefined,
): Promise<SessionRequest[]> {
  const query = readers('session_requests')
    .where({ 'session_requests.organisation': organisation, 'session_requests.session': session })
    .join('records', 'records.id', 'session_requests.id')
    .whereNot('records.status', 'shadow');
  withinReach(query, 'records', reach);
  const rows = await query
    .orderBy(['session_requests.at', 'session_requests.id'])
    .limit(limit)
    .select<(Omit<SessionRequest, 'tags'> & { readonly tags: string })[]>(
      ...['records.id', 'records.at', 'records.status', 'records.model', 'records.policy', 'records.version'],
      ...['records.cost', 'records.tags'],
      { inputTokens: 'records.input_tokens', outputTokens: 'records.output_tokens' },
      readers.raw(
        `CAST(${dialect.detail} ->> 'durationMs' AS double precision) AS "durationMs",
         ${dialect.detail} ->> 'errorCode' AS "errorCode"`,
      ),
    );
  return rows.map((row) => ({ ...row, tags: JSON.parse(row.tags) }));
}
