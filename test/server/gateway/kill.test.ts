/** A gateway that is killed under load, again and again, and what it knows when it is back. */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { freshDatabase } from '../../postgres.ts';
import { addressOf, type Program, removeFolder, runGateway } from '../../program.ts';
import { ADMIN_TOKEN, API_KEY, graphOf } from './harness.ts';
import { openLedger } from './ledger.ts';
import { ask } from './spending.ts';

const CLIENTS = 24;
const MODELS = ['usage=exact', 'usage=random', 'usage=random&delay=15', 'usage=none', 'fault=503', 'fault=break'];

interface Seen {
  readonly id: string;
  /** Dollars, from the header of a whole answer. */
  readonly cost: number | null;
}

async function api<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  const parsed: T = JSON.parse(await response.text());
  return parsed;
}

/** Makes a policy that holds money and tokens before it calls the model asked for, and lets all requests take it. */
async function setUp(url: string): Promise<void> {
  const make = async (name: string, unit: string): Promise<string> => {
    const budget = {
      name,
      scope: ['key'],
      window: 'month',
      timeZone: 'UTC',
      unit,
      limit: 1e15,
      owner: null,
      reason: 'for a test',
    };
    return (await api<{ id: string }>(url, 'POST', '/budgets', budget)).id;
  };
  const [money, tokens] = [await make('money', 'usd'), await make('tokens', 'tokens')];
  const graph = graphOf(
    {
      enter: ['request', {}],
      money: ['budget', { budget: money, warnAt: null }],
      tokens: ['budget', { budget: tokens, warnAt: null }],
      call: ['model', { model: 'asked', retries: 1 }],
    },
    ['enter.next > money', 'money.within > tokens', 'tokens.within > call'],
  );
  const made = await api<{ policy: { id: string }; draft: { revision: number } }>(url, 'POST', '/policies', {
    name: 'pay',
    title: 'Pay',
    graph,
  });
  const policy = made.policy.id;
  await api(url, 'POST', `/policies/${policy}/publish`, { revision: made.draft.revision, reason: 'for a test' });
  await api(url, 'PUT', '/organisation/default-policy', { policy, reason: 'for a test' });
}

