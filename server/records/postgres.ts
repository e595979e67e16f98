import pg from 'pg';
import type { LockedConnection } from '../store/postgres.ts';
import { type Batch, type BatchWriter, storableJson } from './batch.ts';
import {
  CORRECTION,
  type Columns,
  HEAD,
  HOUR_SPEND,
  INTENT,
  listed,
  PATH,
  SESSION,
  SESSION_REQUEST,
  SPEND,
} from './columns.ts';
import { type Feedback, feedbackValues, putFeedback } from './feedback.ts';
import type { Intent } from './record.ts';
import { detailOf, headOf } from './row.ts';

const RECORD = { ...HEAD, detail: 'text' } as const;
const CONTENT = {
  id: 'text',
  organisation: 'text',
  project: 'text',
  at: 'bigint',
  request: 'text',
  answer: 'text',
} as const;
const INTENT_ROW = { ...INTENT, body: 'text' } as const;

const rowsOf = (parameter: number, columns: Columns) =>
  `(SELECT ${listed(columns)} FROM json_to_recordset($${parameter}::json) AS given(${Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ')}))`;

/**
 * What comes after its record would never be ended. A record and an intent of the same request at the same moment do not
 * see each other: whoever writes has to bring them one after the other.
 */
const WRITE_INTENTS = `
INSERT INTO intents (${listed(INTENT_ROW)})
  SELECT * FROM ${rowsOf(1, INTENT_ROW)} AS intent
  WHERE NOT EXISTS (SELECT 1 FROM records WHERE records.id = intent.id)
  ON CONFLICT (id) DO UPDATE SET body = excluded.body`;

/** All of a batch but its intents as one statement, which is one transaction and one trip. */
const WRITE = `
WITH written AS (
  INSERT INTO records (${listed(RECORD)}) ${rowsOf(1, RECORD)} RETURNING id, organisation, at
), late_in AS (
  INSERT INTO late_records (id, organisation, at, posted_at)
    SELECT written.id, written.organisation, written.at, until FROM written JOIN month_freezes USING (organisation)
    WHERE written.at < until
), contents_in AS (
  INSERT INTO contents (${listed(CONTENT)}) ${rowsOf(2, CONTENT)}
), spend_in AS (
  INSERT INTO spend (${listed(SPEND)}) ${rowsOf(3, SPEND)}
    ON CONFLICT (budget, scope, window_start, unit, organisation, project)
    DO UPDATE SET spent = spend.spent + excluded.spent
), paths_in AS (
  INSERT INTO paths (${listed(PATH)}) ${rowsOf(4, PATH)}
    ON CONFLICT (policy, version, hour, path, organisation, project)
    DO UPDATE SET requests = paths.requests + excluded.requests, errors = paths.errors + excluded.errors,
      cost = paths.cost + excluded.cost
), corrections_in AS (
  INSERT INTO corrections (${listed(CORRECTION)}) ${rowsOf(5, CORRECTION)}
), hours_in AS (
  INSERT INTO spend_by_hour (${listed(HOUR_SPEND)}) ${rowsOf(6, HOUR_SPEND)}
    ON CONFLICT (budget, scope, hour, organisation) DO UPDATE SET spent = spend_by_hour.spent + excluded.spent
), sessions_in AS (
  INSERT INTO sessions (${listed(SESSION)}) ${rowsOf(7, SESSION)}
    ON CONFLICT (organisation, session) DO UPDATE SET
      first_at = least(sessions.first_at, excluded.first_at), last_at = greatest(sessions.last_at, excluded.last_at),
      requests = sessions.requests + excluded.requests, errors = sessions.errors + excluded.errors,
      cost = sessions.cost + excluded.cost, workflow = coalesce(sessions.workflow, excluded.workflow),
      agent = coalesce(sessions.agent, excluded.agent)
), session_requests_in AS (
  INSERT INTO session_requests (${listed(SESSION_REQUEST)}) ${rowsOf(8, SESSION_REQUEST)}
)
DELETE FROM intents WHERE id IN (SELECT id FROM written)`;

const FREEZE = `
INSERT INTO month_freezes AS frozen (organisation, until) VALUES ($1, $2)
  ON CONFLICT (organisation) DO UPDATE SET until = greatest(frozen.until, excluded.until)`;

const PUT_FEEDBACK = putFeedback((position) => `$${position}`);

const UNIQUE_VIOLATION = '23505';
/** Tables with a row for a record, which one that is there already has too: which is written first is the server's choice. */
const BY_RECORD: ReadonlySet<string | undefined> = new Set(['records', 'contents', 'session_requests']);

/** Writes batches into PostgreSQL, and their intents by a connection of their own: they do not wait for records. */
export class PostgresRecords implements BatchWriter {
  readonly #connection: LockedConnection;
  readonly #intents: LockedConnection;

  constructor(connection: LockedConnection, intents: LockedConnection) {
    this.#connection = connection;
    this.#intents = intents;
  }

  async write(batch: Batch): Promise<boolean> {
    const { intents, records, corrections } = batch;
    const hasMore = records.length > 0 || corrections.length > 0;
    if (intents.length > 0 || !hasMore) {
      await this.#intents.query('write_intents', WRITE_INTENTS, [storableJson(intents.map(intentRow))]);
      if (intents.length > 0 && !hasMore) return true;
    }
    try {
      await this.#connection.query('write_batch', WRITE, parametersOf(batch));
      return true;
    } catch (error) {
      const known = error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION && BY_RECORD.has(error.table);
      if (known) return false;
      throw error;
    }
  }

  /** By the connection that writes: what it is told comes in order, and no batch is under way meanwhile. */
  freezeBefore(organisation: string, until: number): Promise<void> {
    return this.#connection.query('freeze_months', FREEZE, [organisation, String(until)]);
  }

  putFeedback(feedback: Feedback): Promise<void> {
    return this.#connection.query('put_feedback', PUT_FEEDBACK, feedbackValues(feedback));
  }
}

function intentRow(intent: Intent): object {
  const { id, gateway, organisation, project, at } = intent;
  return { id, gateway, organisation, project, at, body: intent };
}

function parametersOf(batch: Batch): string[] {
  const records: object[] = [];
  const contents: object[] = [];
  for (const record of batch.records) {
    const head = headOf(record);
    records.push({ detail: detailOf(record), ...head });
    if (record.content === null) continue;
    const { id, organisation, project, at } = head;
    contents.push({ id, organisation, project, at, ...record.content });
  }
  const { spend, paths, corrections, hours, sessions, sessionRequests } = batch;
  return [records, contents, spend, paths, corrections, hours, sessions, sessionRequests].map(storableJson);
}
