/** Scenario "export": five million records of years as JSON lines and as a table, in a memory that does not grow. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { postgresKnex } from '../../server/store/postgres.ts';
import { sqliteWriter } from '../../server/store/sqlite.ts';
import { freshDatabase, startPostgres } from '../postgres.ts';
import { removeFolder } from '../program.ts';
import { ADMIN_TOKEN, controlApi, makeDefaultPolicy } from './control-api.ts';
import { writeRecords } from './export-records.ts';
import { runExports } from './export-run.ts';
import { keptReport } from './kept-report.ts';
import { startPart } from './processes.ts';
import type { Scenario } from './scenario.ts';

const COUNT = 5_000_000;
const YEAR_MS = 365 * 24 * 3_600_000;
const TO = Date.UTC(2026, 10, 1);
const PROJECT = 'prj_load';
const KEY = 'sb_load_key_0123456789abcdef0123';
/** Milliseconds between two requests that are served meanwhile. */
const PAUSE = 100;

const EVERYTHING_SMALL = {
  schema: 1,
  nodes: [
    { id: 'enter', kind: 'request', title: 'Request', settings: {} },
    {
      id: 'small',
      kind: 'model',
      title: 'Small',
      settings: { model: 'sandbox/small', timeoutSeconds: 20, retries: 0 },
    },
  ],
  edges: [{ from: 'enter', port: 'next', to: 'small' }],
};

async function chat(url: string): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'sandbox/small', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`it was answered ${response.status}: ${text}`);
}

/** Bytes that a process takes, as Linux tells it; 0 where that is not to be had. */
function takenBy(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** The processes that a process has started, as Linux tells them. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

export const exporting: Scenario = {
  name: 'export',
  sentence: `${COUNT} records as JSON lines and as a table while requests are served: all of them, in a memory that stays flat.`,
  async run({ database, format, say }) {
    const server = database === 'postgres' ? await startPostgres() : null;
    if (database === 'postgres' && !server) throw new Error('There is no PostgreSQL here to run on.');
    const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-load-'));
    const databaseUrl = server ? (await freshDatabase(server.url)).url : null;
    const gateway = await startPart('export-gateway', {
      PORT: '0',
      DATA_DIR: dataDir,
      SANDBOX: 'true',
      SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN,
      SIGNALBOX_API_KEY: KEY,
      SIGNALBOX_ADMIN_PASSWORD: 'a password for a load',
      ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
    });
    try {
      const api = controlApi(() => gateway.url);
      await makeDefaultPolicy(api, EVERYTHING_SMALL);
      // Its record names the organisation.
      await chat(gateway.url);
      const records = databaseUrl
        ? postgresKnex(databaseUrl, 'records', 1)
        : sqliteWriter(join(dataDir, 'records.db'), 'process');
      const began = performance.now();
      try {
        const [organisation = '']: string[] = await records('records').limit(1).pluck('organisation');
        await writeRecords(
          records,
          { organisation, project: PROJECT, count: COUNT, from: TO - 3 * YEAR_MS, to: TO },
          (count) => count % 1_000_000 === 0 && say(`${count} records written.`),
        );
        // As it is when they were not written all at once.
        await records.raw(databaseUrl ? 'ANALYZE records' : 'PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        await records.destroy();
      }
      const took = ((performance.now() - began) / 1000).toFixed(0);
      const { figures, broken } = await runExports({
        url: gateway.url,
        adminToken: ADMIN_TOKEN,
        project: PROJECT,
        count: COUNT,
        format,
        say,
        request: () => chat(gateway.url),
        pause: () => wait(PAUSE),
        memory: {
          kept: async () => (await gateway.ask('kept', keptReport)).kept,
          taken: () => ({
            gateway: takenBy(gateway.pid),
            exporting: childrenOf(gateway.pid).reduce((sum, pid) => sum + takenBy(pid), 0),
          }),
        },
      });
      return { figures: [['records of three years', `${COUNT}, written in ${took} s`], ...figures], broken };
    } finally {
      await gateway.kill();
      await server?.stop();
      await removeFolder(dataDir);
    }
  },
};
