import type { Migration } from '../migrate.ts';

/** What is agreed with providers on their list prices, and the price lists that were accepted. */
export const rateCards: Migration = {
  name: '006_rate_cards',
  up: async (knex) => {
    await knex.schema.createTable('rate_cards', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('provider').notNullable();
      // Null for all models of the provider.
      table.text('models_json');
      table.integer('discount_basis_points').notNullable();
      table.bigInteger('from_at').notNullable();
      table.bigInteger('until_at');
      table.text('note').notNullable();
      table.text('author').notNullable();
      table.text('reason').notNullable();
      table.bigInteger('at').notNullable();
      table.index(['organisation', 'at']);
    });
    await knex.schema.createTable('price_lists', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('digest').notNullable();
      // By vendor and model: label and price over time.
      table.text('prices_json').notNullable();
      table.bigInteger('accepted_at').notNullable();
      table.text('author').notNullable();
      table.text('reason').notNullable();
      table.index(['organisation', 'accepted_at']);
    });
  },
  down: async (knex) => {
    await knex.schema.dropTable('price_lists');
    await knex.schema.dropTable('rate_cards');
  },
};
