/** A PostgreSQL of our own for the tests: the machine's binaries, a temporary folder, gone when the run is. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import pg from 'pg';
import type {} from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the tests' PostgreSQL server; null where the machine has none. */
    postgresUrl: string | null;
  }
}

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

const STARTS = 5;

/**
 * Starts a server, or gives null where there are no binaries (an error under CI, which has to test both dialects). It
 * stops when `stop` is called or when this process ends, in whatever way.
 */
export async function startPostgres(): Promise<PostgresServer | null> {
  const bin = findBinaries();
  if (bin === null) {
    const missing = 'No PostgreSQL server was found (initdb is neither in PATH nor in /usr/lib/postgresql)';
    if (process.env.CI === 'true') throw new Error(`${missing}, and CI has to test it.`);
    process.stderr.write(`${missing}: the tests that need it are skipped.\n`);
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-postgres-'));
  const as = serverUser();
  if (as) chownSync(folder, as.uid, as.gid);
  try {
    const data = join(folder, 'data');
    const options = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(join(bin, 'initdb'), options, { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    for (let start = 1; ; start += 1) {
      const port = await freePort();
      const server = run(join(bin, 'postgres'), folder, port, as);
      const problem = await ready(server);
      if (problem === null) {
        return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop: () => stop(server, folder) };
      }
      await stop(server);
      // Someone else may have taken the port since it was found free.
      if (start === STARTS) throw new Error(`PostgreSQL does not start: ${problem}`);
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Makes an empty database on the server and gives its address and the way to drop it. */
export async function freshDatabase(serverUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await execute(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function findBinaries(): string | null {
  const versions = '/usr/lib/postgresql';
  const installed = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...installed.map((version) => join(versions, version, 'bin')),
  ];
  const found = folders.find((folder) => folder !== '' && existsSync(join(folder, 'initdb')));
  return found === undefined ? null : dirname(realpathSync(join(found, 'initdb')));
}

/** PostgreSQL refuses to run as root: then it runs as the user made for it, or as nobody. */
function serverUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user)
    throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

// `cat` ends when our end of the pipe is closed, also when this process is killed: then the server goes.
const UNTIL_INPUT_ENDS = '"$@" & server=$!; cat > /dev/null; kill -INT "$server"; wait "$server"';

function run(postgres: string, folder: string, port: number, as: { uid: number; gid: number } | null): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    full_page_writes: 'off',
    max_connections: '100',
    shared_buffers: '32MB',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [postgres, '-D', join(folder, 'data'), ...args];
  // Apart from our process group, so that Ctrl-C does not reach it before the tests have ended.
  return spawn('sh', ['-c', UNTIL_INPUT_ENDS, 'sh', ...command], {
    ...as,
    cwd: folder,
    detached: true,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

/** Null once the server takes connections, else what it said. */
function ready(server: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-10_000);
      if (said.includes('ready to accept connections')) resolve(null);
      else if (said.includes('FATAL')) resolve(said);
    });
    server.once('error', (error) => resolve(error.message));
    server.once('exit', () => resolve(said || 'it ended at once'));
  });
}

function stop(server: ChildProcess, folder?: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      resolve();
    };
    if (server.exitCode !== null || server.signalCode !== null) return done();
    server.once('exit', done);
    server.stdin?.end();
  });
}
