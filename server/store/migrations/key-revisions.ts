import type { Migration } from '../migrate.ts';

/** Counts the changes of a key's limits, so that nobody writes over a change that they have not seen. */
export const keyRevisions: Migration = {
  name: '019_key_revisions',
  up: (knex) => knex.schema.alterTable('keys', (table) => table.integer('revision').notNullable().defaultTo(1)),
  down: (knex) => knex.schema.alterTable('keys', (table) => table.dropColumn('revision')),
};
