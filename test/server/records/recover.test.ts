import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { recoverLost } from '../../../server/records/recover.ts';
import { type Database, openDatabase } from '../../../server/store/database.ts';
import { freshDatabase } from '../../postgres.ts';
import { exampleRecord, intentOf, START } from './example.ts';

const server = inject('postgresUrl');
const DIALECTS = server === null ? (['sqlite'] as const) : (['sqlite', 'postgres'] as const);

describe.each(DIALECTS)('requests lost with their process, on %s', (dialect) => {
  let dataDir = '';
  let postgres: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  let database: Database | null = null;
  let child: ChildProcess | null = null;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'signalbox-recover-'));
    postgres = dialect === 'postgres' && server !== null ? await freshDatabase(server) : null;
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await database?.close();
    await postgres?.drop();
    rmSync(dataDir, { recursive: true });
    child = null;
    database = null;
  });

  const open = async () => {
    database = await openDatabase({ dataDir, ...(postgres ? { databaseUrl: postgres.url } : {}) });
    return database.records;
  };

  it('become records that are charged at their hold', async () => {
    const store = await open();
    const done = exampleRecord();
    const lost = exampleRecord();
    // It may have left: where to, and with what, is known.
    const sent = { region: 'eu-central-1', leavesHouse: true, protection: 'taken_out' } as const;
    await store.commit({ intents: [intentOf(done), { ...intentOf(lost), sent }], records: [] });
    await store.commit({ intents: [], records: [done] });

    expect(await recoverLost(store, 'gateway_other', START)).toBe(0);
    expect(await recoverLost(store, 'gateway_1', START + 1000)).toBe(1);
    expect(await store.get('org_1', lost.id)).toMatchObject({
      status: 'lost',
      at: lost.at,
      key: lost.key,
      tags: lost.tags,
      cost: 5_000_000,
      charges: [{ ...lost.charges[0], settled: 5_000_000 }],
      usageSource: 'estimated',
      attempts: [{ model: lost.model, ok: false, cost: 5_000_000, sent }],
      facts: { recovered_at: START + 1000 },
    });
    expect(await store.get('org_1', done.id)).toEqual(done);
    expect(await store.spend(0)).toMatchObject([{ spent: 6_200_000 }]);
    expect(await recoverLost(store, 'gateway_1', START + 2000)).toBe(0);
  });

  it('are all accounted for after a kill in the middle of writing, and what was durable is there', async () => {
    const script = join(import.meta.dirname, 'endless-writing.ts');
    const arguments_ = ['--import', 'tsx', script, dataDir, postgres?.url ?? ''];
    child = spawn(process.execPath, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const said = { intent: new Set<string>(), record: new Set<string>() };
    if (child.stdout === null) throw new Error('The child has no output.');
    for await (const line of createInterface({ input: child.stdout })) {
      const [what, id] = line.split(' ');
      if ((what === 'intent' || what === 'record') && id !== undefined) said[what].add(id);
      if (said.record.size === 2_000) child.kill('SIGKILL');
    }
    await exited;
    expect(child.signalCode).toBe('SIGKILL');

    const store = await open();
    const open_ = new Set((await store.openIntents('gateway_1')).map(({ id }) => id));
    for (const id of said.record) expect(open_.has(id)).toBe(false);
    expect(await recoverLost(store, 'gateway_1', START)).toBe(open_.size);
    expect(await store.openIntents('gateway_1')).toEqual([]);

    const { records } = await store.list({ organisation: 'org_1' }, 1_000_000);
    const byId = new Map(records.map((record) => [record.id, record]));
    for (const id of said.record) expect(byId.get(id)).toMatchObject({ status: 'ok', cost: 23 });
    for (const id of said.intent) expect(byId.has(id)).toBe(true);
    const lost = records.filter(({ status }) => status === 'lost');
    expect(lost.map(({ id }) => id).sort()).toEqual([...open_].sort());
    // The one whose request never ended is among them.
    expect(lost.length).toBeGreaterThan(0);
    for (const record of lost) expect(record.cost).toBe(57);

    const spend = await store.spend(0);
    expect(spend).toEqual(await store.recomputeSpend(0));
    const well = records.length - lost.length;
    expect(spend.map(({ budget, spent }) => [budget, spent])).toEqual([
      ['bud_1', well * 3 + lost.length * 7],
      ['bud_2', well * 20 + lost.length * 50],
    ]);
  });
});
