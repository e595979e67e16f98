import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { IntentFiles } from '../records/intent-files.ts';
import { PostgresRecords } from '../records/postgres.ts';
import type { RecordStore } from '../records/record.ts';
import { SqliteRecords } from '../records/sqlite.ts';
import { SqlRecordStore } from '../records/store.ts';
import { USAGE_SCHEMA, type UsageStores, usageFile } from '../usage/stores.ts';
import { lockDataDir } from './lock.ts';
import { migrate } from './migrate.ts';
import { controlMigrations } from './migrations/control.ts';
import { recordsMigrations } from './migrations/records.ts';
import { usageMigrations } from './migrations/usage.ts';
import { LockedConnection, postgresKnex } from './postgres.ts';
import { type Durability, SqliteConnection, sqliteReaders, sqliteWriter } from './sqlite.ts';

export interface DatabaseOptions {
  /** Folder of the SQLite files; made when it is missing. Not used with PostgreSQL. */
  readonly dataDir: string;
  /** `postgres://…`; without it, SQLite. */
  readonly databaseUrl?: string;
  /** For the records in SQLite; the control plane always survives a power cut, and PostgreSQL syncs as it is set up to. */
  readonly durability?: Durability;
}

export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** The control plane. On SQLite it has one connection: within a transaction, ask only the transaction. */
  readonly control: Knex;
  readonly records: RecordStore;
  /** The tables of records, for what is written beside the records themselves: their chain, and deletions. */
  readonly recordTables: Knex;
  /** What usage is read from; roll-ups are made by another process. */
  readonly usage: UsageStores;
  /** The tables of the roll-ups, for what is taken out of them. */
  readonly sumTables: Knex;
  /** Waits for what is running, then lets go of files, connections and the lock. */
  close(): Promise<void>;
}

/**
 * Opens the stores and brings their tables up to date. Throws a sentence for people when another process uses them or a
 * newer version has written them.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const closers: (() => Promise<unknown>)[] = [];
  const closeAll = async () => {
    for (let close = closers.pop(); close; close = closers.pop()) await close();
  };
  try {
    const opened = options.databaseUrl
      ? await openPostgres(options.databaseUrl, closers)
      : await openSqlite(options.dataDir, options.durability ?? 'process', closers);
    return { ...opened, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type Closers = (() => Promise<unknown>)[];

async function openSqlite(dataDir: string, durability: Durability, closers: Closers): Promise<Omit<Database, 'close'>> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK);
  } catch (error) {
    throw new Error(
      `The data folder ${dataDir} cannot be used: ${reasonOf(error)}. Set DATA_DIR to a folder that can be written to.`,
    );
  }
  const lock = await lockDataDir(dataDir);
  closers.push(() => lock.release());

  const control = sqliteWriter(join(dataDir, 'control.db'), 'power');
  closers.push(() => control.destroy());
  await migrate(control, controlMigrations);

  const recordsFile = join(dataDir, 'records.db');
  const tables = sqliteWriter(recordsFile, durability);
  closers.push(() => tables.destroy());
  await migrate(tables, recordsMigrations);
  const intents = await IntentFiles.open(join(dataDir, 'intents'), durability);
  const writer = await SqliteRecords.open(await SqliteConnection.openWriter(recordsFile, durability), intents);
  closers.push(() => writer.close());
  const readers = sqliteReaders(recordsFile);
  closers.push(() => readers.destroy());

  const sums = sqliteWriter(usageFile(dataDir), 'process');
  closers.push(() => sums.destroy());
  await migrate(sums, usageMigrations);
  const sumsReaders = sqliteReaders(usageFile(dataDir));
  closers.push(() => sumsReaders.destroy());
  return {
    dialect: 'sqlite',
    control,
    records: new SqlRecordStore(readers, writer, 'sqlite', intents),
    recordTables: tables,
    usage: { dialect: 'sqlite', records: readers, sums: sumsReaders, control },
    sumTables: sums,
  };
}

/** What the system or the server said; an error of several addresses has a code and no words. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}

const CONTROL_SCHEMA = 'control';
const RECORDS_SCHEMA = 'records';

async function openPostgres(url: string, closers: Closers): Promise<Omit<Database, 'close'>> {
  const writer = new LockedConnection(url, RECORDS_SCHEMA, 1);
  const intents = new LockedConnection(url, RECORDS_SCHEMA, 2);
  closers.push(
    () => writer.close(),
    () => intents.close(),
  );
  try {
    await writer.open();
    await intents.open();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new Error(
      `The database of DATABASE_URL cannot be used: ${reasonOf(error)}. Check the address and that the server runs.`,
    );
  }

  const control = postgresKnex(url, CONTROL_SCHEMA, 8);
  closers.push(() => control.destroy());
  await control.raw('CREATE SCHEMA IF NOT EXISTS ??', [CONTROL_SCHEMA]);
  await migrate(control, controlMigrations);

  const readers = postgresKnex(url, RECORDS_SCHEMA, 4);
  closers.push(() => readers.destroy());
  await readers.raw('CREATE SCHEMA IF NOT EXISTS ??', [RECORDS_SCHEMA]);
  await migrate(readers, recordsMigrations);

  const sums = postgresKnex(url, USAGE_SCHEMA, 4);
  closers.push(() => sums.destroy());
  await sums.raw('CREATE SCHEMA IF NOT EXISTS ??', [USAGE_SCHEMA]);
  await migrate(sums, usageMigrations);
  return {
    dialect: 'postgres',
    control,
    records: new SqlRecordStore(readers, new PostgresRecords(writer, intents), 'postgres', null),
    recordTables: readers,
    usage: { dialect: 'postgres', records: readers, sums, control },
    sumTables: sums,
  };
}
