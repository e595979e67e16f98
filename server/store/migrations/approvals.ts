import type { Migration } from '../migrate.ts';

/** Who has to approve what, what was asked and answered, publishing in an emergency, and what was said about drawings. */
export const approvals: Migration = {
  name: '016_approvals',
  up: async (knex) => {
    await knex.schema.createTable('approval_rules', (table) => {
      table.text('organisation').notNullable().references('organisations.id');
      // Empty for the rule of all policies that have none of their own.
      table.text('policy').notNullable();
      table.text('rule_json').notNullable();
      table.text('author').notNullable();
      table.text('reason').notNullable();
      table.bigInteger('at').notNullable();
      table.primary(['organisation', 'policy']);
    });
    await knex.schema.createTable('approval_requests', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('policy').notNullable().references('policies.id');
      // The policy once more while it is open, so that it cannot be asked for twice at once.
      table.text('open_policy').unique();
      table.integer('revision').notNullable();
      // Of the drawing, and of the tests that are kept with it.
      table.text('digest').notNullable();
      table.text('tests_digest').notNullable();
      table.integer('base_version');
      // What publishing showed when it was asked for: canonical JSON, which never changes.
      table.text('shown_json').notNullable();
      table.text('shown_digest').notNullable();
      table.text('author').notNullable();
      table.text('reason').notNullable();
      table.bigInteger('at').notNullable();
      // `open`, `refused`, `void`, `withdrawn` or `published`.
      table.text('state').notNullable();
      table.text('answer');
      table.text('ended_by');
      table.bigInteger('ended_at');
      table.integer('version');
      table.index(['organisation', 'state', 'at']);
      table.index(['policy', 'at']);
    });
    await knex.schema.createTable('approvals', (table) => {
      table.text('request').notNullable().references('approval_requests.id');
      table.text('person').notNullable().references('people.id');
      table.text('organisation').notNullable().references('organisations.id');
      table.text('words');
      table.bigInteger('at').notNullable();
      table.primary(['request', 'person']);
    });
    await knex.schema.createTable('emergencies', (table) => {
      table.text('policy').notNullable().references('policies.id');
      table.integer('version').notNullable();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('author').notNullable();
      table.text('reason').notNullable();
      table.bigInteger('at').notNullable();
      table.text('followed_up_by');
      table.bigInteger('followed_up_at');
      table.text('words');
      table.primary(['policy', 'version']);
    });
    await knex.schema.createTable('comments', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('policy').notNullable().references('policies.id');
      // A comment is on a node of the draft, or on a request as a whole.
      table.text('node');
      table.text('node_title');
      table.text('request').references('approval_requests.id');
      table.text('text').notNullable();
      table.text('author').notNullable();
      table.bigInteger('at').notNullable();
      table.text('resolved_by');
      table.bigInteger('resolved_at');
      table.index(['policy', 'at']);
    });
  },
  down: async (knex) => {
    for (const table of ['comments', 'emergencies', 'approvals', 'approval_requests', 'approval_rules']) {
      await knex.schema.dropTable(table);
    }
  },
};
