import pg from 'pg';
import type { LockedConnection } from '../store/postgres.ts';
import { type Batch, type BatchWriter, storableJson } from './batch.ts';
import { CORRECTION, type Columns, HEAD, INTENT, listed, PATH, SPEND } from './columns.ts';
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

/** The whole batch as one statement, which is one transaction and one trip. */
const WRITE = `
WITH written AS (
  INSERT INTO records (${listed(RECORD)}) ${rowsOf(1, RECORD)} RETURNING id
), contents_in AS (
  INSERT INTO contents (${listed(CONTENT)}) ${rowsOf(2, CONTENT)}
), intents_in AS (
  INSERT INTO intents (${listed(INTENT_ROW)})
    SELECT * FROM ${rowsOf(3, INTENT_ROW)} AS intent
    WHERE NOT EXISTS (SELECT 1 FROM records WHERE records.id = intent.id)
    ON CONFLICT (id) DO UPDATE SET body = excluded.body
), spend_in AS (
  INSERT INTO spend (${listed(SPEND)}) ${rowsOf(4, SPEND)}
    ON CONFLICT (budget, scope, window_start, unit, organisation, project)
    DO UPDATE SET spent = spend.spent + excluded.spent
), paths_in AS (
  INSERT INTO paths (${listed(PATH)}) ${rowsOf(5, PATH)}
    ON CONFLICT (policy, version, hour, path, organisation, project)
    DO UPDATE SET requests = paths.requests + excluded.requests, errors = paths.errors + excluded.errors,
      cost = paths.cost + excluded.cost
), corrections_in AS (
  INSERT INTO corrections (${listed(CORRECTION)}) ${rowsOf(6, CORRECTION)}
)
DELETE FROM intents WHERE id IN (SELECT id FROM written)`;

const UNIQUE_VIOLATION = '23505';

/** Writes batches into PostgreSQL. */
export class PostgresRecords implements BatchWriter {
  readonly #connection: LockedConnection;

  constructor(connection: LockedConnection) {
    this.#connection = connection;
  }

  async write(batch: Batch): Promise<boolean> {
    try {
      await this.#connection.query('write_batch', WRITE, parametersOf(batch));
      return true;
    } catch (error) {
      // Which of the two tables is written first is the server's choice.
      const known =
        error instanceof pg.DatabaseError &&
        error.code === UNIQUE_VIOLATION &&
        (error.table === 'records' || error.table === 'contents');
      if (known) return false;
      throw error;
    }
  }
}

function parametersOf(batch: Batch): string[] {
  const records: object[] = [];
  const contents: object[] = [];
  for (const record of batch.records) {
    const head = headOf(record);
    records.push({ ...head, detail: detailOf(record) });
    if (record.content === null) continue;
    const { id, organisation, project, at } = head;
    contents.push({ id, organisation, project, at, ...record.content });
  }
  const intents = batch.intents.map((intent) => {
    const { id, gateway, organisation, project, at } = intent;
    return { id, gateway, organisation, project, at, body: intent };
  });
  return [records, contents, intents, batch.spend, batch.paths, batch.corrections].map(storableJson);
}