/** Sends requests from many clients until the gateway is gone; it is killed after so many pieces of answers. */
async function load(url: string, gateway: Program, pieces: number): Promise<Seen[]> {
  const complete: Seen[] = [];
  let left = pieces;
  const piece = (): void => {
    left -= 1;
    if (left === 0) gateway.kill('SIGKILL');
  };
  const request = async (number: number): Promise<void> => {
    const stream = number % 2 === 0;
    const model = `sandbox/small?${MODELS[number % MODELS.length] ?? ''}`;
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}` },
      body: JSON.stringify(ask(`request ${number}`, { model, stream })),
    });
    const id = response.headers.get('x-signalbox-request-id') ?? '';
    const decoder = new TextDecoder();
    let text = '';
    let finished = false;
    const finish = (): void => {
      if (finished) return;
      finished = true;
      complete.push({ id, cost: stream ? null : Number(response.headers.get('x-signalbox-cost-usd')) });
    };
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      if (response.ok && stream && /"finish_reason":"|\[DONE\]/.test(text)) finish();
      piece();
    }
    if (response.ok && !stream) finish();
  };
  const client = async (first: number): Promise<void> => {
    for (let number = first; ; number += CLIENTS) await request(number);
  };
  // Every client ends with the connection that broke when the gateway died.
  await Promise.allSettled(Array.from({ length: CLIENTS }, (_, i) => client(i)));
  await gateway.ended;
  return complete;
}

/** Intents without a record in files that a dead gateway has left; read from copies, since to open them repairs them. */
async function openIntents(dataDir: string): Promise<{ id: string; held: number }[]> {
  const copy = await mkdtemp(join(tmpdir(), 'signalbox-copy-'));
  await cp(dataDir, copy, { recursive: true });
  const ledger = openLedger({ dataDir: copy });
  const intents = await ledger.intents();
  await ledger.close();
  await rm(copy, { recursive: true });
  return intents.map(({ id, charges }) => ({ id, held: charges.find(({ unit }) => unit === 'usd')?.held ?? -1 }));
}

async function killAndLook(dataDir: string, databaseUrl: string | undefined, kills: number): Promise<void> {
  const start = () =>
    runGateway({
      DATA_DIR: dataDir,
      SIGNALBOX_API_KEY: API_KEY,
      SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN,
      SIGNALBOX_ADMIN_PASSWORD: 'a password for tests',
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    });
  let gateway = start();
  try {
    let url = await addressOf(gateway);
    await setUp(url);
    let lost = 0;
    let answered = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      const since = Date.now();
      const complete = await load(url, gateway, 1 + Math.floor(Math.random() * 400));
      answered += complete.length;
      const open = databaseUrl === undefined ? await openIntents(dataDir) : null;

      gateway = start();
      url = await addressOf(gateway);
      const ledger = openLedger({ dataDir, databaseUrl });
      expect(await ledger.intents()).toEqual([]);
      const records = new Map((await ledger.records(since)).map((record) => [record.id, record]));
      for (const { id, cost } of complete) {
        const record = records.get(id);
        expect(record, `the record of ${id}`).toBeDefined();
        expect(record?.status).toBe('ok');
        expect(record?.charges.map(({ settled, unit }) => unit === 'tokens' || settled === record.cost)).toEqual([
          true,
          true,
        ]);
        if (cost !== null) expect((record?.cost ?? 0) / 1e9).toBeCloseTo(cost, 9);
      }
      const lostNow = [...records.values()].filter(({ status }) => status === 'lost');
      for (const record of lostNow) {
        expect(record.charges).toHaveLength(2);
        for (const { held, settled } of record.charges) expect(settled).toBe(held);
      }
      lost += lostNow.length;
      if (open) {
        const charged = lostNow.map(({ id, cost }) => ({ id, held: cost }));
        const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
        expect(charged.sort(byId)).toEqual(open.sort(byId));
        if (open.length > 0) expect(gateway.said()).toMatch(new RegExp(`${open.length} requests? w(as|ere) under way`));
      }
      const spend = await ledger.recomputed();
      expect(await ledger.spend()).toEqual(spend);
      const { budgets } = await api<{ budgets: { budget: { id: string }; use: { spent: number; held: number }[] }[] }>(
        url,
        'GET',
        '/budgets',
      );
      for (const { budget, use } of budgets) {
        const known = spend.filter((entry) => entry.budget === budget.id);
        expect(use.map(({ spent, held }) => [spent, held])).toEqual(known.map(({ spent }) => [spent, 0]));
      }
      // Not open while files are copied: to close a file gives up the locks that this process has on it.
      await ledger.close();
    }
    // Else nothing was tried.
    expect(answered).toBeGreaterThan(kills);
    expect(lost).toBeGreaterThan(0);
  } finally {
    gateway.kill('SIGKILL');
    await gateway.ended;
  }
}

async function withDataDir(use: (dataDir: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-'));
  try {
    await mkdir(join(folder, 'data'));
    await use(join(folder, 'data'));
  } finally {
    await removeFolder(folder);
  }
}

it('knows every answer that a client saw complete, and charges what was under way, after twenty kills', async () => {
  await withDataDir((dataDir) => killAndLook(dataDir, undefined, 20));
}, 400_000);

const postgresUrl = inject('postgresUrl');

it.runIf(postgresUrl !== null)(
  'knows the same on PostgreSQL, after five kills',
  async () => {
    const database = await freshDatabase(postgresUrl ?? '');
    try {
      await withDataDir((dataDir) => killAndLook(dataDir, database.url, 5));
    } finally {
      await database.drop();
    }
  },
  180_000,
);
