import type { Knex } from 'knex';
import type { Migration } from '../migrate.ts';
import { accounts } from './accounts.ts';
import { alerts } from './alerts.ts';
import { approvals } from './approvals.ts';
import { budgetTree } from './budget-tree.ts';
import { checkpoints } from './checkpoints.ts';
import { closedMonths } from './closed-months.ts';
import { commentAnswers } from './comment-answers.ts';
import { contentSettings } from './content-settings.ts';
import { grants } from './grants.ts';
import { keyLimits } from './key-limits.ts';
import { keyRevisions } from './key-revisions.ts';
import { organisationPolicy } from './organisation-policy.ts';
import { personRole } from './person-role.ts';
import { providerAccounts } from './provider-accounts.ts';
import { rateCards } from './rate-cards.ts';
import { sessionHashes } from './session-hashes.ts';
import { testsAndArchive } from './tests-and-archive.ts';
import { topUps } from './top-ups.ts';

/**
 * The control plane's tables, for SQLite and PostgreSQL. Times are milliseconds since 1970, amounts whole nano-dollars or
 * tokens, columns that end in `_json` hold JSON text. Every table but the sessions names its organisation.
 */
export const controlMigrations: readonly Migration[] = [
  { name: '001_control_plane', up: createControlPlane, down: dropControlPlane },
  personRole,
  testsAndArchive,
  topUps,
  budgetTree,
  rateCards,
  alerts,
  closedMonths,
  providerAccounts,
  checkpoints,
  accounts,
  contentSettings,
  keyLimits,
  organisationPolicy,
  grants,
  approvals,
  sessionHashes,
  commentAnswers,
  keyRevisions,
];

/** In the order in which they can be created; dropped in the reverse order. */
const TABLES: readonly (readonly [name: string, define: (table: Knex.CreateTableBuilder) => void])[] = [
  [
    'organisations',
    (table) => {
      table.text('id').primary();
      table.text('name').notNullable();
      table.text('default_policy');
      // Keys the hashes of redacted values and signs sessions; it never leaves the database.
      table.text('secret').notNullable().defaultTo('');
      table.bigInteger('created_at').notNullable();
    },
  ],
  [
    'teams',
    (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('name').notNullable();
      table.bigInteger('created_at').notNullable();
      table.unique(['organisation', 'name']);
    },
  ],
  [
    'projects',
    (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('team').notNullable().references('teams.id');
      table.text('name').notNullable();
      table.text('default_policy');
      table.bigInteger('created_at').notNullable();
      table.unique(['organisation', 'name']);
    },
  ],
  [
    'people',
    (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.bigInteger('created_at').notNullable();
    },
  ],
  // Apart from `people`, so that a person can be erased while the history keeps its ids.
  [
    'person_details',
    (table) => {
      table.text('person').primary().references('people.id');
      table.text('organisation').notNullable().references('organisations.id');
      table.text('name').notNullable();
      table.text('email').notNullable().unique();
      table.text('password_hash').notNullable();
    },
  ],
  // The layout is connect-session-knex's own.
  [
    'sessions',
    (table) => {
      table.string('sid').primary();
      table.json('sess').notNullable();
      table.timestamp('expired').notNullable().index();
    },
  ],
  [
    'keys',
    (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('project').notNullable().references('projects.id');
      table.text('name').notNullable();
      table.text('hash').notNullable().unique();
      table.text('prefix').notNullable();
      table.text('fixed_tags_json').notNullable();
      table.text('required_tags_json').notNullable();
      table.text('tag_choices_json').notNullable();
      table.text('policies_json');
      table.text('created_by').notNullable();
      table.bigInteger('created_at').notNullable();
      table.bigInteger('revoked_at');
    },
  ],
  [
    'policies',
    (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('project').references('projects.id');
      table.text('name').notNullable();
      table.text('title').notNullable();
      table.text('description').notNullable();
      table.integer('live_version');
      table.bigInteger('created_at').notNullable();
      table.unique(['organisation', 'name']);
    },
  ],
  [
    'drafts',
    (table) => {
      table.text('policy').primary().references('policies.id');
      table.text('organisation').notNullable().references('organisations.id');
      table.text('project').references('projects.id');
      table.text('graph_json').notNullable();
      table.text('layout_json').notNullable();
      table.integer('revision').notNullable();
      table.text('owner').notNullable();
      table.bigInteger('updated_at').notNullable();
    },
  ],
  [
    'versions',
    (table) => {
      table.text('policy').notNullable().references('policies.id');
      table.integer('number').notNullable();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('project').references('projects.id');
      table.text('graph_json').notNullable();
      table.text('layout_json').notNullable();
      table.text('digest').notNullable();
      table.text('author').notNullable();
      table.text('reason').notNullable();
      table.bigInteger('at').notNullable();
      table.primary(['policy', 'number']);
    },
  ],
  [
    'prices',
    (table) => {
      table.text('id').primary();
      table.text('organisation').notNullable().references('organisations.id');
      table.text('model').notNullable();
      table.text('price_json').notNullable();
      table.bigInteger('effective_from').notNullable();
      table.text('author').notNullable();
      table.text('reason').notNullable();
      table.bigInteger('at').notNullable();
      table.index(['organisation', 'model', 'effective_from']);
    },
  ],
  [
    'budgets',
    (table) => {
      table.text('id').primary();
      defineBudget(table);
      table.bigInteger('updated_at').notNullable();
      table.unique(['organisation', 'name']);
    },
  ],
  [
    'budget_revisions',
    (table) => {
      table.text('budget').notNullable().references('budgets.id');
      defineBudget(table);
      table.text('author').notNullable();
      table.text('reason').notNullable();
      table.bigInteger('at').notNullable();
      table.primary(['budget', 'revision']);
    },
  ],
  // The end of each organisation's chain. Its row is locked by every change, so that the chain never forks.
  [
    'history_heads',
    (table) => {
      table.text('organisation').primary();
      table.bigInteger('sequence').notNullable();
      table.text('hash');
    },
  ],
  // No reference to organisations: the entry of an organisation's creation stands beside it, and outlives it.
  [
    'history',
    (table) => {
      table.text('organisation').notNullable();
      table.bigInteger('sequence').notNullable();
      table.bigInteger('at').notNullable();
      table.text('actor').notNullable();
      table.text('action').notNullable();
      table.text('object_type').notNullable();
      table.text('object_id').notNullable();
      table.text('reason');
      table.text('before_digest');
      table.text('after_digest');
      table.text('before_json');
      table.text('after_json');
      table.text('previous');
      table.text('hash').notNullable();
      table.primary(['organisation', 'sequence']);
      table.index(['organisation', 'object_type', 'object_id']);
    },
  ],
];

function defineBudget(table: Knex.CreateTableBuilder): void {
  table.text('organisation').notNullable().references('organisations.id');
  table.text('project').references('projects.id');
  table.text('name').notNullable();
  table.text('scope_json').notNullable();
  table.text('window').notNullable();
  table.text('time_zone').notNullable();
  table.text('unit').notNullable();
  table.bigInteger('limit_amount').notNullable();
  table.text('owner');
  table.integer('revision').notNullable();
}

async function createControlPlane(knex: Knex): Promise<void> {
  for (const [name, define] of TABLES) await knex.schema.createTable(name, define);
}

async function dropControlPlane(knex: Knex): Promise<void> {
  for (const [name] of [...TABLES].reverse()) await knex.schema.dropTable(name);
}
