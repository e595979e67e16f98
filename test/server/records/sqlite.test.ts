import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openDatabase } from '../../../server/store/database.ts';
import { SqliteConnection } from '../../../server/store/sqlite.ts';
import { recordStoreContract } from './contract.ts';
import { exampleRecord, intentOf } from './example.ts';

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

it('has an intent in its file before the question whether it is there returns', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'signalbox-records-'));
  const { records, close } = await openDatabase({ dataDir });
  try {
    const first = intentOf(exampleRecord());
    // The file is begun by a commit.
    expect(records.intentsNow([first])).toBe(false);
    await records.commit({ intents: [first], records: [] });
    const record = exampleRecord();
    const intent = intentOf(record);
    expect(records.intentsNow([intent])).toBe(true);
    expect(readFileSync(join(dataDir, 'intents/1.jsonl'), 'utf8')).toContain(intent.id);
    expect((await records.openIntents(intent.gateway)).map(({ id }) => id).sort()).toEqual(
      [first.id, intent.id].sort(),
    );
    await records.commit({ intents: [], records: [record] });
    expect((await records.openIntents(intent.gateway)).map(({ id }) => id)).toEqual([first.id]);
  } finally {
    await close();
    rmSync(dataDir, { recursive: true });
  }
});

it('takes intents at once while records cannot be written, and by another thread once that takes long', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'signalbox-records-'));
  const { records, close } = await openDatabase({ dataDir });
  const other = await SqliteConnection.openWriter(join(dataDir, 'records.db'), 'process');
  const isThere = (id: string) => readFileSync(join(dataDir, 'intents/1.jsonl'), 'utf8').includes(id);
  const commits: Promise<void>[] = [];
  /** Whether the intent was there when the commit had only been begun. */
  const isTakenAtOnce = async () => {
    const intent = intentOf(exampleRecord());
    const commit = records.commit({ intents: [intent], records: [] });
    const taken = isThere(intent.id);
    await commit;
    expect(isThere(intent.id)).toBe(true);
    return taken;
  };
  try {
    await records.commit({ intents: [intentOf(exampleRecord())], records: [] });
    await records.commit({ intents: [], records: [exampleRecord()] });
    await other.exec('BEGIN IMMEDIATE');
    commits.push(records.commit({ intents: [], records: [exampleRecord()] }));
    await new Promise(setImmediate);
    expect(await isTakenAtOnce()).toBe(true);
    const later = performance.now() + 1_000;
    vi.spyOn(performance, 'now').mockReturnValue(later);
    expect(await isTakenAtOnce()).toBe(false);
    vi.restoreAllMocks();
    await other.exec('ROLLBACK');
    await Promise.allSettled(commits);
    expect(await isTakenAtOnce()).toBe(true);
  } finally {
    vi.restoreAllMocks();
    await other.close();
    await Promise.allSettled(commits);
    await close();
    rmSync(dataDir, { recursive: true });
  }
});
