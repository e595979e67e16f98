import type { Migration } from '../migrate.ts';

const WITH_COST_CENTRE = ['teams', 'projects'] as const;

/** Cost centres, the time zone in which months are told, months that were closed, and corrections of what was charged. */
export const closedMonths: Migration = {
  name: '007_months',
  up: async (knex) => {
    await knex.schema.alterTable('organisations', (table) => table.text('time_zone').notNullable().defaultTo('UTC'));
    for (const name of WITH_COST_CENTRE) await knex.schema.alterTable(name, (table) => table.text('cost_centre'));
    await knex.schema.createTable('closed_months', (table) => {
      table.text('organisation').notNullable().references('organisations.id');
      // Such as `2026-10`.
      table.text('month').notNullable();
      table.bigInteger('starts_at').notNullable();
      table.bigInteger('ends_at').notNullable();
      table.text('time_zone').notNullable();
      table.text('closed_by').notNullable();
      table.bigInteger('closed_at').notNullable();
      table.text('reason').notNullable();
      table.text('summary_json').notNullable();
      // The two files as they were when it was closed, with the SHA-256 of their bytes.
      table.text('csv_file').notNullable();
      table.text('csv_digest').notNullable();
      table.text('json_file').notNullable();
      table.text('json_digest').notNullable();
      table.primary(['organisation', 'month']);
    });
    await knex.schema.createTable('cost_corrections', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('project').notNullable().references('projects.id');
      table.bigInteger('amount').notNullable();
      // The closed month, or the request, that it corrects.
      table.text('month');
      table.text('request');
      table.text('reason').notNullable();
      table.text('author').notNullable();
      table.bigInteger('at').notNullable();
      // The moment that it counts at: in the first month that was open then.
      table.bigInteger('posted_at').notNullable();
      table.unique(['organisation', 'request']);
      table.index(['organisation', 'posted_at']);
    });
  },
  down: async (knex) => {
    await knex.schema.dropTable('cost_corrections');
    await knex.schema.dropTable('closed_months');
    for (const name of WITH_COST_CENTRE) {
      await knex.schema.alterTable(name, (table) => table.dropColumn('cost_centre'));
    }
    await knex.schema.alterTable('organisations', (table) => table.dropColumn('time_zone'));
  },
};
