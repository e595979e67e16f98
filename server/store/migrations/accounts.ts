import type { Migration } from '../migrate.ts';

/** In the order in which they can be dropped. */
const TABLES = [
  'service_tokens',
  'person_identities',
  'sign_in_providers',
  'sign_in_settings',
  'sign_in_failures',
  'recovery_codes',
  'second_factors',
  'person_sessions',
  'invitations',
] as const;

/** How people come in: invitations, their sessions, one-time codes, providers of sign-in; and tokens of programs. */
export const accounts: Migration = {
  name: '011_accounts',
  up: async (knex) => {
    // A row is gone once its link was used or withdrawn: the history keeps that it was.
    await knex.schema.createTable('invitations', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('email').notNullable();
      table.text('role').notNullable();
      // SHA-256 of the token in the link.
      table.text('hash').notNullable().unique();
      table.text('created_by').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('expires_at').notNullable();
      table.index(['organisation', 'created_at']);
    });
    await knex.schema.createTable('person_sessions', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('person').notNullable().references('people.id');
      // Of the row in `sessions`.
      table.text('sid').notNullable();
      table.text('browser').notNullable();
      table.text('address').notNullable();
      // The provider that vouched for the person; null for a password.
      table.text('provider');
      table.bigInteger('began_at').notNullable();
      table.bigInteger('last_seen_at').notNullable();
      table.index(['person']);
    });
    await knex.schema.createTable('second_factors', (table) => {
      table.text('person').primary().references('people.id');
      table.text('organisation').notNullable().references('organisations.id');
      table.text('sealed').notNullable();
      // The time step of the last code that was taken: no code of it or before is taken again.
      table.bigInteger('last_step').notNullable();
      table.bigInteger('set_up_at').notNullable();
    });
    await knex.schema.createTable('recovery_codes', (table) => {
      table.text('person').notNullable().references('people.id');
      table.text('organisation').notNullable().references('organisations.id');
      table.text('hash').notNullable();
      table.primary(['person', 'hash']);
    });
    // By address and not by person or organisation, so that an address that nobody has is treated no differently.
    await knex.schema.createTable('sign_in_failures', (table) => {
      // SHA-256 of the e-mail address.
      table.text('address').primary();
      table.integer('failures').notNullable();
      table.bigInteger('locked_until').notNullable();
      table.bigInteger('last_at').notNullable();
    });
    await knex.schema.createTable('sign_in_settings', (table) => {
      table.text('organisation').primary().references('organisations.id');
      table.integer('session_hours').notNullable();
      table.integer('idle_minutes').notNullable();
      table.text('code_roles_json').notNullable();
    });
    await knex.schema.createTable('sign_in_providers', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('name').notNullable();
      table.text('issuer').notNullable();
      table.text('client_id').notNullable();
      table.text('sealed').notNullable();
      table.text('scopes_json').notNullable();
      table.text('group_claim');
      table.text('group_roles_json').notNullable();
      table.text('new_role').notNullable();
      table.boolean('makes_accounts').notNullable();
      table.text('email_domains_json').notNullable();
      table.bigInteger('created_at').notNullable();
      table.unique(['organisation', 'name']);
    });
    await knex.schema.createTable('person_identities', (table) => {
      table.text('provider').notNullable().references('sign_in_providers.id');
      table.text('subject').notNullable();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('person').notNullable().references('people.id');
      table.primary(['provider', 'subject']);
      table.index(['person']);
    });
    await knex.schema.createTable('service_tokens', (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('name').notNullable();
      table.text('role').notNullable();
      // `read`, or `role` for all that the role may.
      table.text('scope').notNullable();
      // SHA-256 of the token.
      table.text('hash').notNullable().unique();
      table.text('prefix').notNullable();
      table.text('created_by').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('expires_at').notNullable();
      table.bigInteger('last_used_at');
      table.bigInteger('revoked_at');
    });
  },
  down: async (knex) => {
    for (const table of TABLES) await knex.schema.dropTable(table);
  },
};
