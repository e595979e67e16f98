import type { Migration } from '../migrate.ts';

/** What a correction comes from in the control plane, so that it is posted once however often that is tried. */
export const correctionReference: Migration = {
  name: '003_correction_reference',
  up: (knex) =>
    knex.schema.alterTable('corrections', (table) => {
      table.text('reference');
      table.unique(['reference']);
    }),
  down: (knex) =>
    knex.schema.alterTable('corrections', (table) => {
      table.dropUnique(['reference']);
      table.dropColumn('reference');
    }),
};
