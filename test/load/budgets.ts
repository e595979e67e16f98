/** The scenario `budgets`: a crowd spends several budgets to their end, while everything goes wrong that can. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase, startPostgres } from '../postgres.ts';
import { removeFolder } from '../program.ts';
import { spendBudgets } from './budget-run.ts';
import type { Scenario } from './scenario.ts';

const CLIENTS = 2000;
const SEED = 20_261_122;
/** The longest time between two events of a stream, in milliseconds. */
const PACE = 250;

export const budgets: Scenario = {
  name: 'budgets',
  sentence: `${CLIENTS} clients spend three budgets to their end; a fifth hang up, a tenth fail, and the gateway is killed once.`,
  async run({ database, say }) {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-load-'));
    const server = database === 'postgres' ? await startPostgres() : null;
    if (database === 'postgres' && !server) throw new Error('There is no PostgreSQL on this machine to run it on.');
    try {
      const databaseUrl = server ? (await freshDatabase(server.url)).url : null;
      const dataDir = join(folder, 'data');
      return await spendBudgets({ clients: CLIENTS, seed: SEED, pace: PACE, dataDir, databaseUrl, say });
    } finally {
      await server?.stop();
      await removeFolder(folder);
    }
  },
};
