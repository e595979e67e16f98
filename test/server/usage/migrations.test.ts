import { expect, it } from 'vitest';
import { openDatabase } from '../../../server/store/database.ts';
import { usageMigrations } from '../../../server/store/migrations/usage.ts';
import { usageRollups } from '../../../server/store/migrations/usage-rollups.ts';
import { dialects } from '../control/house.ts';
import { exampleRecord } from '../records/example.ts';
import { openUsageHouse, rollAll } from './house.ts';
import { differences, plainSums, tableSums } from './traffic.ts';

it.each(dialects)(
  'records of before are summed up after the tables have come, gone and come again on %s',
  async (dialect) => {
    const house = await openUsageHouse(dialect);
    try {
      const records = [exampleRecord(), exampleRecord({ status: 'failed' })];
      await house.database.records.commit({ intents: [], records });
      const { sums } = house.stores;
      // What reads records in SQLite cannot change their tables; there the step on them does nothing anyway.
      const { records: tables } = dialect === 'postgres' ? house.database.usage : house.stores;
      await usageRollups.down(tables);
      for (const { name, down } of usageMigrations) {
        await down(sums);
        await sums('knex_migrations').where({ name }).delete();
      }
      if (dialect === 'postgres') await tables('knex_migrations').where({ name: usageRollups.name }).delete();
      await house.database.close();
      const { dataDir, databaseUrl } = house.settings;
      const again = await openDatabase({ dataDir, ...(databaseUrl !== undefined && { databaseUrl }) });
      try {
        await rollAll(again);
        expect(differences(await tableSums(again.usage), plainSums(records))).toEqual([]);
      } finally {
        await again.close();
      }
    } finally {
      await house.close();
    }
  },
);
