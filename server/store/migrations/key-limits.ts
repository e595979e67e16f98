import type { Migration } from '../migrate.ts';

const LISTS = ['endpoints_json', 'models_json', 'networks_json'] as const;

/** What keys are limited to; keys of before are limited to nothing. */
export const keyLimits: Migration = {
  name: '013_key_limits',
  up: (knex) =>
    knex.schema.alterTable('keys', (table) => {
      for (const list of LISTS) table.text(list);
      table.bigInteger('expires_at');
    }),
  down: (knex) => knex.schema.alterTable('keys', (table) => table.dropColumns(...LISTS, 'expires_at')),
};
