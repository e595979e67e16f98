/** The databases of an installation as commands read them, beside a gateway that may be running. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { postgresKnex } from './postgres.ts';
import { sqliteReaders } from './sqlite.ts';

export interface ReadStores {
  readonly dialect: 'sqlite' | 'postgres';
  readonly control: Knex;
  readonly records: Knex;
}

/** Opens what a gateway has made before. Throws a sentence for people where there is nothing. */
export async function openToRead(config: {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}): Promise<ReadStores> {
  const { dataDir, databaseUrl } = config;
  if (databaseUrl !== undefined) {
    return {
      dialect: 'postgres',
      control: postgresKnex(databaseUrl, 'control', 2),
      records: postgresKnex(databaseUrl, 'records', 2),
    };
  }
  const [control, records] = [join(dataDir, 'control.db'), join(dataDir, 'records.db')];
  try {
    // What is opened is made where it is missing, so that is looked at first.
    await Promise.all([access(control), access(records)]);
  } catch {
    throw new Error(`There is nothing to verify in the folder ${dataDir}. Set DATA_DIR to the folder of the gateway.`);
  }
  return { dialect: 'sqlite', control: sqliteReaders(control), records: sqliteReaders(records) };
}
