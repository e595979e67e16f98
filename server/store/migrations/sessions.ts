import type { Knex } from 'knex';
import type { Migration } from '../migrate.ts';

const REQUESTS = 'session_requests';
const BY_TIME = { columns: ['organisation', 'last_at', 'session'], name: 'sessions_newest' };

/**
 * Runs of agents: requests that carry the same tag `session`. Filled with the records that have one; those without it have
 * no row here. Sums of a session stand beside its list of requests, so that the newest sessions are found by an index.
 */
export const sessions: Migration = {
  name: '006_sessions',
  up: async (knex) => {
    const postgres = knex.client.config.client === 'pg';
    const tables = [
      knex.schema.createTable('sessions', (table) => {
        table.text('organisation').notNullable();
        table.text('session').notNullable();
        table.bigInteger('first_at').notNullable();
        table.bigInteger('last_at').notNullable();
        table.bigInteger('requests').notNullable();
        table.bigInteger('errors').notNullable();
        table.bigInteger('cost').notNullable();
        table.text('workflow');
        table.text('agent');
        table.primary(['organisation', 'session']);
      }),
      knex.schema.createTable(REQUESTS, (table) => {
        table.text('organisation').notNullable();
        table.text('session').notNullable();
        table.bigInteger('at').notNullable();
        table.specificType('id', postgres ? 'text collate "C"' : 'text').notNullable();
        table.primary(['organisation', 'session', 'at', 'id']);
      }),
    ];
    for (const table of tables) {
      if (postgres) await table;
      else for (const { sql } of table.toSQL()) await knex.raw(`${sql} WITHOUT ROWID`);
    }
    await knex.schema.alterTable('sessions', (table) => table.index(BY_TIME.columns, BY_TIME.name));
    await fill(knex, postgres ? 'tags::json' : 'tags', postgres ? 'detail::json' : 'detail');
  },
  down: async (knex) => {
    await knex.schema.dropTable('sessions');
    await knex.schema.dropTable(REQUESTS);
  },
};

/** From the records of before; what has no such tag is passed over without reading it as JSON. */
async function fill(knex: Knex, tags: string, detail: string): Promise<void> {
  const tag = (name: string) => `SUBSTR(${tags} -> '${name}' ->> 'value', 1, 256)`;
  const from = `FROM records WHERE tags LIKE '%"session":{%' AND status <> 'dry_run' AND ${tag('session')} <> ''`;
  await knex.raw(`INSERT INTO ${REQUESTS} (organisation, session, at, id)
    SELECT organisation, ${tag('session')}, at, id ${from}`);
  await knex.raw(`INSERT INTO sessions
      (organisation, session, first_at, last_at, requests, errors, cost, workflow, agent)
    SELECT organisation, ${tag('session')}, MIN(at),
      MAX(at + CAST(ROUND(CAST(${detail} ->> 'durationMs' AS numeric)) AS bigint)), COUNT(*),
      SUM(CASE WHEN status IN ('failed', 'lost') THEN 1 ELSE 0 END), SUM(cost),
      MIN(${tag('workflow')}), MIN(${tag('agent')})
    ${from} GROUP BY 1, 2`);
}
