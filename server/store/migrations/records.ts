import type { Knex } from 'knex';
import type { Migration } from '../migrate.ts';
import { correctionReference } from './correction-reference.ts';
import { deletionRuns } from './deletion-runs.ts';
import { feedback } from './feedback.ts';
import { lateRecords } from './late-records.ts';
import { questionIndexes } from './question-indexes.ts';
import { recordChain } from './record-chain.ts';
import { recordKey } from './record-key.ts';
import { sessions } from './sessions.ts';
import { spendByHour } from './spend-by-hour.ts';
import { usageRollups } from './usage-rollups.ts';

/**
 * The tables of records, for SQLite and PostgreSQL. Times are milliseconds since 1970, amounts whole nano-dollars or
 * tokens; `tags`, `charges`, `detail` and `body` hold JSON text.
 */
export const recordsMigrations: readonly Migration[] = [
  { name: '001_records', up: createRecords, down: dropRecords },
  questionIndexes,
  correctionReference,
  usageRollups,
  lateRecords,
  sessions,
  spendByHour,
  feedback,
  recordChain,
  deletionRuns,
  recordKey,
];

const TABLES: readonly (readonly [name: string, define: (table: Knex.CreateTableBuilder, id: string) => void])[] = [
  [
    'records',
    (table, id) => {
      table.specificType('id', id).primary();
      table.text('organisation').notNullable();
      table.text('project').notNullable();
      table.text('key_id').notNullable();
      table.bigInteger('at').notNullable();
      table.text('status').notNullable();
      table.text('app');
      table.text('model');
      table.text('policy');
      table.integer('version');
      table.bigInteger('input_tokens').notNullable();
      table.bigInteger('output_tokens').notNullable();
      table.bigInteger('cost').notNullable();
      table.text('tags').notNullable();
      table.text('charges').notNullable();
      // Last, since it is long: what comes after it is slow to reach.
      table.text('detail').notNullable();
      table.index(['organisation', 'at', 'id']);
    },
  ],
  [
    'contents',
    (table, id) => {
      table.specificType('id', id).primary();
      table.text('organisation').notNullable();
      table.text('project').notNullable();
      table.bigInteger('at').notNullable();
      table.text('request').notNullable();
      table.text('answer');
    },
  ],
  [
    'intents',
    (table, id) => {
      table.specificType('id', id).primary();
      table.text('gateway').notNullable();
      table.text('organisation').notNullable();
      table.text('project').notNullable();
      table.bigInteger('at').notNullable();
      table.text('body').notNullable();
    },
  ],
  [
    'spend',
    (table) => {
      table.text('organisation').notNullable();
      table.text('project').notNullable();
      table.text('budget').notNullable();
      table.text('scope').notNullable();
      table.text('unit').notNullable();
      table.bigInteger('window_start').notNullable();
      table.bigInteger('spent').notNullable();
      table.primary(['budget', 'scope', 'window_start', 'unit', 'organisation', 'project']);
    },
  ],
  [
    'corrections',
    (table) => {
      table.increments('id');
      table.text('organisation').notNullable();
      // Empty: a correction is of a budget, which no one project owns.
      table.text('project').notNullable();
      table.text('budget').notNullable();
      table.text('scope').notNullable();
      table.text('unit').notNullable();
      table.bigInteger('window_start').notNullable();
      table.bigInteger('spent').notNullable();
      table.bigInteger('at').notNullable();
      table.text('reason').notNullable();
      table.text('actor').notNullable();
    },
  ],
  [
    'paths',
    (table) => {
      table.text('organisation').notNullable();
      table.text('project').notNullable();
      table.text('policy').notNullable();
      table.integer('version').notNullable();
      table.bigInteger('hour').notNullable();
      table.text('path').notNullable();
      table.bigInteger('requests').notNullable();
      table.bigInteger('errors').notNullable();
      table.bigInteger('cost').notNullable();
      table.primary(['policy', 'version', 'hour', 'path', 'organisation', 'project']);
    },
  ],
];

/**
 * Tables of short rows that are found by their primary key alone: in SQLite they are that key's tree, and a commit writes
 * one page for each where a table with an index beside it takes two.
 */
const KEYED: ReadonlySet<string> = new Set(['intents', 'spend', 'paths']);

async function createRecords(knex: Knex): Promise<void> {
  // Ids sort by their bytes, which is by time; a language's own order would not do.
  const id = knex.client.config.client === 'pg' ? 'text collate "C"' : 'text';
  for (const [name, define] of TABLES) {
    const create = knex.schema.createTable(name, (table) => define(table, id));
    if (knex.client.config.client === 'pg' || !KEYED.has(name)) await create;
    else for (const { sql } of create.toSQL()) await knex.raw(`${sql} WITHOUT ROWID`);
  }
}

async function dropRecords(knex: Knex): Promise<void> {
  for (const [name] of [...TABLES].reverse()) await knex.schema.dropTable(name);
}
