import type { Migration } from '../migrate.ts';

const TABLE = 'spend_by_hour';

/**
 * What each scope of each budget was charged in each hour (of UTC, by the start of the request), in the budget's unit;
 * corrections are not in it. Forecasts need the days of the last three months, which would be a scan of all records.
 */
export const spendByHour: Migration = {
  name: '007_spend_by_hour',
  up: async (knex) => {
    const postgres = knex.client.config.client === 'pg';
    const create = knex.schema.createTable(TABLE, (table) => {
      table.text('organisation').notNullable();
      table.text('budget').notNullable();
      table.text('scope').notNullable();
      table.bigInteger('hour').notNullable();
      table.bigInteger('spent').notNullable();
      table.primary(['budget', 'scope', 'hour', 'organisation']);
    });
    if (postgres) await create;
    else for (const { sql } of create.toSQL()) await knex.raw(`${sql} WITHOUT ROWID`);
    const charges = postgres ? 'json_array_elements(records.charges::json)' : 'json_each(records.charges)';
    const settled = "CAST(charge.value ->> 'settled' AS bigint)";
    await knex.raw(`INSERT INTO ${TABLE} (organisation, budget, scope, hour, spent)
      SELECT records.organisation, charge.value ->> 'budget', charge.value ->> 'scope',
        records.at - records.at % 3600000, CAST(SUM(${settled}) AS bigint)
      FROM records, ${charges} AS charge
      WHERE records.charges <> '[]' AND ${settled} <> 0
      GROUP BY 1, 2, 3, 4`);
  },
  down: async (knex) => {
    await knex.schema.dropTable(TABLE);
  },
};
