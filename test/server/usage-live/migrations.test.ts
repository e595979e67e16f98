import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openDatabase } from '../../../server/store/database.ts';
import { sessions } from '../../../server/store/migrations/sessions.ts';
import { spendByHour } from '../../../server/store/migrations/spend-by-hour.ts';
import { postgresKnex } from '../../../server/store/postgres.ts';
import { sqliteWriter } from '../../../server/store/sqlite.ts';
import { freshDatabase } from '../../postgres.ts';
import { exampleRecord } from '../records/example.ts';

const server = inject('postgresUrl');
const AT = Date.UTC(2026, 2, 1, 10, 20);
const TABLES = ['sessions', 'session_requests', 'spend_by_hour'] as const;

describe.each(server === null ? ['sqlite'] : ['sqlite', 'postgres'])('records of before on %s', (dialect) => {
  let dataDir = '';
  let postgres: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'signalbox-migrations-'));
    postgres = dialect === 'postgres' && server !== null ? await freshDatabase(server) : null;
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true });
    await postgres?.drop();
  });

  it('are in the sums by hour and in the sessions, as if they had been written today', async () => {
    const options = { dataDir, ...(postgres && { databaseUrl: postgres.url }) };
    const first = await openDatabase(options);
    const tag = (value: string) => ({ value, source: 'caller' as const });
    const charge = { revision: 1, unit: 'usd', window: 0, held: 9 } as const;
    await first.records.commit({
      intents: [],
      records: [
        exampleRecord({
          at: AT,
          durationMs: 12.5,
          tags: { session: tag('one'), agent: tag('writer'), workflow: tag('nightly') },
          charges: [
            { ...charge, budget: 'b', scope: 'team=one', settled: 5 },
            { ...charge, budget: 'c', scope: '', settled: 0 },
          ],
        }),
        exampleRecord({
          at: AT + 1000,
          status: 'failed',
          tags: { session: tag('one'), team: tag('"session":{"value":"no"}') },
          charges: [{ ...charge, budget: 'b', scope: 'team=one', settled: 6 }],
        }),
        exampleRecord({ at: AT, tags: { other: tag('"session":{"value":"no"}') }, charges: [] }),
        exampleRecord({ at: AT, tags: { session: tag('dry') }, status: 'dry_run', charges: [] }),
      ],
    });
    await first.close();

    const tables = postgres
      ? postgresKnex(postgres.url, 'records', 1)
      : sqliteWriter(join(dataDir, 'records.db'), 'process');
    const read = async () => {
      const rows = await Promise.all(TABLES.map((table) => tables(table).select('*')));
      return rows.map((all) => all.map((row) => JSON.stringify(row)).sort());
    };
    try {
      const before = await read();
      expect(before.map((rows) => rows.length)).toEqual([1, 2, 1]);
      for (const migration of [spendByHour, sessions]) {
        await migration.down(tables);
        await tables('knex_migrations').where({ name: migration.name }).delete();
      }
      for (const table of TABLES) expect(await tables.schema.hasTable(table)).toBe(false);
      const second = await openDatabase(options);
      await second.close();
      expect(await read()).toEqual(before);
    } finally {
      await tables.destroy();
    }
  });
});
