/** The sqlite3 driver with promises instead of callbacks, and the ways in which our files are opened. */
import knex, { type Knex } from 'knex';
import sqlite3 from 'sqlite3';

/** `process` survives the death of the process; `power` also a power cut, at the price of a sync for every commit. */
export type Durability = 'process' | 'power';

/** Bytes: a record takes about 3 kB, of which SQLite's own 4,096 hold one and 8,192 hold two, with fewer pages to write. */
const PAGE_SIZE = 8_192;

/** Pages that the log may hold before a commit moves them into the file: 4 MB take that commit about 12 ms, 16 MB 35 ms. */
const CHECKPOINT_PAGES = 500;

/**
 * What every connection that writes sets first. It waits for others from the first statement on; page size and vacuum come
 * before what creates the file's first page.
 */
function writerPragmas(durability: Durability): string {
  return `PRAGMA busy_timeout = 5000;
    PRAGMA page_size = ${PAGE_SIZE};
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA foreign_keys = ON;`;
}

const READER_PRAGMAS = 'PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;';

function sqliteKnex(file: string, pragmas: string, pool: { min: number; max: number }): Knex {
  return knex({
    client: 'sqlite3',
    connection: { filename: file },
    // Errors are logged: they name the statement, never the values that it was given.
    compileSqlOnError: false,
    useNullAsDefault: true,
    pool: {
      ...pool,
      afterCreate: (connection: sqlite3.Database, done: (error: Error | null) => void) =>
        connection.exec(pragmas, done),
    },
  });
}

/** knex on the one connection that writes to a file; queries outside an open transaction wait for its end. */
export function sqliteWriter(file: string, durability: Durability): Knex {
  return sqliteKnex(file, writerPragmas(durability), { min: 1, max: 1 });
}

/** knex on connections that only read: two, so that slow questions leave threads to the writer. */
export function sqliteReaders(file: string): Knex {
  return sqliteKnex(file, READER_PRAGMAS, { min: 0, max: 2 });
}

/** One connection, without knex between. */
export class SqliteConnection {
  readonly #database: sqlite3.Database;

  private constructor(database: sqlite3.Database) {
    this.#database = database;
  }

  static async open(file: string): Promise<SqliteConnection> {
    const { promise, resolve, reject } = deferred<void>();
    const database = new sqlite3.Database(file, (error) => (error ? reject(error) : resolve()));
    await promise;
    return new SqliteConnection(database);
  }

  static async openWriter(file: string, durability: Durability): Promise<SqliteConnection> {
    const connection = await SqliteConnection.open(file);
    await connection.exec(writerPragmas(durability));
    return connection;
  }

  /** Runs statements without parameters. */
  exec(sql: string): Promise<void> {
    const { promise, resolve, reject } = deferred<void>();
    this.#database.exec(sql, (error) => (error ? reject(error) : resolve()));
    return promise;
  }

  async prepare(sql: string): Promise<SqliteStatement> {
    const { promise, resolve, reject } = deferred<void>();
    const statement = this.#database.prepare(sql, (error) => (error ? reject(error) : resolve()));
    await promise;
    return new SqliteStatement(statement);
  }

  /** Every statement has to be finalised before. */
  close(): Promise<void> {
    const { promise, resolve, reject } = deferred<void>();
    this.#database.close((error) => (error ? reject(error) : resolve()));
    return promise;
  }
}

export class SqliteStatement {
  readonly #statement: sqlite3.Statement;

  constructor(statement: sqlite3.Statement) {
    this.#statement = statement;
  }

  run(parameters: readonly (string | number | null)[]): Promise<void> {
    const { promise, resolve, reject } = deferred<void>();
    this.#statement.run(parameters, (error) => (error ? reject(error) : resolve()));
    return promise;
  }

  finalize(): Promise<void> {
    const { promise, resolve } = deferred<void>();
    this.#statement.finalize(() => resolve());
    return promise;
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((ok, no) => {
    resolve = ok;
    reject = no;
  });
  return { promise, resolve, reject };
}
