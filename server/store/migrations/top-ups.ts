import type { Migration } from '../migrate.ts';

/** What was changed of a budget for one window only, and what people have asked for. */
export const topUps: Migration = {
  name: '004_top_ups',
  up: async (knex) => {
    await knex.schema.createTable('budget_adjustments', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('budget').notNullable().references('budgets.id');
      table.text('scope').notNullable();
      table.bigInteger('window_start').notNullable();
      // `top_up` or `reset`.
      table.text('kind').notNullable();
      // What a top-up adds to the limit, or a reset to what was spent.
      table.bigInteger('amount').notNullable();
      table.text('reason').notNullable();
      table.text('author').notNullable();
      table.bigInteger('at').notNullable();
      table.text('request');
      table.index(['organisation', 'budget', 'at']);
    });
    await knex.schema.createTable('budget_requests', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('budget').notNullable().references('budgets.id');
      table.text('scope').notNullable();
      table.bigInteger('amount').notNullable();
      table.text('reason').notNullable();
      table.text('author').notNullable();
      table.bigInteger('at').notNullable();
      // `open`, `granted` or `declined`.
      table.text('state').notNullable();
      table.text('answer');
      table.text('answered_by');
      table.bigInteger('answered_at');
      table.index(['organisation', 'state', 'at']);
    });
  },
  down: async (knex) => {
    await knex.schema.dropTable('budget_requests');
    await knex.schema.dropTable('budget_adjustments');
  },
};
