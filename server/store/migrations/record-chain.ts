import type { Migration } from '../migrate.ts';
import { createTrees, dropTrees } from './checkpoints.ts';

/**
 * The digests of records, chained by gateway in the order of their commits, with the tree over them; and the tombstones of
 * what was deleted. Filled after the commit by another process, so that no request waits for it.
 */
export const recordChain: Migration = {
  name: '009_record_chain',
  up: async (knex) => {
    // Ids are compared with those of the records, which sort by their bytes.
    const id = knex.client.config.client === 'pg' ? 'text collate "C"' : 'text';
    await knex.schema.createTable('record_chain', (table) => {
      table.text('gateway').notNullable();
      table.bigInteger('sequence').notNullable();
      table.bigInteger('at').notNullable();
      table.specificType('record', id).notNullable().unique();
      table.text('digest').notNullable();
      table.text('content_digest');
      table.text('hash').notNullable();
      table.primary(['gateway', 'sequence']);
      table.index(['gateway', 'at']);
    });
    await knex.schema.createTable('record_chain_heads', (table) => {
      table.text('gateway').primary();
      table.bigInteger('sequence').notNullable();
      table.text('hash');
      // The last record, and where it stands in the order of commits.
      table.specificType('record', id);
      table.bigInteger('position').notNullable();
    });
    await createTrees(knex);
    await knex.schema.createTable('record_tombstones', (table) => {
      table.specificType('record', id).notNullable();
      table.text('what').notNullable();
      table.text('organisation').notNullable();
      table.bigInteger('at').notNullable();
      table.text('actor').notNullable();
      table.text('reason').notNullable();
      // Of what was deleted, and of what is left of the record.
      table.text('digest').notNullable();
      table.text('left_digest');
      table.primary(['record', 'what']);
      table.index(['organisation', 'at']);
    });
    await knex.schema.createTable('record_verification', (table) => {
      table.text('gateway').primary();
      table.bigInteger('sequence').notNullable();
      table.bigInteger('at').notNullable();
      table.text('fault');
    });
  },
  down: async (knex) => {
    for (const name of ['record_verification', 'record_tombstones']) await knex.schema.dropTable(name);
    await dropTrees(knex);
    for (const name of ['record_chain_heads', 'record_chain']) await knex.schema.dropTable(name);
  },
};
