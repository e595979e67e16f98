/**
 * The databases that roll-ups are made from and kept in. In SQLite the sums are in a file of their own, `usage.db`: a file
 * has one writer at a time, and records would wait for roll-ups if they shared one. Both are made by a process of its own
 * (see process.ts), whose connections read records beside the gateway that writes them; in PostgreSQL the sums have a
 * schema of their own, and nobody waits for anybody.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import type { DIALECTS } from '../records/queries.ts';
import { postgresKnex } from '../store/postgres.ts';
import { sqliteReaders, sqliteWriter } from '../store/sqlite.ts';

export interface UsageStores {
  readonly dialect: keyof typeof DIALECTS;
  /** Where records are read. */
  readonly records: Knex;
  /** Where sums are read, and by whoever makes them written. */
  readonly sums: Knex;
  /** Where names are read. */
  readonly control: Knex;
}

export const USAGE_SCHEMA = 'usage';

export const usageFile = (dataDir: string): string => join(dataDir, 'usage.db');

/** Opens the databases of a gateway that has been started before, to make sums in them; it may be running. */
export async function openUsageStores(config: {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}): Promise<UsageStores & { close(): Promise<void> }> {
  const stores = await openStores(config);
  const { records, sums, control } = stores;
  return {
    ...stores,
    close: async () => void (await Promise.all([records, sums, control].map((knex) => knex.destroy()))),
  };
}

async function openStores({
  dataDir,
  databaseUrl,
}: {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}): Promise<UsageStores> {
  if (databaseUrl !== undefined) {
    return {
      dialect: 'postgres',
      records: postgresKnex(databaseUrl, 'records', 2),
      sums: postgresKnex(databaseUrl, USAGE_SCHEMA, 2),
      control: postgresKnex(databaseUrl, 'control', 1),
    };
  }
  const files = [join(dataDir, 'records.db'), usageFile(dataDir), join(dataDir, 'control.db')] as const;
  try {
    // What is opened is made where it is missing, so that is looked at first.
    await Promise.all(files.map((file) => access(file)));
  } catch {
    throw new Error(
      `There is no usage to be summed up in the folder ${dataDir}. Set DATA_DIR to the folder of the gateway, and start that once.`,
    );
  }
  const [records, sums, control] = files;
  return {
    dialect: 'sqlite',
    records: sqliteReaders(records),
    sums: sqliteWriter(sums, 'process'),
    control: sqliteReaders(control),
  };
}
