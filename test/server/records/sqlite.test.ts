import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../server/store/database.ts';
import { recordStoreContract } from './contract.ts';

recordStoreContract('SQLite', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'signalbox-records-'));
  const database = await openDatabase({ dataDir });
  return {
    store: database.records,
    close: async () => {
      await database.close();
      rmSync(dataDir, { recursive: true });
    },
  };
});
