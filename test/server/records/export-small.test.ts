/** The scenario `export` of `npm run load`, small and without a clock: every export is whole while requests are served. */
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { postgresKnex } from '../../../server/store/postgres.ts';
import { sqliteWriter } from '../../../server/store/sqlite.ts';
import { writeRecords } from '../../load/export-records.ts';
import { runExports } from '../../load/export-run.ts';
import { freshDatabase } from '../../postgres.ts';
import { dialects } from '../control/house.ts';
import { ADMIN_TOKEN, passEverythingOn, startGateway } from '../gateway/harness.ts';

const COUNT = 3_000;

it.each(dialects)('the load scenario of exports holds on %s when it is small', { timeout: 60_000 }, async (dialect) => {
  const fresh = dialect === 'postgres' ? await freshDatabase(inject('postgresUrl') ?? '') : null;
  const gateway = await startGateway({ environment: fresh ? { DATABASE_URL: fresh.url } : {} });
  try {
    await passEverythingOn(gateway);
    const records = fresh
      ? postgresKnex(fresh.url, 'records', 1)
      : sqliteWriter(join(gateway.dataDir, 'records.db'), 'process');
    const [organisation = ''] = gateway.running.gateway.runtime().snapshot.organisations.keys();
    const many = { organisation, project: 'prj_load', count: COUNT, from: Date.UTC(2024), to: Date.UTC(2026) };
    await writeRecords(records, many).finally(() => records.destroy());
    let served = 0;
    const body = { model: 'sandbox/small', messages: [{ role: 'user', content: 'Hello' }] };
    const { broken, figures } = await runExports({
      url: gateway.url,
      adminToken: ADMIN_TOKEN,
      project: many.project,
      count: COUNT,
      memory: null,
      format: null,
      async request() {
        expect((await gateway.chat(body)).status).toBe(200);
      },
      // A few in each export: its process gives way to requests.
      pause: (over) => (++served % 5 === 0 ? over : Promise.resolve()),
      say: () => {},
    });
    expect(broken).toEqual([]);
    expect(figures.length).toBeGreaterThan(6);
  } finally {
    await gateway.stop();
    await fresh?.drop();
  }
});
