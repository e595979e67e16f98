import type { Migration } from '../migrate.ts';

/**
 * What apps say of answers, once for each request and key. What decided and answered stands beside it, so that sums of it
 * need no record.
 */
export const feedback: Migration = {
  name: '008_feedback',
  up: (knex) =>
    knex.schema.createTable('feedback', (table) => {
      table.text('organisation').notNullable();
      table.text('project').notNullable();
      table.text('request').notNullable();
      table.text('key_id').notNullable();
      // When the request began, and when the feedback came.
      table.bigInteger('request_at').notNullable();
      table.bigInteger('at').notNullable();
      table.double('score').notNullable();
      table.text('label');
      table.text('comment');
      table.text('policy');
      table.integer('version');
      table.text('model');
      table.text('variant');
      table.primary(['organisation', 'request', 'key_id']);
      table.index(['organisation', 'policy', 'request_at'], 'feedback_by_policy');
    }),
  down: async (knex) => {
    await knex.schema.dropTable('feedback');
  },
};
