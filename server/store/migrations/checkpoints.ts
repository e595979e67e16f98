import type { Knex } from 'knex';
import type { Migration } from '../migrate.ts';

/** What the history and the records are proved with: the key that signs, trees over the entries, and signed checkpoints. */
export const checkpoints: Migration = {
  name: '010_checkpoints',
  up: async (knex) => {
    await knex.schema.createTable('audit_keys', (table) => {
      // Names this installation in the origins of its logs.
      table.text('installation').primary();
      // Base64 of 32 bytes.
      table.text('public_key').notNullable();
      table.text('sealed_key').notNullable();
    });
    await createTrees(knex);
    // The size, the root and the time are in the note, signed; the columns are there to be found by.
    await knex.schema.createTable('checkpoints', (table) => {
      table.text('log').notNullable();
      table.bigInteger('size').notNullable();
      table.bigInteger('at').notNullable();
      table.text('note').notNullable();
      table.primary(['log', 'size']);
    });
    // What the revisions that records name stand for; an id is the digest of what it stands for.
    await knex.schema.createTable('decision_revisions', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable();
      table.text('revisions_json').notNullable();
    });
  },
  down: async (knex) => {
    for (const name of ['decision_revisions', 'checkpoints']) await knex.schema.dropTable(name);
    await dropTrees(knex);
    await knex.schema.dropTable('audit_keys');
  },
};

/** Trees of logs: size and right edge, and the roots of whole parts from which proofs are made. */
export async function createTrees(knex: Knex): Promise<void> {
  await knex.schema.createTable('trees', (table) => {
    table.text('log').primary();
    table.bigInteger('size').notNullable();
    table.text('edge').notNullable();
  });
  await knex.schema.createTable('tree_nodes', (table) => {
    table.text('log').notNullable();
    table.integer('level').notNullable();
    table.bigInteger('position').notNullable();
    table.text('hash').notNullable();
    table.primary(['log', 'level', 'position']);
  });
}

export async function dropTrees(knex: Knex): Promise<void> {
  for (const name of ['tree_nodes', 'trees']) await knex.schema.dropTable(name);
}
