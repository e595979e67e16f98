import type { Migration } from '../migrate.ts';

/** The policy that runs before every other one of its organisation. */
export const organisationPolicy: Migration = {
  name: '014_organisation_policy',
  up: (knex) => knex.schema.alterTable('organisations', (table) => table.text('mandatory_policy')),
  down: (knex) => knex.schema.alterTable('organisations', (table) => table.dropColumn('mandatory_policy')),
};
