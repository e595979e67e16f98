import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import knexOf from 'knex';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { saveSession, sessions } from '../../../server/access/sessions.ts';

const db = () =>
  knexOf({ client: 'sqlite3', connection: ':memory:', useNullAsDefault: true, pool: { min: 1, max: 1 } });

let knex: ReturnType<typeof db>;
let url: string;
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  knex = db();
  await knex.schema.createTable('sessions', (table) => {
    table.string('sid').primary();
    table.json('sess').notNullable();
    table.timestamp('expired').notNullable();
  });
  const sayNothing: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(500).end();
  const app = express();
  app.use(sessions(knex, 'a secret'));
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
