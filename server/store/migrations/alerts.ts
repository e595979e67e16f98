import type { Migration } from '../migrate.ts';

/** Whom messages go to, the messages with what became of each, and what was told already. */
export const alerts: Migration = {
  name: '008_alerts',
  up: async (knex) => {
    await knex.schema.createTable('channels', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('name').notNullable();
      // `webhook`, `slack` or `email`.
      table.text('kind').notNullable();
      // Where it leads, as far as everybody may see it.
      table.text('shown').notNullable();
      // The whole address, and the secret that signs.
      table.text('sealed').notNullable();
      table.text('topics_json').notNullable();
      table.text('team').references('teams.id');
      table.integer('quiet_minutes').notNullable();
      table.bigInteger('created_at').notNullable();
      table.unique(['organisation', 'name']);
    });
    // One row for each message and channel: it waits here until it is delivered, and stays as the log of it.
    await knex.schema.createTable('alerts', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      // No reference: the log outlives its channel.
      table.text('channel').notNullable();
      table.text('channel_name').notNullable();
      table.text('about').notNullable();
      table.text('title').notNullable();
      table.text('text').notNullable();
      // The page that it is about, from the first slash on.
      table.text('path');
      table.text('data_json').notNullable();
      table.bigInteger('at').notNullable();
      // `waiting`, `sending`, `delivered`, `failed`, `summed` or `dropped`.
      table.text('state').notNullable();
      // Since when it is being tried.
      table.bigInteger('since').notNullable();
      table.integer('attempts').notNullable();
      table.bigInteger('next_at');
      table.text('answer');
      table.bigInteger('ended_at');
      table.text('summed_into');
      table.index(['state', 'next_at']);
      table.index(['organisation', 'at', 'id']);
      table.index(['channel', 'state', 'ended_at']);
    });
    // What was told, and until when it is not told again; for good where that is null.
    await knex.schema.createTable('alert_marks', (table) => {
      table.text('organisation').notNullable();
      table.text('mark').notNullable();
      table.bigInteger('until');
      table.primary(['organisation', 'mark']);
    });
  },
  down: async (knex) => {
    await knex.schema.dropTable('alert_marks');
    await knex.schema.dropTable('alerts');
    await knex.schema.dropTable('channels');
  },
};
