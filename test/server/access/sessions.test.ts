import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import knexOf, { type Knex } from 'knex';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openSessions, type Sessions, saveSession } from '../../../server/access/sessions.ts';

async function openDb(): Promise<Knex> {
  const db = knexOf({ client: 'sqlite3', connection: ':memory:', useNullAsDefault: true, pool: { min: 1, max: 1 } });
  await db.schema.createTable('sessions', (table) => {
    table.string('sid').primary();
    table.json('sess').notNullable();
    table.timestamp('expired').notNullable();
  });
  return db;
}

let knex: Knex;
let url: string;
let server: ReturnType<typeof createServer>;
let sessions: Sessions;

beforeEach(async () => {
  knex = await openDb();
  const sayNothing: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(500).end();
  const app = express();
  sessions = openSessions(knex, 'a secret');
  app.use(sessions.handle);
  app.post('/', async (req, res) => {
    req.session.signedIn = 'ses_1';
    await saveSession(req);
    res.end();
  });
  app.get('/', (req, res) => res.json(req.session.signedIn ?? null));
  app.use(sayNothing);
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  sessions.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('a database that is away fails the request of somebody signed in, and not the process', async () => {
  const began = await fetch(url, { method: 'POST' });
  const cookie = began.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expect(await (await fetch(url, { headers: { cookie } })).json()).toBe('ses_1');

  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  const others = process.rawListeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
  try {
    await knex.destroy();
    expect((await fetch(url, { headers: { cookie } })).status).toBe(500);
    expect((await fetch(url, { method: 'POST' })).status).toBe(500);
    // Node tells of a rejection that nobody handles once the turn is over.
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const one of others) process.on('unhandledRejection', one as (error: unknown) => void);
  }
});

it('takes out what is over from time to time, and asks nothing of the database once it is stopped', async () => {
  const db = await openDb();
  const asked: string[] = [];
  db.on('query', ({ sql }: { sql: string }) => asked.push(sql));
  const add = (sid: string) => db('sessions').insert({ sid, sess: '{}', expired: new Date(0).toISOString() });
  const gone = () => vi.waitFor(async () => expect(await db('sessions').pluck('sid')).toEqual([]));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await add('before');
    const { stop } = openSessions(db, 'a secret');
    await gone();
    await add('later');
    vi.advanceTimersByTime(600_000);
    await gone();
    stop();
    asked.length = 0;
    vi.advanceTimersByTime(1_200_000);
    await new Promise(setImmediate);
    expect(asked).toEqual([]);
  } finally {
    vi.useRealTimers();
    await db.destroy();
  }
});
