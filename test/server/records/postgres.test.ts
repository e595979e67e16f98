import { describe, inject } from 'vitest';
import { openDatabase } from '../../../server/store/database.ts';
import { freshDatabase } from '../../postgres.ts';
import { recordStoreContract } from './contract.ts';

const server = inject('postgresUrl');

describe.skipIf(server === null)('with a PostgreSQL server', () => {
  recordStoreContract('PostgreSQL', async () => {
    const fresh = await freshDatabase(server ?? '');
    const database = await openDatabase({ dataDir: '', databaseUrl: fresh.url });
    return {
      store: database.records,
      close: async () => {
        await database.close();
        await fresh.drop();
      },
    };
  });
});
