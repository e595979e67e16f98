/** The tables of the roll-ups: the sums, and how far the records have been added to them. */
import type { Knex } from 'knex';
import type { Measure } from './sums.ts';

/** The sums in use, and the name of their cursor. */
export const SUMS = 'usage_sums';
/** Sums that are being made anew, and the name of their cursor. */
export const NEXT_SUMS = 'usage_sums_next';
export type SumsTable = typeof SUMS | typeof NEXT_SUMS;

export const CURSORS = 'usage_cursors';

/** The rows that a statement of our own gives: each driver hands them over in its own way. */
export async function ask<Row>(knex: Knex, sql: string, bindings: readonly Knex.Value[]): Promise<Row[]> {
  const answer = await knex.raw(sql, [...bindings]);
  return Array.isArray(answer) ? answer : answer.rows;
}

/**
 * What a row is the sum of, in the order in which questions find it: all values of an hour stand together. `dimension` is one,
 * or two with a comma between; `at` the start of the hour, day or month in UTC, in milliseconds since 1970; `value` and
 * `second` are stored values, the second that of a pair.
 */
export const KEY_COLUMNS = ['organisation', 'dimension', 'level', 'at', 'value', 'second'] as const;

/** The columns of the numbers. */
export const COLUMN_OF: Readonly<Record<Measure, string>> = {
  requests: 'requests',
  errors: 'errors',
  refused: 'refused',
  inputTokens: 'input_tokens',
  cachedTokens: 'cached_tokens',
  outputTokens: 'output_tokens',
  reasoningTokens: 'reasoning_tokens',
  cost: 'cost',
  latencyMs: 'latency_ms',
  savedByRouting: 'saved_by_routing',
  savedByCaching: 'saved_by_caching',
  retryCost: 'retry_cost',
  shadowCost: 'shadow_cost',
};

export type Cursor = {
  readonly name: SumsTable;
  readonly position: number;
  /** Id of the record there; empty before the first. */
  readonly record: string;
  /**
   * Which rebuilding has made the sums, with a “+” for each value that was taken out of them since: a step that began before
   * adds nothing.
   */
  readonly run: string;
};

/** How far the records have been added to a table of sums; null where it has no cursor. */
export async function cursorOf(sums: Knex, name: SumsTable): Promise<Cursor | null> {
  return (await sums<Cursor>(CURSORS).where({ name }).first()) ?? null;
}

/** Makes a table of sums. */
export async function makeSumsTable(knex: Knex, name: SumsTable): Promise<void> {
  const isPostgres = knex.client.config.client === 'pg';
  // By bytes: what begins with a policy's id is found by its place in the order.
  const text = isPostgres ? 'text collate "C"' : 'text';
  const create = knex.schema.createTable(name, (table) => {
    table.text('organisation').notNullable();
    table.text('dimension').notNullable();
    table.text('level').notNullable();
    table.bigInteger('at').notNullable();
    table.specificType('value', text).notNullable();
    table.specificType('second', text).notNullable();
    for (const column of Object.values(COLUMN_OF)) table.bigInteger(column).notNullable();
    table.text('latencies').notNullable();
    table.primary([...KEY_COLUMNS], isPostgres ? { constraintName: `${name}_key` } : undefined);
  });
  if (isPostgres) await create;
  // Rows stand in the tree of their key, in its order: a question reads the rows that it sums up, one beside the other.
  else for (const { sql } of create.toSQL()) await knex.raw(`${sql} WITHOUT ROWID`);
}

/** Puts the new sums in the place of those in use; to be called in a transaction that moves the cursors too. */
export async function swapSums(trx: Knex): Promise<void> {
  await trx.schema.dropTable(SUMS);
  await trx.schema.renameTable(NEXT_SUMS, SUMS);
  if (trx.client.config.client === 'pg') {
    await trx.raw(`ALTER INDEX ${NEXT_SUMS}_key RENAME TO ${SUMS}_key`);
  }
}
