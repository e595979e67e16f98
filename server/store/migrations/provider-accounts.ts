import type { Migration } from '../migrate.ts';

/** Accounts of providers that people set up, and names of the organisation's own for models. */
export const providerAccounts: Migration = {
  name: '009_provider_accounts',
  up: async (knex) => {
    await knex.schema.createTable('provider_accounts', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      // What stands before the slash in the ids of its models: one gateway calls each by it.
      table.text('name').notNullable().unique();
      table.text('kind').notNullable();
      table.text('values_json').notNullable();
      // Keys, sealed; null where there are none.
      table.text('sealed');
      table.text('region').notNullable();
      table.boolean('leaves_house').notNullable();
      table.boolean('allow_private').notNullable();
      table.boolean('enabled').notNullable();
      table.text('models_json').notNullable();
      // When its server was asked for its models the last time.
      table.bigInteger('models_asked_at');
      table.bigInteger('created_at').notNullable();
    });
    await knex.schema.createTable('model_aliases', (table) => {
      table.text('organisation').notNullable().references('organisations.id');
      table.text('name').notNullable();
      table.text('model').notNullable();
      table.bigInteger('updated_at').notNullable();
      table.primary(['organisation', 'name']);
    });
  },
  down: async (knex) => {
    await knex.schema.dropTable('model_aliases');
    await knex.schema.dropTable('provider_accounts');
  },
};
