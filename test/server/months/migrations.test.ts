import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createControl } from '../../../server/control/control.ts';
import { seed } from '../../../server/control/seed.ts';
import { type Database, openDatabase } from '../../../server/store/database.ts';
import type { Migration } from '../../../server/store/migrate.ts';
import { closedMonths } from '../../../server/store/migrations/closed-months.ts';
import { lateRecords } from '../../../server/store/migrations/late-records.ts';
import { postgresKnex } from '../../../server/store/postgres.ts';
import { sqliteWriter } from '../../../server/store/sqlite.ts';
import { freshDatabase } from '../../postgres.ts';
import { SHIPPED } from '../control/house.ts';
import { madeRecord } from './traffic.ts';

const server = inject('postgresUrl');

describe.each(server === null ? ['sqlite'] : ['sqlite', 'postgres'])('a database of before months on %s', (dialect) => {
  let dataDir = '';
  let postgres: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'signalbox-months-'));
    postgres = dialect === 'postgres' && server !== null ? await freshDatabase(server) : null;
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true });
    await postgres?.drop();
  });

  const open = (): Promise<Database> => openDatabase({ dataDir, ...(postgres && { databaseUrl: postgres.url }) });

  async function takeBack(knex: Knex, migration: Migration): Promise<void> {
    await migration.down(knex);
    await knex('knex_migrations').where({ name: migration.name }).delete();
  }

  it('gets them, keeps what it has, and can go back', async () => {
    const first = await open();
    await seed(await createControl(first), SHIPPED);
    const [organisation] = await first.control('organisations').pluck('id');
    const [project] = await first.control('projects').pluck('id');
    const record = madeRecord({ organisation, project, at: Date.UTC(2026, 0, 5), calls: [] });
    await first.records.commit({ intents: [], records: [record] });
    await takeBack(first.control, closedMonths);
    expect(Object.keys(await first.control('projects').columnInfo())).not.toContain('cost_centre');
    expect(await first.control.schema.hasTable('closed_months')).toBe(false);
    await first.close();
    const records = postgres
      ? postgresKnex(postgres.url, 'records', 1)
      : sqliteWriter(join(dataDir, 'records.db'), 'process');
    await takeBack(records, lateRecords);
    await records.destroy();

    const second = await open();
    try {
      const organisations = await second.control('organisations').select('id', 'time_zone');
      expect(organisations).toEqual([{ id: organisation, time_zone: 'UTC' }]);
      expect(await second.control('projects').select('id', 'cost_centre')).toEqual([
        { id: project, cost_centre: null },
      ]);
      await second.records.freezeBefore(organisation, Date.UTC(2026, 1, 1));
      const late = madeRecord({ organisation, project, at: Date.UTC(2026, 0, 6), calls: [] });
      await second.records.commit({ intents: [], records: [late] });
      const span = { organisation, from: 0, to: Date.UTC(2027, 0, 1) };
      const posted = await second.records.posted({ ...span, by: 'start' }, 10);
      expect(posted.map(({ id, postedAt }) => [id, postedAt])).toEqual([
        [record.id, null],
        [late.id, Date.UTC(2026, 1, 1)],
      ]);
    } finally {
      await second.close();
    }
  });
});
