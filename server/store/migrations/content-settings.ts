import type { Migration } from '../migrate.ts';

/** What is kept of what requests send and are answered, and for how long. */
export const contentSettings: Migration = {
  name: '012_content_settings',
  up: (knex) =>
    knex.schema.createTable('content_settings', (table) => {
      table.text('organisation').notNullable().references('organisations.id');
      // Empty for every project that has no settings of its own.
      table.text('project').notNullable();
      table.text('content').notNullable();
      // Null for ever.
      table.integer('content_days');
      table.integer('record_days');
      table.primary(['organisation', 'project']);
    }),
  down: async (knex) => {
    await knex.schema.dropTable('content_settings');
  },
};
