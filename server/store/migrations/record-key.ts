import type { Knex } from 'knex';
import type { Migration } from '../migrate.ts';

const BEFORE = ['organisation', 'at', 'id', 'policy', 'version', 'status', 'cost'];
const NAME = 'records_newest';

const rebuild = (knex: Knex, columns: string[]): Promise<void> =>
  knex.schema.alterTable('records', (table) => {
    table.dropIndex([], NAME);
    table.index(columns, NAME);
  });

/** The key stands in the index of the newest records too, in which those of a key that is seldom used are found. */
export const recordKey: Migration = {
  name: '011_record_key',
  up: (knex) => rebuild(knex, [...BEFORE, 'key_id']),
  down: (knex) => rebuild(knex, BEFORE),
};
