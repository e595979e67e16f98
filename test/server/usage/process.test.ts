/** The process that makes the roll-ups, killed again and again, made anew beside, and gone with its gateway. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTraffic } from '../../../policies/record-status.ts';
import { rebuildUsage } from '../../../server/usage/rebuild.ts';
import { lastPosition } from '../../../server/usage/source.ts';
import { cursorOf, SUMS } from '../../../server/usage/tables.ts';
import { UsageProcess } from '../../../server/usage/usage-process.ts';
import { addressOf, removeFolder, run, runGateway } from '../../program.ts';
import { dialects } from '../control/house.ts';
import { ADMIN_TOKEN, API_KEY } from '../gateway/harness.ts';
import { openUsageHouse, rollAll, type UsageHouse } from './house.ts';
import { differences, drawn, plainSums, recordOf, tableSums } from './traffic.ts';

/** Looks again and again until it does not throw; the test's own time ends it. */
async function until(check: () => unknown): Promise<void> {
  for (;;) {
    try {
      await check();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const TIMEOUT_MS = 120_000;

describe.each(dialects)('the process that sums up usage on %s', { timeout: TIMEOUT_MS }, (dialect) => {
  let house: UsageHouse;
  const committed: ReturnType<typeof recordOf>[] = [];
  beforeAll(async () => {
    house = await openUsageHouse(dialect);
  });
  afterAll(() => house.close());

  let seed = 0;
  const commit = async (count: number) => {
    const records = fc.sample(drawn, { numRuns: count, seed: ++seed }).map(recordOf);
    committed.push(...records);
    for (let i = 0; i < count; i += 500) {
      await house.database.records.commit({ intents: [], records: records.slice(i, i + 500) });
    }
  };
  const position = async () => (await cursorOf(house.stores.sums, SUMS))?.position ?? 0;
  const rolledUp = async () => {
    const last = await lastPosition(house.stores);
    await until(async () => expect(await position()).toBe(last));
  };

  it('adds every record once, whenever it is killed, and works for the gateway', async () => {
    await commit(1_100);
    const usage = new UsageProcess(house.settings);
    usage.start();
    for (let kills = 0; kills < (dialect === 'sqlite' ? 2 : 1); kills++) {
      const before = await position();
      await until(async () => expect(await position()).toBeGreaterThan(before));
      const { pid } = usage;
      if (pid !== null) process.kill(pid, 'SIGKILL');
      await commit(300);
      await until(() => expect(usage.pid === null || usage.pid !== pid).toBe(true));
    }
    await rolledUp();
    expect(differences(await tableSums(house.stores), plainSums(committed))).toEqual([]);

    const span = { from: 0, to: Date.UTC(2027, 0, 1) };
    const question = {
      ...span,
      organisation: 'org_2',
      by: ['status' as const],
      every: null,
      timeZone: 'UTC',
      conditions: [],
      costAtLeast: null,
      limit: 10,
    };
    const job = { question, parts: [{ start: 0, ...span }], after: null };
    const told: number[] = [];
    const groups = await usage.sum(job, ({ done }) => told.push(done), new AbortController().signal);
    const requests = committed.filter(({ organisation, status }) => organisation === 'org_2' && isTraffic(status));
    expect(groups.reduce((sum, one) => sum + one.sums.requests, 0)).toBe(requests.length);
    expect(told.at(-1)).toBe(committed.filter(({ organisation }) => organisation === 'org_2').length);
    const cancel = new AbortController();
    const cancelled = usage.sum(job, () => {}, cancel.signal);
    cancel.abort(new Error('not wanted any more'));
    await expect(cancelled).rejects.toThrow('not wanted any more');
    await usage.stop();
    expect(await house.database.records.list({ organisation: 'org_1' }, 1)).toMatchObject({ records: [{}] });
  });

  it('has the same sums after they were all made anew while it ran', async () => {
    const before = await tableSums(house.stores);
    expect(await rebuildUsage(house.stores, () => {}, 5_000)).toBe(committed.length);
    expect(differences(await tableSums(house.stores), before)).toEqual([]);

    const said: string[] = [];
    let isDone = false;
    const rebuilding = rebuildUsage(house.stores, (words) => said.push(words), 500).then(() => {
      isDone = true;
    });
    // Requests go on, and so does the roller, with connections of its own.
    for (let i = 0; i < 4 || !isDone; i++) {
      if (i < 4) await commit(50);
      await rollAll(house.database);
    }
    await rebuilding;
    await rollAll(house.database);
    expect(differences(await tableSums(house.stores), plainSums(committed))).toEqual([]);
    expect(said[0]).toMatch(/^500 records read, \d+ %\.$/);
  });

  it('is made anew by a command, and one rebuilding gives way to a later one', async () => {
    const first = rebuildUsage(house.stores, () => {}, 10);
    const gaveWay = expect(first).rejects.toThrow('Another rebuilding');
    await rebuildUsage(house.stores, () => {}, 5_000);
    await gaveWay;
    const { dataDir, databaseUrl } = house.settings;
    const command = run(process.execPath, ['--import', 'tsx', 'server/usage/rebuild-command.ts'], {
      environment: { DATA_DIR: dataDir, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) },
    });
    expect(await command.ended, command.said()).toMatchObject({ code: 0 });
    expect(command.said()).toContain(`Usage is summed up anew from ${committed.length} records.`);
    expect(differences(await tableSums(house.stores), plainSums(committed))).toEqual([]);
    await rollAll(house.database);
    expect(differences(await tableSums(house.stores), plainSums(committed))).toEqual([]);
  });
});

it('is started by the gateway, and gone with it however that ends', { timeout: TIMEOUT_MS }, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-usage-'));
  const gateway = runGateway({
    DATA_DIR: dataDir,
    SANDBOX: 'true',
    SIGNALBOX_API_KEY: API_KEY,
    SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN,
  });
  try {
    const url = await addressOf(gateway);
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}` },
        body: JSON.stringify({ model: 'sandbox/small', messages: [{ role: 'user', content: 'Hello' }] }),
      });
      expect(answer.status, await answer.text()).toBe(200);
    }
    const response = await fetch(`${url}/api/usage?by=endpoint`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(await response.json()).toMatchObject({ source: 'rollup', totals: [{ requests: 3 }] });

    if (process.platform !== 'linux') return;
    // It is started a little later than the gateway itself.
    let child = 0;
    await until(async () => {
      child = Number((await readFile(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8')).trim());
      expect(child).toBeGreaterThan(0);
    });
    gateway.kill('SIGKILL');
    await gateway.ended;
    await until(() => expect(() => process.kill(child, 0)).toThrow('ESRCH'));
  } finally {
    gateway.kill('SIGKILL');
    await gateway.ended;
    await removeFolder(dataDir);
  }
});
