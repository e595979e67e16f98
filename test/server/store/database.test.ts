import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from '../../../server/store/database.ts';
import { freshDatabase } from '../../postgres.ts';
import { exampleRecord, START } from '../records/example.ts';

const server = inject('postgresUrl');
const DIALECTS = server === null ? (['sqlite'] as const) : (['sqlite', 'postgres'] as const);

let dataDir = '';
let opened: Database[] = [];
const open = async (options: DatabaseOptions) => {
  const database = await openDatabase(options);
  opened.push(database);
  return database;
};
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'signalbox-database-')), 'data');
});
afterEach(async () => {
  for (const database of opened) await database.close();
  opened = [];
  rmSync(join(dataDir, '..'), { recursive: true });
});

describe.each(DIALECTS)('the database on %s', (dialect) => {
  let postgres: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  let options: DatabaseOptions = { dataDir };
  let holder: ChildProcess | null = null;

  beforeEach(async () => {
    postgres = dialect === 'postgres' && server !== null ? await freshDatabase(server) : null;
    options = { dataDir, ...(postgres ? { databaseUrl: postgres.url } : {}) };
  });
  afterEach(async () => {
    holder?.kill('SIGKILL');
    holder = null;
    for (const database of opened.splice(0)) await database.close();
    await postgres?.drop();
  });

  const inUse = dialect === 'sqlite' ? 'is in use by another Signalbox process' : 'Another Signalbox gateway is using';

  it('keeps control plane and records when it is closed and opened again', async () => {
    const first = await openDatabase(options);
    const record = exampleRecord();
    await first.records.commit({ intents: [], records: [record] });
    await first.control('organisations').insert({ id: 'org_1', name: 'Railway', created_at: START });
    await first.close();

    const second = await open(options);
    expect(second.dialect).toBe(dialect);
    expect(await second.records.get('org_1', record.id)).toEqual(record);
    expect(await second.control('organisations').select('id', 'created_at')).toEqual([
      { id: 'org_1', created_at: START },
    ]);
  });

  it('is refused to a second one with a sentence, and free again when the first is closed', async () => {
    const first = await openDatabase(options);
    await expect(openDatabase(options)).rejects.toThrow(inUse);
    await first.close();
    await open(options);
  });

  it('is refused while another process has it, and free again when that is killed', async () => {
    const script = join(import.meta.dirname, '../records/endless-writing.ts');
    const arguments_ = ['--import', 'tsx', script, dataDir, postgres?.url ?? ''];
    const other = spawn(process.execPath, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
    holder = other;
    const exited = once(other, 'exit');
    await once(other.stdout, 'data');
    other.stdout.pause();
    // Nobody reads on: the output fills and the other stops writing, but it lives.
    await expect(openDatabase(options)).rejects.toThrow(inUse);
    other.kill('SIGKILL');
    await exited;
    const database = await open(options);
    expect(await database.records.openIntents('gateway_1')).not.toEqual([]);
  });

  it('is not opened by a version that does not know its tables', async () => {
    const first = await openDatabase(options);
    await first
      .control('knex_migrations')
      .insert({ name: '999_from_the_future', batch: 9, migration_time: new Date(0) });
    await first.close();
    await expect(openDatabase(options)).rejects.toThrow('newer Signalbox (it has 999_from_the_future)');
    // What it had taken until then is let go.
    await expect(openDatabase(options)).rejects.toThrow('newer Signalbox');
  });

  it('opens although a process died in the middle of its migrations', async () => {
    const first = await openDatabase(options);
    await first.control('knex_migrations_lock').update({ is_locked: 1 });
    await first.close();
    await open(options);
  });

  it('gives whole numbers of 64 bits as numbers', async () => {
    const { control } = await open(options);
    const row = { id: 'org_1', name: 'Railway', created_at: Number.MAX_SAFE_INTEGER };
    await control('organisations').insert(row);
    expect(await control('organisations').first('created_at')).toEqual({ created_at: Number.MAX_SAFE_INTEGER });
  });
});

describe('SQLite files', () => {
  const pragma = async (database: Database, name: string) =>
    Object.values((await database.control.raw(`PRAGMA ${name}`))[0])[0];

  it('are apart, only the owner may enter, and vacuum bit by bit from the first page on', async () => {
    const database = await open({ dataDir });
    expect(statSync(join(dataDir, 'control.db')).isFile()).toBe(true);
    expect(statSync(join(dataDir, 'records.db')).isFile()).toBe(true);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const INCREMENTAL = 2;
    const FULL = 2;
    expect(await pragma(database, 'auto_vacuum')).toBe(INCREMENTAL);
    expect(await pragma(database, 'journal_mode')).toBe('wal');
    expect(await pragma(database, 'synchronous')).toBe(FULL);
    expect(await pragma(database, 'foreign_keys')).toBe(1);
  });
});

describe.skipIf(server === null)('the connection that writes to PostgreSQL', () => {
  it('comes back after the server has ended it, with the lock', async () => {
    const fresh = await freshDatabase(server ?? '');
    try {
      const database = await open({ dataDir, databaseUrl: fresh.url });
      const [first, second] = [exampleRecord(), exampleRecord()];
      await database.records.commit({ intents: [], records: [first] });
      await database.control.raw(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database =
         (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      // The loss may be noticed before or in the middle of a commit; that one commit is all that fails.
      await database.records.commit({ intents: [], records: [second] }).catch(() => {});
      await database.records.commit({ intents: [], records: [second] });
      expect((await database.records.list({ organisation: 'org_1' }, 10)).records).toHaveLength(2);
      await expect(openDatabase({ dataDir, databaseUrl: fresh.url })).rejects.toThrow('Another Signalbox gateway');
    } finally {
      for (const database of opened.splice(0)) await database.close();
      await fresh.drop();
    }
  });
});
