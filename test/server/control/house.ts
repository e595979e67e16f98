/** A control plane on a real database, behind a real server, and a client that speaks to it as a page or a program does. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { inject } from 'vitest';
import type { Graph } from '../../../policies/graph.ts';
import type { Model } from '../../../policies/model.ts';
import { NO_USAGE } from '../../../policies/request.ts';
import { openSessions } from '../../../server/access/sessions.ts';
import { Alerts } from '../../../server/alerts/alerts.ts';
import { type Audit, openAudit } from '../../../server/audit/audit.ts';
import { MemoryCache } from '../../../server/cache/memory-cache.ts';
import { type Control, createControl } from '../../../server/control/control.ts';
import { newId } from '../../../server/control/ids.ts';
import { shippedList } from '../../../server/control/price-list.ts';
import type { BudgetUse } from '../../../server/control/route.ts';
import { controlRouter } from '../../../server/control/router.ts';
import { type Seeded, type SeedSettings, seed } from '../../../server/control/seed.ts';
import { RecordExports } from '../../../server/export/exports.ts';
import { BudgetCounters } from '../../../server/money/counters.ts';
import { buildCatalogue, fixedSource } from '../../../server/providers/catalogue.ts';
import { ContentSeals } from '../../../server/records/content-sealing.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { Retention } from '../../../server/records/retention.ts';
import { type Database, openDatabase } from '../../../server/store/database.ts';
import { openSecrets } from '../../../server/store/secrets.ts';
import { answerUsage } from '../../../server/usage/answer.ts';
import { Scans } from '../../../server/usage/scans.ts';
import { sumHere } from '../../../server/usage/summing.ts';
import { LiveTraffic } from '../../../server/usage-live/live.ts';
import { LiveWatchers } from '../../../server/usage-live/watchers.ts';
import { freshDatabase } from '../../postgres.ts';

export type Dialect = 'sqlite' | 'postgres';

/** The dialects that this machine can test. */
export const dialects: readonly Dialect[] = inject('postgresUrl') === null ? ['sqlite'] : ['sqlite', 'postgres'];

export const ADMIN_TOKEN = 'a token of the tests, never of a gateway'.replaceAll(' ', '-');
export const ADMIN = { email: 'Ada@Example.org', password: 'correct horse battery' } as const;

const supports = { tools: true, images: false, audio: false, files: false, jsonSchema: true };
const MODELS: readonly Model[] = [
  {
    id: 'test/small',
    provider: 'test',
    name: 'small',
    label: 'Small',
    price: [{ aboveInputTokens: 0, input: 1e8, cachedInput: 1e7, cacheWrite: 1e8, output: 4e8 }],
    tier: 'small',
    contextTokens: 8000,
    tokenizer: null,
    imageTokens: 3000,
    supports,
    leavesHouse: true,
  },
];

const SHIPPED_LIST = shippedList();

/** Every request goes to one model. */
export function modelGraph(title = 'Answers'): Graph {
  return {
    schema: 1,
    nodes: [
      { id: 'enter', kind: 'request', title: 'Request', settings: { timeZone: 'UTC' } },
      { id: 'small', kind: 'model', title, settings: { model: 'test/small', timeoutSeconds: 60, retries: 0 } },
      { id: 'no', kind: 'block', title: 'No', settings: { status: 503, message: 'Try later.' } },
    ],
    edges: [
      { from: 'enter', port: 'next', to: 'small' },
      { from: 'small', port: 'failed', to: 'no' },
    ],
  };
}

export const LAYOUT = { positions: { enter: { x: 0, y: 0 } }, stickies: [] };

export const SHIPPED: SeedSettings = {
  organisation: 'Example',
  adminEmail: ADMIN.email,
  adminPassword: ADMIN.password,
  apiKey: null,
  starter: 'starter',
  policies: [
    {
      name: 'starter',
      title: 'Starter',
      description: 'To begin with.',
      graph: modelGraph(),
      layout: LAYOUT,
      budgets: [],
    },
  ],
};

