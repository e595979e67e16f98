import type { Knex } from 'knex';
import { SignalboxError } from '../errors.ts';
import { type BatchWriter, batchOf, type Correction, edgesOf, HOUR_MS } from './batch.ts';
import { type Feedback, type FeedbackFilter, type FeedbackTotal, feedbackOf, feedbackTotals } from './feedback.ts';
import type { IntentFiles } from './intent-files.ts';
import {
  type ChargeMovement,
  type CorrectionMovement,
  chargesOf,
  correctionsOf,
  type MovementFilter,
  type SpentFilter,
  spentByStart,
  spentInWindows,
} from './movements.ts';
import {
  firstPosted,
  type PostedFilter,
  type PostedRecord,
  type PostedTotal,
  postedRecords,
  postedTotals,
} from './posted.ts';
import { DIALECTS, type Dialect, matching, totalsBy } from './queries.ts';
import type {
  EdgeCount,
  Grouping,
  Intent,
  PolicyTraffic,
  RecordFilter,
  RecordReach,
  RecordStore,
  RequestRecord,
  Spend,
  UsageTotal,
} from './record.ts';
import { type RecordRow, recordOf } from './row.ts';
import { newestSessions, requestsOfSession, type SessionRequest, type SessionTotal, sessionTotal } from './sessions.ts';
import { newestSessionsWithin, sessionsWithin } from './sessions-within.ts';
import { type ScopeSpend, type SpendHistoryFilter, spendHistory } from './spend-by-hour.ts';
import { mostFrequentTags, REQUESTS_SEEN } from './tags-seen.ts';

/** What is counted of a path. */
const SUMMED = ['requests', 'errors', 'cost'] as const;

/** Ids in one question: a statement takes so many parameters and no more. */
const ASKED_AT_ONCE = 500;

/** Records in SQLite or PostgreSQL: batches go to the writer, questions to connections that only read. */
export class SqlRecordStore implements RecordStore {
  readonly #readers: Knex;
  readonly #writer: BatchWriter;
  readonly #dialect: Dialect;
  readonly #intentFiles: IntentFiles | null;

  /** `intentFiles` where the writer keeps intents in files and not in their table. */
  constructor(readers: Knex, writer: BatchWriter, dialect: keyof typeof DIALECTS, intentFiles: IntentFiles | null) {
    this.#readers = readers;
    this.#writer = writer;
    this.#dialect = DIALECTS[dialect];
    this.#intentFiles = intentFiles;
  }

