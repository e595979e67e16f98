import type { Migration } from '../migrate.ts';

/** Comments can be answered; those of before answer nothing. */
export const commentAnswers: Migration = {
  name: '018_comment_answers',
  up: (knex) =>
    knex.schema.alterTable('comments', (table) => {
      // Id of the comment that it answers, which answers none itself.
      table.text('answer_to');
    }),
  down: (knex) => knex.schema.alterTable('comments', (table) => table.dropColumn('answer_to')),
};
