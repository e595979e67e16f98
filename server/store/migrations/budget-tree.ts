import type { Migration } from '../migrate.ts';

const WITH_BUDGET_FIELDS = ['budgets', 'budget_revisions'] as const;

/** Budgets as parts of others, with limits of their own for single scopes, thresholds, and plans by month. */
export const budgetTree: Migration = {
  name: '005_budget_tree',
  up: async (knex) => {
    for (const name of WITH_BUDGET_FIELDS) {
      await knex.schema.alterTable(name, (table) => {
        table.text('limits_json').notNullable().defaultTo('{}');
        table.text('thresholds_json').notNullable().defaultTo('[0.8,1]');
        table.text('parent');
      });
    }
    await knex.schema.createTable('budget_plans', (table) => {
      table.text('organisation').notNullable().references('organisations.id');
      table.text('budget').notNullable().references('budgets.id');
      table.text('scope').notNullable();
      // Such as `2026-11`, in the time zone of the budget.
      table.text('month').notNullable();
      table.bigInteger('amount').notNullable();
      table.primary(['budget', 'scope', 'month']);
    });
  },
  down: async (knex) => {
    await knex.schema.dropTable('budget_plans');
    for (const name of WITH_BUDGET_FIELDS) {
      await knex.schema.alterTable(name, (table) => table.dropColumns('limits_json', 'thresholds_json', 'parent'));
    }
  },
};
