import type { Knex } from 'knex';

/** One change of a database's tables. Its name orders it and is remembered in the database. */
export interface Migration {
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** Brings a database up to date. The caller holds the lock that keeps other gateways off it. */
export async function migrate(database: Knex, migrations: readonly Migration[]): Promise<void> {
  const applied: string[] = (await database.schema.hasTable('knex_migrations'))
    ? await database('knex_migrations').pluck('name')
    : [];
  const unknown = applied.filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `The database was written by a newer Signalbox (it has ${unknown.join(', ')}). Start that version, or restore a backup from before.`,
    );
  }
  const config = {
    migrationSource: {
      getMigrations: () => Promise.resolve([...migrations]),
      getMigrationName: (migration: Migration) => migration.name,
      getMigration: (migration: Migration) => Promise.resolve(migration),
    },
  };
  // knex's own lock outlives a process that is killed in the middle; ours does not.
  if (applied.length > 0) await database.migrate.forceFreeMigrationsLock(config);
  await database.migrate.latest(config);
}