export async function openTestDatabase(dialect: Dialect): Promise<{ database: Database; close(): Promise<void> }> {
  if (dialect === 'sqlite') {
    const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-control-'));
    const database = await openDatabase({ dataDir });
    return {
      database,
      close: async () => {
        await database.close();
        await rm(dataDir, { recursive: true });
      },
    };
  }
  const server = inject('postgresUrl');
  if (server === null) throw new Error('There is no PostgreSQL here.');
  const fresh = await freshDatabase(server);
  const database = await openDatabase({ dataDir: '', databaseUrl: fresh.url });
  return {
    database,
    close: async () => {
      await database.close();
      await fresh.drop();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

export interface House {
  readonly database: Database;
  readonly control: Control;
  readonly seeded: Seeded;
  /** Id of the organisation. */
  readonly organisation: string;
  readonly url: string;
  /** What `budgetUse` answers, by budget id. */
  readonly use: Map<string, BudgetUse[]>;
  /** What is spent and held now. */
  readonly counters: BudgetCounters;
  /** Not started: it seals and signs when it is told to. */
  readonly audit: Audit;
  /** Not started: it deletes when it is asked to. */
  readonly retention: Retention;
  /** The traffic that is watched, every few milliseconds. */
  readonly live: LiveTraffic;
  readonly watchers: LiveWatchers;
  /** Errors that were no fault of the caller. */
  readonly faults: unknown[];
  /** Sends a request as it is told, with no header of its own but the content type of a body. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a request with the admin token. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** Opens a database, seeds it, and serves the control API at `/api`, and built pages where their folder is given. */
export async function openHouse(dialect: Dialect, settings: SeedSettings = SHIPPED, pages?: string): Promise<House> {
  const { database, close } = await openTestDatabase(dialect);
  const control = await createControl(database);
  const seeded = await seed(control, settings);
  if (!seeded) throw new Error('The database was not empty.');
  const [organisation] = control.snapshot().organisations.keys();
  if (organisation === undefined) throw new Error('There is no organisation.');
  const use = new Map<string, BudgetUse[]>();
  const counters = new BudgetCounters([]);
  const faults: unknown[] = [];
  const live = new LiveTraffic();
  const summing = sumHere(database.usage);
  const watchers = new LiveWatchers(live, Date.now, 5);
  const secrets = await openSecrets({ secretKey: Buffer.alloc(32).toString('base64'), dataDir: '' });
  const channels = { secrets, allowPrivate: false, canMail: false };
  const logs = { dialect: database.dialect, control: control.db, records: database.recordTables };
  const audit = await openAudit(logs, secrets, () => control.snapshot().organisations.keys());
  // Not started: nothing is sent but tests, and those find no address.
  const alerts = new Alerts({
    control,
    counters,
    secrets,
    isWriting: () => true,
    usage: (question) => answerUsage(database.usage, summing, question),
    settings: {
      allowPrivate: false,
      timeoutMs: 1000,
      mail: null,
      publicUrl: null,
      now: Date.now,
      chance: () => 0,
      resolve: () => Promise.reject(new Error('no names here')),
    },
  });
  const retention = new Retention({
    control,
    now: Date.now,
    reportFault: (error) => faults.push(error),
    stores: { dialect: database.dialect, records: database.recordTables, readers: database.usage.records },
    usage: { ...database.usage, sums: database.sumTables },
    cache: new MemoryCache({ entries: 10, bytes: 10_000 }),
  });
  const sessions = openSessions(control.db, 'a secret of the tests');
  const app = express();
  app.use(
    '/api',
    controlRouter(control, {
      records: database.records,
      contents: new ContentSeals(secrets),
      retention,
      models: (_organisation, list) => {
        const { prices, rateCards, priceLists } = control.snapshot();
        const lists = list ? [list] : priceLists;
        const sources = [fixedSource('test', MODELS)];
        return buildCatalogue({ sources, overrides: prices, cards: rateCards, lists, now: Date.now() });
      },
      modelStates: () => new Map(),
      shippedList: SHIPPED_LIST,
      providers: ['test'],
      budgetUse: (budget) => use.get(budget.id) ?? [],
      counters,
      usage: { stores: database.usage, summing, scans: new Scans(summing) },
      // None is made here: its process would open the databases of a whole gateway.
      exports: new RecordExports({ dataDir: '', databaseUrl: undefined }),
      audit,
      watchers,
      signIn: { secrets, mail: null, publicUrl: null, allowPrivate: true },
      channels,
      alerts,
      gateway: 'test',
      adminToken: ADMIN_TOKEN,
      sessions: sessions.handle,
      reportFault: (error) => faults.push(error),
    }),
  );
  if (pages !== undefined) {
    app.use(express.static(pages));
    app.get('/{*path}', (_request, response) => response.sendFile('index.html', { root: pages }));
  }
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api`;

  const send: House['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
  return {
    database,
    control,
    seeded,
    organisation,
    url,
    use,
    counters,
    audit,
    retention,
    live,
    watchers,
    faults,
    send,
    ask: (method, path, body) => send(method, path, body, { authorization: `Bearer ${ADMIN_TOKEN}` }),
    close: async () => {
      await retention.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      sessions.stop();
      await close();
    },
  };
}

/** The record of a request that the policy of `modelGraph` sent to its model. */
export function recordOf(house: House, fields: Partial<RequestRecord>): RequestRecord {
  const [project = ''] = house.control.snapshot().projects.keys();
  const usage = { ...NO_USAGE, inputTokens: 10, outputTokens: 20 };
  return {
    id: newId('req'),
    gateway: 'test',
    boot: 'boot',
    sequence: 1,
    organisation: house.organisation,
    project,
    key: 'key_1',
    at: Date.UTC(2026, 0, 5, 12),
    durationMs: 30,
    overheadMs: 1,
    status: 'ok',
    httpStatus: 200,
    errorCode: null,
    endpoint: 'chat.completions',
    stream: false,
    app: null,
    requestedModel: 'test/small',
    model: 'test/small',
    policy: null,
    version: null,
    tags: {},
    trace: [
      { node: 'enter', kind: 'request', port: 'next', reason: 'The request entered.' },
      {
        node: 'small',
        kind: 'model',
        port: null,
        reason: 'test/small answered.',
        results: [{ ok: true, model: 'test/small', asked: 'test/small' }],
      },
    ],
    attempts: [],
    charges: [],
    redactions: {},
    usage,
    usageSource: 'provider',
    cost: 9000,
    facts: { 'request.model': 'test/small', 'tokens.input': 3 },
    content: null,
    ...fields,
  };
}