  async commit(batch: {
    readonly intents: readonly Intent[];
    readonly records: readonly RequestRecord[];
  }): Promise<void> {
    let { records } = batch;
    // Hardly ever more than once: only a batch that is sent again has records that are already there.
    while (!(await this.#writer.write(batchOf(batch.intents, records)))) {
      const ids = records.map((record) => record.id);
      const known = await this.#recorded(ids);
      if (known.size === 0) throw new Error('A record is refused as known, but is not there.');
      records = records.filter((record) => !known.has(record.id));
    }
  }

  intentsNow(intents: readonly Intent[]): boolean {
    return this.#writer.intentsNow?.(intents) ?? false;
  }

  async openIntents(gateway: string): Promise<Intent[]> {
    const rows: { body: string }[] = await this.#readers('intents')
      .where({ gateway })
      .orderBy(['at', 'id'])
      .select('body');
    const intents = rows.map(({ body }): Intent => JSON.parse(body));
    return this.#intentFiles ? [...intents, ...(await this.#leftInFiles(this.#intentFiles, gateway))] : intents;
  }

  /** Files do not know of the records that the process before has written. */
  async #leftInFiles(files: IntentFiles, gateway: string): Promise<Intent[]> {
    const left = files.left.filter((intent) => intent.gateway === gateway);
    const recorded = new Set<string>();
    for (let i = 0; i < left.length; i += ASKED_AT_ONCE) {
      const ids = left.slice(i, i + ASKED_AT_ONCE).map(({ id }) => id);
      for (const id of await this.#recorded(ids)) recorded.add(id);
    }
    for (const id of recorded) files.end(id);
    return left.filter(({ id }) => !recorded.has(id)).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  async #recorded(ids: readonly string[]): Promise<Set<string>> {
    return new Set<string>(await this.#readers('records').whereIn('id', ids).pluck('id'));
  }

  async correct(entry: Correction): Promise<void> {
    const { reference } = entry;
    if (reference !== undefined && (await this.#readers('corrections').where({ reference }).first())) return;
    await this.#writer.write(batchOf([], [], [entry]));
  }

  async charges(filter: MovementFilter, limit: number): Promise<ChargeMovement[]> {
    return chargesOf(this.#readers, this.#dialect, filter, limit);
  }

  async corrections(filter: MovementFilter, limit: number): Promise<CorrectionMovement[]> {
    return correctionsOf(this.#readers, filter, limit);
  }

  spentInWindows(filter: SpentFilter): Promise<{ readonly window: number; readonly spent: number }[]> {
    return spentInWindows(this.#readers, filter);
  }

  spentByStart(filter: SpentFilter): Promise<number> {
    return spentByStart(this.#readers, this.#dialect, filter);
  }

  async spend(from: number): Promise<Spend[]> {
    return this.#spendOf(this.#readers('spend').where('window_start', '>=', from));
  }

  async recomputeSpend(from: number): Promise<Spend[]> {
    const entries = this.#readers
      .select(
        this.#readers.raw(
          `charge.value ->> 'budget' AS budget, charge.value ->> 'scope' AS scope, charge.value ->> 'unit' AS unit,
         CAST(charge.value ->> 'window' AS bigint) AS window_start, CAST(charge.value ->> 'settled' AS bigint) AS spent`,
        ),
      )
      .from(this.#readers.raw(`records, ${this.#dialect.charges} AS charge`))
      .unionAll([this.#readers('corrections').select('budget', 'scope', 'unit', 'window_start', 'spent')])
      .as('entries');
    return this.#spendOf(this.#readers.from(entries).where('window_start', '>=', from));
  }

  spendHistory(filter: SpendHistoryFilter): Promise<ScopeSpend[]> {
    return spendHistory(this.#readers, filter);
  }

  sessions(
    organisation: string,
    span: { readonly from?: number | undefined; readonly to?: number | undefined },
    limit: number,
    reach?: readonly RecordReach[],
  ): Promise<SessionTotal[]> {
    return reach
      ? newestSessionsWithin({ readers: this.#readers, dialect: this.#dialect, organisation, reach }, span, limit)
      : newestSessions(this.#readers, organisation, span, limit);
  }

  async session(
    organisation: string,
    session: string,
    limit: number,
    reach?: readonly RecordReach[],
  ): Promise<{ readonly total: SessionTotal; readonly requests: SessionRequest[] } | null> {
    const [readers, dialect] = [this.#readers, this.#dialect];
    const total = reach
      ? (await sessionsWithin({ readers, dialect, organisation, reach }, [session]))[0]
      : await sessionTotal(readers, organisation, session);
    if (!total) return null;
    return { total, requests: await requestsOfSession(readers, dialect, organisation, session, limit, reach) };
  }

  async get(organisation: string, id: string): Promise<RequestRecord | null> {
    const row: (RecordRow & { request: string | null; answer: string | null }) | undefined = await this.#readers(
      'records',
    )
      .leftJoin('contents', 'contents.id', 'records.id')
      .where({ 'records.organisation': organisation, 'records.id': id })
      .first('records.*', 'contents.request', 'contents.answer');
    if (!row) return null;
    return recordOf(row, row.request === null ? null : { request: row.request, answer: row.answer });
  }

  /** Without the contents, which can be large: `get` has them. */
  async list(filter: RecordFilter, limit: number): Promise<{ records: RequestRecord[]; next: string | null }> {
    const query = matching(this.#readers, this.#dialect, filter).select<RecordRow[]>('records.*');
    if (filter.before !== undefined) query.whereRaw('(records.at, records.id) < (?, ?)', parseCursor(filter.before));
    // One more than asked for tells whether there is a next page.
    const rows = await query
      .orderBy([
        { column: 'records.at', order: 'desc' },
        { column: 'records.id', order: 'desc' },
      ])
      .limit(limit + 1);
    const records = rows.slice(0, limit).map((row) => recordOf(row, null));
    const last = records.at(-1);
    return { records, next: rows.length > limit && last ? `${last.at}.${last.id}` : null };
  }

  async totals(filter: RecordFilter, by: Grouping): Promise<UsageTotal[]> {
    return totalsBy(this.#readers, this.#dialect, filter, by);
  }

  async tagsSeen(organisation: string, from: number): Promise<Record<string, string[]>> {
    const rows: { tags: string }[] = await this.#readers('records')
      .where({ organisation })
      .where('at', '>=', from)
      .orderBy('at', 'desc')
      .limit(REQUESTS_SEEN)
      .select('tags');
    return mostFrequentTags(rows.map(({ tags }): RequestRecord['tags'] => JSON.parse(tags)));
  }

  async traffic(organisation: string, from: number): Promise<PolicyTraffic[]> {
    return this.#readers('paths')
      .where({ organisation })
      .where('hour', '>', from - HOUR_MS)
      .groupBy('policy')
      .orderBy('policy')
      .select<PolicyTraffic[]>('policy', ...SUMMED.map((column) => this.#sum(column)));
  }

  async edges(organisation: string, policy: string, version: number, from: number, to: number): Promise<EdgeCount[]> {
    const paths = await this.#readers('paths')
      .where({ organisation, policy, version })
      // The hour in which the time begins counts whole.
      .where('hour', '>', from - HOUR_MS)
      .where('hour', '<', to)
      .groupBy('path', 'hour')
      .orderBy('hour')
      .select<(Omit<EdgeCount, 'node' | 'port'> & { path: string })[]>(
        'path',
        'hour',
        ...SUMMED.map((column) => this.#sum(column)),
      );
    return edgesOfPaths(paths);
  }

  freezeBefore(organisation: string, until: number): Promise<void> {
    return this.#writer.freezeBefore(organisation, until);
  }

  giveFeedback(feedback: Feedback): Promise<void> {
    return this.#writer.putFeedback(feedback);
  }

  feedback(organisation: string, request: string): Promise<Feedback[]> {
    return feedbackOf(this.#readers, organisation, request);
  }

  feedbackTotals(filter: FeedbackFilter): Promise<FeedbackTotal[]> {
    return feedbackTotals(this.#readers, filter);
  }

  posted(filter: PostedFilter, limit: number): Promise<PostedRecord[]> {
    return postedRecords(this.#readers, this.#dialect, filter, limit);
  }

  postedTotals(organisation: string, from: number, to: number): Promise<PostedTotal[]> {
    return postedTotals(this.#readers, organisation, from, to);
  }

  firstPosted(organisation: string, from: number): Promise<number | null> {
    return firstPosted(this.#readers, organisation, from);
  }

  #sum(column: string): Knex.Raw {
    return this.#readers.raw('CAST(SUM(??) AS bigint) AS ??', [column, column]);
  }

  async #spendOf(entries: Knex.QueryBuilder): Promise<Spend[]> {
    return entries
      .groupBy('budget', 'scope', 'unit', 'window_start')
      .orderBy(['budget', 'scope', 'unit', 'window_start'])
      .select<Spend[]>(
        'budget',
        'scope',
        'unit',
        { window: 'window_start' },
        this.#readers.raw('CAST(SUM(spent) AS bigint) AS spent'),
      );
  }
}

/** Start and id of the last record of a page. */
function parseCursor(cursor: string): [at: number, id: string] {
  const [, at, id] = /^(\d{1,15})\.(.+)$/s.exec(cursor) ?? [];
  if (at === undefined || id === undefined) {
    throw new SignalboxError('invalid_input', {
      why: 'The place to go on from is not one that a page of requests has given',
    });
  }
  return [Number(at), id];
}

/** Counts of paths taken apart into their edges, by hour, node and port. */
function edgesOfPaths(paths: readonly (Omit<EdgeCount, 'node' | 'port'> & { readonly path: string })[]): EdgeCount[] {
  const counts = new Map<string, EdgeCount>();
  for (const { path, hour, requests, errors, cost } of paths) {
    for (const { node, port } of edgesOf(path)) {
      const key = `${String(hour).padStart(16, '0')} ${node}.${port}`;
      const known = counts.get(key) ?? { node, port, hour, requests: 0, errors: 0, cost: 0 };
      counts.set(key, {
        ...known,
        requests: known.requests + requests,
        errors: known.errors + errors,
        cost: known.cost + cost,
      });
    }
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
