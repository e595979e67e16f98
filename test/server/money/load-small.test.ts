/** The scenario `budgets` of `npm run load`, small: everything goes wrong that can, and every promise about money holds. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { spendBudgets } from '../../load/budget-run.ts';
import { freshDatabase } from '../../postgres.ts';
import { removeFolder } from '../../program.ts';

const postgresUrl = inject('postgresUrl');

describe.each(['sqlite', ...(postgresUrl === null ? [] : ['postgres'])])('a crowd that spends on %s', (dialect) => {
  it('never passes a limit, uses nearly all of it, and leaves a ledger that adds up, also after a kill', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-'));
    const database = dialect === 'postgres' && postgresUrl !== null ? await freshDatabase(postgresUrl) : null;
    try {
      const { broken, figures } = await spendBudgets({
        clients: 60,
        seed: 1,
        pace: 0,
        dataDir: join(folder, 'data'),
        databaseUrl: database?.url ?? null,
        say: () => {},
      });
      expect(broken).toEqual([]);
      // Else little was tried.
      expect(new Map(figures).get('complete answers compared')).toMatch(/^\d{2,} with/);
    } finally {
      await database?.drop();
      await removeFolder(folder);
    }
  }, 180_000);
});
