/** A database of before, which has neither chains nor checkpoints: it gets them over what it has, and can go back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { sealAll } from '../../../server/audit/sealing.ts';
import { verifyAudit } from '../../../server/audit/verify/audit.ts';
import { createControl } from '../../../server/control/control.ts';
import { seed } from '../../../server/control/seed.ts';
import { type Database, openDatabase } from '../../../server/store/database.ts';
import { checkpoints } from '../../../server/store/migrations/checkpoints.ts';
import { deletionRuns } from '../../../server/store/migrations/deletion-runs.ts';
import { recordChain } from '../../../server/store/migrations/record-chain.ts';
import { freshDatabase } from '../../postgres.ts';
import { dialects, SHIPPED } from '../control/house.ts';
import { exampleRecord } from '../records/example.ts';

const server = inject('postgresUrl');

describe.each(dialects)('a database of before the audit on %s', (dialect) => {
  let dataDir = '';
  let postgres: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'signalbox-audit-'));
    postgres = dialect === 'postgres' && server !== null ? await freshDatabase(server) : null;
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true });
    await postgres?.drop();
  });

  const open = (): Promise<Database> => openDatabase({ dataDir, ...(postgres && { databaseUrl: postgres.url }) });

  it('gets chains over everything that it has', async () => {
    const first = await open();
    await seed(await createControl(first), SHIPPED);
    await first.records.commit({ intents: [], records: [exampleRecord(), exampleRecord({ content: null })] });
    await checkpoints.down(first.control);
    await first.control('knex_migrations').where({ name: checkpoints.name }).delete();
    for (const migration of [deletionRuns, recordChain]) {
      await migration.down(first.recordTables);
      await first.recordTables('knex_migrations').where({ name: migration.name }).delete();
    }
    expect(await first.control.schema.hasTable('trees')).toBe(false);
    expect(await first.recordTables.schema.hasTable('record_chain')).toBe(false);
    await first.close();

    const second = await open();
    try {
      const stores = { dialect: second.dialect, control: second.control, records: second.recordTables };
      await sealAll(stores, Date.now());
      const found = await verifyAudit(stores, () => {});
      expect(found).toMatchObject({ faults: [], records: { records: 2 } });
      expect(found.histories.entries).toBeGreaterThan(5);
    } finally {
      await second.close();
    }
  });
});
