import type { Migration } from '../migrate.ts';

const INDEX = 'records_by_position';

/**
 * The order in which records were committed, by which they are added to the roll-ups: one connection writes them, one
 * transaction after the other, so that the column rises with every commit. In SQLite every row has such a number by itself,
 * its `rowid`, and there is nothing to do. Whoever deletes records by age one day has to leave those that come after the
 * position of the roll-ups, and the newest one.
 */
export const usageRollups: Migration = {
  name: '004_usage_rollups',
  up: async (knex) => {
    if (knex.client.config.client !== 'pg') return;
    await knex.schema.alterTable('records', (table) => {
      table.specificType('position', 'bigserial').notNullable();
      table.index(['position'], INDEX);
    });
  },
  down: async (knex) => {
    if (knex.client.config.client !== 'pg') return;
    await knex.schema.alterTable('records', (table) => {
      table.dropIndex(['position'], INDEX);
      table.dropColumn('position');
    });
  },
};
