import type { Migration } from '../migrate.ts';

const OLD = ['organisation', 'at', 'id'];
const NEWEST = { columns: [...OLD, 'policy', 'version', 'status', 'cost'], name: 'records_newest' };
const TRAFFIC = { columns: ['organisation', 'hour'], name: 'paths_by_hour' };

/**
 * Indexes for what the pages ask. The newest records that fit a filter are found in the index alone, however rare they
 * are: an index for each filter would make every record dearer to write. The model is not in it, since nothing bounds its
 * name, and PostgreSQL refuses entries above 2,700 bytes. Of paths, only a new one costs an entry: counting a known one
 * up touches neither column.
 */
export const questionIndexes: Migration = {
  name: '002_question_indexes',
  up: async (knex) => {
    await knex.schema.alterTable('records', (table) => {
      table.dropIndex(OLD);
      table.index(NEWEST.columns, NEWEST.name);
    });
    await knex.schema.alterTable('paths', (table) => table.index(TRAFFIC.columns, TRAFFIC.name));
  },
  down: async (knex) => {
    await knex.schema.alterTable('paths', (table) => table.dropIndex(TRAFFIC.columns, TRAFFIC.name));
    await knex.schema.alterTable('records', (table) => {
      table.dropIndex(NEWEST.columns, NEWEST.name);
      table.index(OLD);
    });
  },
};
