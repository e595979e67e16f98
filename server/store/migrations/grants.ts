import type { Knex } from 'knex';
import type { Migration } from '../migrate.ts';

/** What had a role for the whole organisation, and whether it could read what was said: nobody loses what they could see. */
const TABLES = ['people', 'invitations', 'service_tokens'] as const;

/** Roles become lists of grants, each of which says where it counts. */
export const grants: Migration = {
  name: '015_grants',
  up: async (knex) => {
    for (const table of TABLES) {
      await knex.schema.alterTable(table, (columns) => {
        columns.text('grants_json').notNullable().defaultTo('[]');
      });
      for (const role of await rolesIn(knex, table)) {
        const grants_json = JSON.stringify([{ role, within: null, content: role === 'viewer' }]);
        await knex(table).where({ role }).update({ grants_json });
      }
      await knex.raw('ALTER TABLE ?? DROP COLUMN role', [table]);
    }
  },
  // Of several roles the first is left: a viewer's, where it counts in one place only.
  down: async (knex) => {
    for (const table of TABLES) {
      await knex.schema.alterTable(table, (columns) => {
        columns
          .text('role')
          .notNullable()
          .defaultTo(table === 'people' ? 'admin' : 'viewer');
      });
      await knex(table).update({ role: 'viewer' });
      await knex(table).where('grants_json', 'like', '[{"role":"admin","within":null,%').update({ role: 'admin' });
      await knex.raw('ALTER TABLE ?? DROP COLUMN grants_json', [table]);
    }
  },
};

const rolesIn = (knex: Knex, table: string): Promise<string[]> => knex(table).distinct('role').pluck('role');
