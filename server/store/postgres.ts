/** How PostgreSQL is reached: knex pools for questions, and one connection that writes and holds the gateway's lock. */
import knex, { type Knex } from 'knex';
import pg from 'pg';

const INT8 = 20;

/** Whole numbers of 64 bits as numbers, or an error where a number cannot hold one exactly. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for an exact number`);
  return value;
}

const types = {
  getTypeParser: (type: number, format: string) => {
    if (format === 'binary') return pg.types.getTypeParser(type, 'binary');
    return type === INT8 ? parseInt8 : pg.types.getTypeParser(type, 'text');
  },
};

/** knex on one schema of the database. */
export function postgresKnex(url: string, schema: string, connections: number): Knex {
  return knex({
    client: 'pg',
    connection: { connectionString: url, types, keepAlive: true },
    searchPath: [schema],
    // Errors are logged: they name the statement, never the values that it was given.
    compileSqlOnError: false,
    pool: { min: 0, max: connections },
  });
}

/** Any number that is the same in every gateway: its locks are this and the number of the connection. */
const LOCK = 7469;

/** How long a new gateway waits for the connection of one that has just ended. */
const LOCK_WAIT_MS = 2_000;

/** A statement that takes longer is stuck; both ends give it up, so that the next one can be tried. */
const STATEMENT_MS = 10_000;

/** The server's code for a lock that was not to be had in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/** The server's codes for data that it cannot take and for constraints. */
const ROW_FAULT = /^2[23]/;

/**
 * A connection that writes. It holds an advisory lock of its own, so that of all gateways on a database only one writes:
 * what is written is written by the holder, even after the connection broke and was made again.
 */
export class LockedConnection {
  readonly #url: string;
  readonly #schema: string;
  readonly #number: number;
  #client: Promise<pg.Client> | null = null;

  /** `number` tells the connections of one gateway apart. */
  constructor(url: string, schema: string, number: number) {
    this.#url = url;
    this.#schema = schema;
    this.#number = number;
  }

  /** Connects and takes the lock; throws a sentence when another gateway has it. */
  async open(): Promise<void> {
    await this.#connected();
  }

  /** Runs a prepared statement, named after itself. */
  async query(name: string, text: string, values: readonly (string | null)[]): Promise<void> {
    const client = await this.#connected();
    try {
      await client.query({ name, text, values: [...values] });
    } catch (error) {
      // What is wrong with a row leaves the connection whole; after anything else its state is not known.
      if (!(error instanceof pg.DatabaseError && ROW_FAULT.test(error.code ?? ''))) await this.#drop(client);
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    this.#client = null;
    await client?.end();
  }

  #connected(): Promise<pg.Client> {
    if (this.#client === null) {
      const connecting = this.#connect();
      this.#client = connecting;
      connecting.catch(() => {
        if (this.#client === connecting) this.#client = null;
      });
    }
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      keepAlive: true,
      connectionTimeoutMillis: STATEMENT_MS,
      query_timeout: STATEMENT_MS + 1_000,
      statement_timeout: STATEMENT_MS,
      application_name: 'signalbox',
    });
    client.on('error', () => void this.#drop(client));
    await client.connect();
    try {
      // Keep-alives of the server's side, so that the lock of a machine that vanished is free again after half a minute.
      await client.query(
        `SET search_path TO ${this.#schema}; SET lock_timeout = ${LOCK_WAIT_MS};
         SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;`,
      );
      await client.query(`SELECT pg_advisory_lock(${LOCK}, ${this.#number})`);
      await client.query('SET lock_timeout = 0');
    } catch (error) {
      await client.end();
      if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) {
        throw new Error(
          'Another Signalbox gateway is using this PostgreSQL database. Stop that one first, or set DATABASE_URL to a database of its own.',
        );
      }
      throw error;
    }
    return client;
  }

  async #drop(client: pg.Client): Promise<void> {
    const current = this.#client;
    if (current !== null && (await current.catch(() => null)) === client && this.#client === current)
      this.#client = null;
    // Without waiting: a connection that is stuck would never end in good order.
    client.end().catch(() => {});
  }
}
