/** A database of each dialect with the roll-ups open for writing, as the roller's own process has them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../../server/store/database.ts';
import { sqliteWriter } from '../../../server/store/sqlite.ts';
import { rollStep } from '../../../server/usage/roller.ts';
import { lastPosition, recordsFrom } from '../../../server/usage/source.ts';
import { openUsageStores, type UsageStores } from '../../../server/usage/stores.ts';
import { CURSORS, SUMS } from '../../../server/usage/tables.ts';
import { Teams } from '../../../server/usage/teams.ts';
import { freshDatabase } from '../../postgres.ts';

export interface UsageHouse {
  readonly database: Database;
  /** The roller's own connections. */
  readonly stores: UsageStores;
  /** Settings with which another process opens the same. */
  readonly settings: { readonly dataDir: string; readonly databaseUrl: string | undefined };
  /** Forgets all sums, as if the records that come from now on were the first. */
  beginHere(): Promise<void>;
  close(): Promise<void>;
}

export async function openUsageHouse(dialect: 'sqlite' | 'postgres'): Promise<UsageHouse> {
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-usage-'));
  const fresh = dialect === 'postgres' ? await freshDatabase(inject('postgresUrl') ?? '') : null;
  const settings = { dataDir, databaseUrl: fresh?.url };
  const database = await openDatabase({ dataDir, ...(fresh && { databaseUrl: fresh.url }) });
  const stores = await openUsageStores(settings);
  return {
    database,
    stores,
    settings,
    async beginHere() {
      await stores.sums(SUMS).delete();
      const position = await lastPosition(stores);
      const [last] = position === 0 ? [] : await recordsFrom(stores, position, 1);
      await stores
        .sums(CURSORS)
        .where({ name: SUMS })
        .update({ position, record: last?.record.id ?? '' });
    },
    async close() {
      await stores.close();
      await database.close();
      await fresh?.drop();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Adds all records of a database to its sums, as the roller's process does. */
export async function rollAll({ dialect, usage }: Database): Promise<void> {
  if (dialect === 'postgres') return rollWith(usage);
  const [{ file } = { file: '' }]: { file: string }[] = await usage.sums.raw('PRAGMA database_list');
  const sums = sqliteWriter(file, 'process');
  try {
    await rollWith({ ...usage, sums });
  } finally {
    await sums.destroy();
  }
}

async function rollWith(stores: UsageStores): Promise<void> {
  const teams = new Teams(stores.control);
  while ((await rollStep(stores, teams)) > 0);
}
