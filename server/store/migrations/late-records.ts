import type { Migration } from '../migrate.ts';

/**
 * Until when an organisation's months are closed, and the records that came after that and start before it. A record is
 * written together with its mark, so that it counts in exactly one month.
 */
export const lateRecords: Migration = {
  name: '005_late_records',
  up: async (knex) => {
    // Ids are compared with those of the records, which sort by their bytes.
    const id = knex.client.config.client === 'pg' ? 'text collate "C"' : 'text';
    await knex.schema.createTable('month_freezes', (table) => {
      table.text('organisation').primary();
      table.bigInteger('until').notNullable();
    });
    await knex.schema.createTable('late_records', (table) => {
      table.specificType('id', id).primary();
      table.text('organisation').notNullable();
      table.bigInteger('at').notNullable();
      // The moment that it counts at in place of its start.
      table.bigInteger('posted_at').notNullable();
      table.index(['organisation', 'posted_at']);
      table.index(['organisation', 'at']);
    });
  },
  down: async (knex) => {
    await knex.schema.dropTable('late_records');
    await knex.schema.dropTable('month_freezes');
  },
};
