import type { Migration } from '../migrate.ts';

/** What a person may do. Everyone who was there before could change everything. */
export const personRole: Migration = {
  name: '002_person_role',
  up: (knex) =>
    knex.schema.alterTable('people', (table) => {
      table.text('role').notNullable().defaultTo('admin');
    }),
  down: (knex) => knex.schema.alterTable('people', (table) => table.dropColumn('role')),
};
