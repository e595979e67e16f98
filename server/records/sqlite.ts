import type { SqliteConnection, SqliteStatement } from '../store/sqlite.ts';
import { type Batch, type BatchWriter, storableJson, storableText } from './batch.ts';
import {
  CORRECTION,
  type Columns,
  HEAD,
  HOUR_SPEND,
  listed,
  PATH,
  SESSION,
  SESSION_REQUEST,
  SPEND,
} from './columns.ts';
import { type Feedback, feedbackValues, putFeedback } from './feedback.ts';
import type { IntentFiles } from './intent-files.ts';
import type { Intent } from './record.ts';
import { detailOf, headOf } from './row.ts';

const fromArray = (array: string, columns: Columns) =>
  Object.keys(columns)
    .map((_, i) => `${array} ->> ${i}`)
    .join(', ');
const fromObject = (object: string, columns: Columns) =>
  Object.keys(columns)
    .map((column) => `${object} ->> '${column}'`)
    .join(', ');

/**
 * A batch is one INSERT of several rows into a view, whose triggers spread it over the tables. One statement is one
 * transaction and one trip to the driver's threads: BEGIN, six statements and COMMIT cost twice the CPU for a batch of
 * one, and a turn of the event loop each. Views and triggers are temporary: they belong to the connection.
 */
const TRIGGERS = `
CREATE TEMP VIEW batch AS SELECT NULL AS kind, NULL AS head, NULL AS detail, NULL AS request, NULL AS answer;

CREATE TEMP TRIGGER batch_record INSTEAD OF INSERT ON batch WHEN new.kind = 'record' BEGIN
  INSERT INTO records (${listed(HEAD)}, detail) SELECT ${fromArray('new.head', HEAD)}, new.detail;
  INSERT INTO contents (id, organisation, project, at, request, answer)
    SELECT new.head ->> 0, new.head ->> 1, new.head ->> 2, new.head ->> ${Object.keys(HEAD).indexOf('at')}, new.request, new.answer
    WHERE new.request IS NOT NULL;
  DELETE FROM intents WHERE id = new.head ->> 0;
  INSERT INTO late_records (id, organisation, at, posted_at)
    SELECT new.head ->> 0, organisation, new.head ->> ${Object.keys(HEAD).indexOf('at')}, until FROM month_freezes
    WHERE organisation = new.head ->> 1 AND until > new.head ->> ${Object.keys(HEAD).indexOf('at')};
END;

CREATE TEMP TRIGGER batch_spend INSTEAD OF INSERT ON batch WHEN new.kind = 'spend' BEGIN
  INSERT INTO spend (${listed(SPEND)})
    SELECT ${fromObject('value', SPEND)} FROM json_each(new.head) WHERE true
    ON CONFLICT (budget, scope, window_start, unit, organisation, project) DO UPDATE SET spent = spent + excluded.spent;
END;

CREATE TEMP TRIGGER batch_paths INSTEAD OF INSERT ON batch WHEN new.kind = 'paths' BEGIN
  INSERT INTO paths (${listed(PATH)})
    SELECT ${fromObject('value', PATH)} FROM json_each(new.head) WHERE true
    ON CONFLICT (policy, version, hour, path, organisation, project) DO UPDATE SET
      requests = requests + excluded.requests, errors = errors + excluded.errors, cost = cost + excluded.cost;
END;

CREATE TEMP TRIGGER batch_hours INSTEAD OF INSERT ON batch WHEN new.kind = 'hours' BEGIN
  INSERT INTO spend_by_hour (${listed(HOUR_SPEND)})
    SELECT ${fromObject('value', HOUR_SPEND)} FROM json_each(new.head) WHERE true
    ON CONFLICT (budget, scope, hour, organisation) DO UPDATE SET spent = spent + excluded.spent;
END;

CREATE TEMP TRIGGER batch_sessions INSTEAD OF INSERT ON batch WHEN new.kind = 'sessions' BEGIN
  INSERT INTO sessions (${listed(SESSION)})
    SELECT ${fromObject('value', SESSION)} FROM json_each(new.head) WHERE true
    ON CONFLICT (organisation, session) DO UPDATE SET
      first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
      requests = requests + excluded.requests, errors = errors + excluded.errors, cost = cost + excluded.cost,
      workflow = coalesce(workflow, excluded.workflow), agent = coalesce(agent, excluded.agent);
  INSERT INTO session_requests (${listed(SESSION_REQUEST)})
    SELECT ${fromObject('value', SESSION_REQUEST)} FROM json_each(new.detail);
END;

CREATE TEMP TRIGGER batch_corrections INSTEAD OF INSERT ON batch WHEN new.kind = 'corrections' BEGIN
  INSERT INTO corrections (${listed(CORRECTION)}) SELECT ${fromObject('value', CORRECTION)} FROM json_each(new.head);
END;
`;

