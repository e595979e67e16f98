import type { Migration } from '../migrate.ts';

const WITH_TESTS = ['drafts', 'versions'] as const;

/** Tests beside each graph, and policies that are put away. */
export const testsAndArchive: Migration = {
  name: '003_tests_and_archive',
  up: async (knex) => {
    for (const name of WITH_TESTS) {
      await knex.schema.alterTable(name, (table) => table.text('tests_json').notNullable().defaultTo('[]'));
    }
    await knex.schema.alterTable('policies', (table) => table.bigInteger('archived_at'));
  },
  down: async (knex) => {
    await knex.schema.alterTable('policies', (table) => table.dropColumn('archived_at'));
    for (const name of WITH_TESTS) await knex.schema.alterTable(name, (table) => table.dropColumn('tests_json'));
  },
};
