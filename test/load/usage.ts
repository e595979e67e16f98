/** Scenario "usage": a year of 100 million requests answers from its roll-ups within a second. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../server/store/database.ts';
import { openUsageStores } from '../../server/usage/stores.ts';
import { freshDatabase, startPostgres } from '../postgres.ts';
import type { Scenario } from './scenario.ts';
import { runUsage } from './usage-run.ts';

/** More would take hours to commit: the year's roll-ups are written as its requests would leave them. */
const RECORDS = 1_000_000;
const YEAR = { hours: 8_760, requests: 100_000_000, smaller: 1 };

export const usage: Scenario = {
  name: 'usage',
  sentence:
    'A million requests recorded and rolled up, and the questions of every page on the roll-ups of a year of 100 million: each within a second.',
  async run({ database: dialect, say }) {
    const server = dialect === 'postgres' ? await startPostgres() : null;
    if (dialect === 'postgres' && !server) throw new Error('There is no PostgreSQL here to run on.');
    const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-load-'));
    try {
      const databaseUrl = server ? (await freshDatabase(server.url)).url : undefined;
      const database = await openDatabase({ dataDir, ...(databaseUrl !== undefined && { databaseUrl }) });
      const stores = await openUsageStores({ dataDir, databaseUrl });
      try {
        return await runUsage(database, stores, { records: RECORDS, ...YEAR, mostMs: 1_000 }, say);
      } finally {
        await stores.close();
        await database.close();
      }
    } finally {
      await server?.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};
