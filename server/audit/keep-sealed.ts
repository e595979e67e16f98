/** Seals records as long as the process runs, and goes over what is sealed: in the process behind the gateway. */
import { join } from 'node:path';
import { postgresKnex } from '../store/postgres.ts';
import { sqliteWriter } from '../store/sqlite.ts';
import { Patrol } from './patrol.ts';
import { sealAll } from './sealing.ts';

const SEAL_EVERY_MS = 5_000;

/** Never resolves. A database that is down is tried again; the log says so once. */
export async function keepSealed(config: {
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
}): Promise<never> {
  const { dataDir, databaseUrl } = config;
  const stores =
    databaseUrl === undefined
      ? ({ dialect: 'sqlite', records: sqliteWriter(join(dataDir, 'records.db'), 'process') } as const)
      : ({ dialect: 'postgres', records: postgresKnex(databaseUrl, 'records', 2) } as const);
  const patrol = new Patrol(stores);
  let failures = 0;
  for (;;) {
    try {
      await sealAll(stores, Date.now());
      await patrol.step(Date.now());
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) console.error('Records could not be sealed, and are tried again:', error);
    }
    await new Promise((resolve) => setTimeout(resolve, SEAL_EVERY_MS));
  }
}
