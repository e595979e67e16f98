import type { Migration } from '../migrate.ts';

const BY_RUN = 'tombstones_by_run';

/** Deletions of many records at once: their runs, and which tombstones are of which run. */
export const deletionRuns: Migration = {
  name: '010_content_sealing',
  up: async (knex) => {
    await knex.schema.createTable('deletion_runs', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable();
      table.text('kind').notNullable();
      table.text('actor').notNullable();
      table.text('reason').notNullable();
      table.bigInteger('began_at').notNullable();
      // Null while it is under way.
      table.bigInteger('ended_at');
      // The name of the tag by which it was asked for, and the project; null where it is of all.
      table.text('tag');
      table.text('project');
      // Requests that were found beforehand; null where nobody has counted them.
      table.bigInteger('expected');
      table.bigInteger('contents').notNullable();
      table.bigInteger('records').notNullable();
      // What is to be deleted; null once it is, since it can name a person.
      table.text('targets_json');
      table.index(['organisation', 'began_at']);
    });
    // Null for what was deleted by itself, which has an entry of its own.
    await knex.schema.alterTable('record_tombstones', (table) => table.text('run'));
    await knex.raw(`CREATE INDEX ${BY_RUN} ON record_tombstones (run, record, what) WHERE run IS NOT NULL`);
  },
  down: async (knex) => {
    await knex.raw(`DROP INDEX ${BY_RUN}`);
    await knex.schema.alterTable('record_tombstones', (table) => table.dropColumn('run'));
    await knex.schema.dropTable('deletion_runs');
  },
};
