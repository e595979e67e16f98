import type { Knex } from 'knex';
import { CURSORS, makeSumsTable, SUMS } from '../../usage/tables.ts';
import type { Migration } from '../migrate.ts';

/**
 * The tables of the usage roll-ups, which are apart from the records that they are made from. A later migration that wants
 * other columns drops them and makes them again: the roller then begins anew.
 */
export const usageMigrations: readonly Migration[] = [{ name: '001_usage', up: createUsage, down: dropUsage }];

async function createUsage(knex: Knex): Promise<void> {
  await makeSumsTable(knex, SUMS);
  await knex.schema.createTable(CURSORS, (table) => {
    table.text('name').primary();
    table.bigInteger('position').notNullable();
    // The record at that position: another one there says that the records are not those that were summed up.
    table.text('record').notNullable();
    // Which rebuilding has made the sums; empty where they are the first.
    table.text('run').notNullable();
  });
  await knex(CURSORS).insert({ name: SUMS, position: 0, record: '', run: '' });
}

async function dropUsage(knex: Knex): Promise<void> {
  await knex.schema.dropTable(CURSORS);
  await knex.schema.dropTable(SUMS);
}