/** Statements of up to so many rows are kept; larger ones are rare and made each time. */
const KEPT_ROWS = 128;

/** A transaction that takes so many milliseconds is a sign that the disk may hang. */
const SLOW_MS = 250;

/** Writes batches into SQLite, and their intents into files beside it. */
export class SqliteRecords implements BatchWriter {
  readonly #connection: SqliteConnection;
  readonly #intents: IntentFiles;
  readonly #statements: (Promise<SqliteStatement> | undefined)[] = [];
  /** Transactions under way, and since when there are any, by `performance.now()`. */
  #underWay = 0;
  #since = 0;

  private constructor(connection: SqliteConnection, intents: IntentFiles) {
    this.#connection = connection;
    this.#intents = intents;
  }

  static async open(connection: SqliteConnection, intents: IntentFiles): Promise<SqliteRecords> {
    await connection.exec(TRIGGERS);
    return new SqliteRecords(connection, intents);
  }

  async write(batch: Batch): Promise<boolean> {
    const { intents, records, corrections } = batch;
    if (records.length === 0 && corrections.length === 0) {
      await this.#append(intents);
      return true;
    }
    const [, written] = await Promise.all([intents.length > 0 ? this.#append(intents) : null, this.#insert(batch)]);
    if (written) for (const { id } of records) this.#intents.end(id);
    return written;
  }

  intentsNow(intents: readonly Intent[]): boolean {
    return !this.#isSlow && this.#intents.appendNow(intents);
  }

  #append(intents: readonly Intent[]): Promise<void> {
    return this.#isSlow ? this.#intents.append(intents) : this.#intents.appendAtOnce(intents);
  }

  get #isSlow(): boolean {
    return this.#underWay > 0 && performance.now() - this.#since > SLOW_MS;
  }

  async #insert(batch: Batch): Promise<boolean> {
    const parameters = rowsOf(batch);
    const rows = parameters.length / 5;
    if (rows === 0) return true;
    const statement = await this.#statement(rows);
    if (this.#underWay === 0) this.#since = performance.now();
    this.#underWay += 1;
    try {
      await statement.run(parameters);
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.includes('UNIQUE constraint failed: records.id')) return false;
      throw error;
    } finally {
      this.#underWay -= 1;
      if (rows > KEPT_ROWS) await statement.finalize();
    }
  }

  async freezeBefore(organisation: string, until: number): Promise<void> {
    const statement = await this.#connection.prepare(
      'INSERT INTO month_freezes VALUES (?, ?) ON CONFLICT (organisation) DO UPDATE SET until = max(until, excluded.until)',
    );
    await statement.run([organisation, until]);
    await statement.finalize();
  }

  async putFeedback(feedback: Feedback): Promise<void> {
    const statement = await this.#connection.prepare(putFeedback(() => '?'));
    try {
      await statement.run(feedbackValues(feedback));
    } finally {
      await statement.finalize();
    }
  }

  async close(): Promise<void> {
    for (const statement of this.#statements) await (await statement)?.finalize();
    await this.#connection.close();
    await this.#intents.close();
  }

  #statement(rows: number): Promise<SqliteStatement> {
    const kept = this.#statements[rows];
    if (kept) return kept;
    const made = this.#connection.prepare(`INSERT INTO batch VALUES ${Array(rows).fill('(?,?,?,?,?)').join(',')}`);
    if (rows <= KEPT_ROWS) this.#statements[rows] = made;
    return made;
  }
}

type Parameter = string | null;

function rowsOf(batch: Batch): Parameter[] {
  const rows: Parameter[] = [];
  for (const record of batch.records) {
    const { content } = record;
    rows.push('record', storableJson(Object.values(headOf(record))), storableJson(detailOf(record)));
    rows.push(storableText(content?.request ?? null), storableText(content?.answer ?? null));
  }
  if (batch.spend.length > 0) rows.push('spend', storableJson(batch.spend), null, null, null);
  if (batch.paths.length > 0) rows.push('paths', storableJson(batch.paths), null, null, null);
  if (batch.hours.length > 0) rows.push('hours', storableJson(batch.hours), null, null, null);
  if (batch.sessions.length > 0) {
    rows.push('sessions', storableJson(batch.sessions), storableJson(batch.sessionRequests), null, null);
  }
  if (batch.corrections.length > 0) rows.push('corrections', storableJson(batch.corrections), null, null, null);
  return rows;
}
