/**
 * Records as months count them. A record counts at its start; one that came after its month was closed counts at the
 * moment at which the months were open again, and is marked as late in the transaction that writes it.
 */
import type { Knex } from 'knex';
import { NO_TRAFFIC, type RecordStatus } from '../../policies/record-status.ts';
import type { Usage, UsageSource } from '../../policies/request.ts';
import type { Dialect } from './queries.ts';

/** Which records; moments are milliseconds since 1970, `from` inclusive and `to` exclusive. */
export interface PostedFilter {
  readonly organisation: string;
  /** By the start of a request, or by the moment at which late ones count. */
  readonly by: 'start' | 'late';
  readonly from: number;
  readonly to: number;
  /** The last record of the page before. */
  readonly after?: { readonly at: number; readonly id: string };
}

/** What one record adds to a month; amounts in tokens and nano-dollars. */
export interface PostedRecord {
  readonly id: string;
  readonly project: string;
  /** Its start. */
  readonly at: number;
  /** The moment that it counts at in place of its start; null for its start. */
  readonly postedAt: number | null;
  readonly status: RecordStatus;
  readonly model: string | null;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly cost: number;
  readonly attempts: readonly PostedAttempt[];
}

export interface PostedAttempt {
  readonly model: string;
  readonly usage: Pick<Usage, 'inputTokens' | 'cachedInputTokens' | 'outputTokens'>;
  readonly usageSource: UsageSource;
  readonly cost: number | null;
}

/** What a project adds to a span of time: requests, and nano-dollars, which can be more than a number holds exactly. */
export interface PostedTotal {
  readonly project: string;
  readonly requests: number;
  readonly cost: bigint;
}

/** What is no traffic costs nothing. */
const TRAFFIC = `records.status NOT IN (${NO_TRAFFIC.map((status) => `'${status}'`).join(', ')})`;

/** A page of records in the order of their start, then of their ids. */
export async function postedRecords(
  readers: Knex,
  dialect: Dialect,
  { organisation, by, from, to, after }: PostedFilter,
  limit: number,
): Promise<PostedRecord[]> {
  const query = readers('records').where('records.organisation', organisation).whereRaw(TRAFFIC);
  if (by === 'start') {
    query.leftJoin('late_records', 'late_records.id', 'records.id');
    query.where('records.at', '>=', Math.max(from, after?.at ?? from)).where('records.at', '<', to);
  } else {
    query.join('late_records', 'late_records.id', 'records.id');
    query.where('late_records.posted_at', '>=', from).where('late_records.posted_at', '<', to);
  }
  if (after !== undefined) query.whereRaw('(records.at, records.id) > (?, ?)', [after.at, after.id]);
  const rows = await query
    .orderBy(['records.at', 'records.id'])
    .limit(limit)
    .select<(Omit<PostedRecord, 'attempts'> & { readonly attempts: string })[]>(
      ...['records.id', 'records.project', 'records.at', 'records.status', 'records.model', 'records.cost'],
      { postedAt: 'late_records.posted_at' },
      { inputTokens: 'records.input_tokens' },
      { outputTokens: 'records.output_tokens' },
      readers.raw(
        `CAST(${dialect.detail} -> 'usage' ->> 'cachedInputTokens' AS bigint) AS "cachedInputTokens",
         CAST(${dialect.detail} -> 'attempts' AS text) AS attempts`,
      ),
    );
  return rows.map(({ attempts, ...row }) => ({ ...row, attempts: JSON.parse(attempts) }));
}

/** What each project adds to a span of time, without the parts of it; `from` inclusive, `to` exclusive. */
export async function postedTotals(
  readers: Knex,
  organisation: string,
  from: number,
  to: number,
): Promise<PostedTotal[]> {
  const ofRecords = () => readers('records').where('records.organisation', organisation).whereRaw(TRAFFIC);
  const ofLate = () => ofRecords().join('late_records', 'late_records.id', 'records.id');
  const summed = (query: Knex.QueryBuilder): Promise<{ project: string; requests: number; cost: string }[]> =>
    query
      .groupBy('records.project')
      .select('records.project', readers.raw('COUNT(*) AS requests, CAST(SUM(records.cost) AS text) AS cost'));
  const [started, gone, come] = await Promise.all([
    summed(ofRecords().where('records.at', '>=', from).where('records.at', '<', to)),
    summed(ofLate().where('late_records.at', '>=', from).where('late_records.at', '<', to)),
    summed(ofLate().where('late_records.posted_at', '>=', from).where('late_records.posted_at', '<', to)),
  ]);
  const totals = new Map<string, { requests: number; cost: bigint }>();
  const add = (rows: typeof started, sign: 1 | -1) => {
    for (const { project, requests, cost } of rows) {
      const total = totals.get(project) ?? { requests: 0, cost: 0n };
      total.requests += sign * requests;
      total.cost += BigInt(sign) * BigInt(cost);
      totals.set(project, total);
    }
  };
  add(started, 1);
  add(gone, -1);
  add(come, 1);
  return [...totals].map(([project, total]) => ({ project, ...total })).filter(({ requests }) => requests > 0);
}

/** The first moment at or after `from` at which a record counts; null where there is none. */
export async function firstPosted(readers: Knex, organisation: string, from: number): Promise<number | null> {
  const [started, late] = await Promise.all([
    // Not by its minimum: the records that count elsewhere have to be passed over.
    readers('records')
      .where('organisation', organisation)
      .where('at', '>=', from)
      .whereRaw(TRAFFIC)
      .whereNotExists(readers('late_records').whereRaw('late_records.id = records.id'))
      .orderBy(['at', 'id'])
      .first('at'),
    readers('late_records').where('organisation', organisation).where('posted_at', '>=', from).min('posted_at as at'),
  ]);
  const moments = [started?.at, late[0]?.at].filter((at) => typeof at === 'number');
  return moments.length === 0 ? null : Math.min(...moments);
}
