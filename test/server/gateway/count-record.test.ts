/** What a provider is asked to count has left the house: it is on record, and in no sum over requests. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { SignalboxError } from '../../../server/errors.ts';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { openSource } from '../../../server/providers/catalogue.ts';
import { listedSource } from '../../../server/providers/listed-source.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { openToRead } from '../../../server/store/read-only.ts';
import { verifyLedger } from '../../../server/verify/ledger.ts';
import { freshDatabase } from '../../postgres.ts';
import { dialects } from '../control/house.ts';
import { json, startUpstream, type Upstream } from '../providers/upstream.ts';
import { ADMIN_TOKEN, API_KEY, eventually, graphOf, idOf, publish, recordOf, replayAll } from './harness.ts';
import { wholeMessage } from './message-samples.ts';
import { type SpendingGateway, startSpending } from './spending.ts';

const MODEL = 'anthropic/claude-haiku-4-5';
const ask = {
  model: 'policy/guarded',
  messages: [{ role: 'user' as const, content: 'Write to ada@engines.example' }],
};
const TAGS = { 'x-signalbox-tags': 'session=run-1,user=ada' };
const message = { ...ask, max_tokens: 20 };

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const isCount = ({ url }: IncomingMessage): boolean => url?.endsWith('/count_tokens') === true;
const counts: Answer = json(200, { input_tokens: 2095 });
const says: Answer = json(200, wholeMessage({ content: [{ type: 'text', text: 'Dear Ada' }] }));

describe.each(dialects)('a count of tokens by the provider on %s', (dialect) => {
  let database: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  let upstream: Upstream;
  let answer: Answer;
  let gateway: SpendingGateway;
  let anthropic: Anthropic;
  let guarded: string;
  let budget: string;

  beforeAll(async () => {
    database = dialect === 'postgres' ? await freshDatabase(inject('postgresUrl') ?? '') : null;
    upstream = await startUpstream((response, request) => answer(response, request));
    const { baseUrl } = upstream;
    gateway = await startSpending(database?.url ?? null, {
      providers: [
        {
          provider: createAnthropic({ name: 'anthropic', baseUrl, apiKey: 'secret' }),
          source: listedSource('anthropic', 'anthropic'),
        },
        {
          provider: createAnthropic({ name: 'gone', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'secret' }),
          source: openSource('gone', ['m'], true),
        },
      ],
    });
    anthropic = new Anthropic({ baseURL: gateway.url, apiKey: API_KEY, maxRetries: 0 });
    budget = (await gateway.budget({ limit: 1e12 })).id;
    const nodes = {
      enter: ['request', {}],
      protect: ['redact', { rules: [{ detect: 'email', action: 'placeholder' }] }],
      pay: ['budget', { budget, warnAt: null }],
      share: ['split', { variants: ['a', 'b'].map((port) => ({ port, label: port, weight: 1 })) }],
      call: ['model', { model: MODEL, retries: 0 }],
    } as const;
    guarded = await publish(
      gateway,
      'guarded',
      graphOf(nodes, [
        ...['enter.next > protect', 'protect.clean > pay', 'protect.found > pay', 'pay.within > share'],
        ...['share.a > call', 'share.b > call'],
      ]),
    );
    await publish(
      gateway,
      'nowhere',
      graphOf({ enter: ['request', {}], call: ['model', { model: 'gone/m' }] }, ['enter.next > call']),
    );
  });
  beforeEach(() => {
    answer = counts;
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    try {
      await replayAll(gateway);
    } finally {
      await gateway.stop();
      await upstream.close();
      await database?.drop();
    }
  });

  const count = (body: object = ask, headers: Record<string, string> = TAGS): Promise<Response> =>
    fetch(`${gateway.url}/v1/messages/count_tokens`, {
      method: 'POST',
      headers: { 'x-api-key': API_KEY, 'content-type': 'application/json', 'user-agent': 'app/1', ...headers },
      body: JSON.stringify(body),
    });
  const listed = async (query = ''): Promise<readonly { id: string; status: string }[]> =>
    (await gateway.api<{ records: { id: string; status: string }[] }>('GET', `/records?limit=200${query}`)).records;
  const span = () => `from=0&to=${Date.now() + 60_000}`;

  it('is on record with what went out, and costs nothing', async () => {
    const told = await count();
    expect([told.status, await told.json()]).toEqual([200, { input_tokens: 2095 }]);
    expect(Object.fromEntries(told.headers)).toMatchObject({
      'x-signalbox-token-count': 'provider',
      'x-signalbox-model': MODEL,
      'x-signalbox-policy': 'guarded@1',
      'x-signalbox-cost-usd': '0.000000000',
      'x-signalbox-redactions': '1',
    });
    const record = await recordOf(gateway, idOf(told));
    expect(record).toMatchObject({
      status: 'counted',
      httpStatus: 200,
      errorCode: null,
      endpoint: 'count_tokens',
      stream: false,
      app: 'app/1',
      requestedModel: 'policy/guarded',
      model: MODEL,
      policy: guarded,
      version: 1,
      cost: 0,
      charges: [],
      redactions: { email: 1 },
      usageSource: 'provider',
      tags: { session: { value: 'run-1', source: 'caller' }, user: { value: 'ada' } },
      facts: { 'request.endpoint': 'messages' },
    });
    expect(record.usage).toEqual({ ...record.usage, inputTokens: 0, outputTokens: 0 });
    expect(record.savedByRouting).toBeUndefined();
    expect(record.revisions).toEqual(expect.any(String));
    expect(record.trace.map(({ node }) => node)).toEqual(['enter', 'protect', 'pay', 'share', 'call']);
    expect(JSON.stringify(record.trace[1])).toContain('"places"');
    expect(record.attempts).toMatchObject([
      {
        node: 'call',
        model: MODEL,
        ok: true,
        failure: null,
        cost: 0,
        sent: { region: null, leavesHouse: true, protection: 'taken_out' },
      },
    ]);
    // As a model would have seen it, without what the app sent in clear.
    expect(record.content?.request).toBe(upstream.requests.at(-1)?.body);
    expect(record.content?.request).toContain('[[EMAIL_1]]');
    expect(record.content?.answer).toBeNull();
    expect(await gateway.api('GET', `/records/${record.id}`)).toMatchObject({ id: record.id });
    expect((await listed('&status=counted')).map(({ id }) => id)).toEqual([record.id]);
  });

  it('keeps of it what the settings say', async () => {
    const keep = (content: string) =>
      gateway.api('PUT', '/organisation/content-settings', {
        setting: { content, contentDays: null, recordDays: null },
        reason: 'for a test',
      });
    try {
      await keep('full');
      const whole = await recordOf(gateway, idOf(await count()));
      expect(whole.content?.request).toBe(JSON.stringify(ask));
      await keep('none');
      expect(await recordOf(gateway, idOf(await count()))).toMatchObject({ status: 'counted', content: null });
    } finally {
      await keep('redacted');
    }
  });

  it('is on record where the provider fails, cannot count, or cannot be reached', async () => {
    const one = async (body: object = ask): Promise<readonly [number, RequestRecord]> => {
      const told = await count(body);
      return [told.status, await recordOf(gateway, idOf(told))];
    };
    const out = { leavesHouse: true, protection: 'taken_out' };
    answer = json(529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
    expect(await one()).toMatchObject([
      502,
      {
        status: 'counted',
        httpStatus: 502,
        errorCode: 'upstream_error',
        model: null,
        cost: 0,
        attempts: [{ ok: false, failure: 'server_error', status: 529, sent: out }],
      },
    ]);
    answer = json(404, { error: 'no such page' });
    expect(await one()).toMatchObject([
      200,
      { status: 'counted', httpStatus: 200, errorCode: null, attempts: [{ ok: false, status: 404, sent: out }] },
    ]);
    answer = json(200, { nothing: 'of that kind' });
    expect(await one()).toMatchObject([502, { attempts: [{ failure: 'bad_answer', status: 200, sent: out }] }]);
    answer = (response) => response.destroy();
    expect(await one()).toMatchObject([502, { attempts: [{ failure: 'connect', status: null, sent: out }] }]);
    expect(await one({ ...ask, model: 'policy/nowhere' })).toMatchObject([
      502,
      { status: 'counted', attempts: [{ model: 'gone/m', failure: 'connect', sent: null }] },
    ]);
  });

  it('leaves no record where nobody was asked', async () => {
    const before = await listed();
    const sent = upstream.requests.length;
    expect((await count({ ...ask, model: 'policy/unknown' })).status).toBe(404);
    expect((await count({ ...ask, messages: [] })).status).toBe(400);
    await publish(
      gateway,
      'by-ourselves',
      graphOf({ enter: ['request', {}], call: ['model', { model: 'sandbox/small' }] }, ['enter.next > call']),
    );
    const own = await count({ ...ask, model: 'policy/by-ourselves' });
    expect([own.status, own.headers.get('x-signalbox-token-count')]).toEqual([200, 'estimated']);
    await publish(
      gateway,
      'never',
      graphOf({ enter: ['request', {}], no: ['block', { status: 403, message: 'Not here.' }] }, ['enter.next > no']),
    );
    expect((await count({ ...ask, model: 'policy/never' })).status).toBe(403);
    expect(await listed()).toEqual(before);
    expect(upstream.requests.length).toBe(sent);
  });

  it('changes no sum over requests', async () => {
    answer = (response, request) => (isCount(request) ? counts : says)(response, request);
    const { live, runtime } = gateway.running.gateway;
    const [organisation = ''] = runtime().snapshot.organisations.keys();
    const used = async (by: string) => {
      const { totals } = await gateway.api<{ totals: { group: string | null; requests: number; errors: number }[] }>(
        'GET',
        `/usage?by=${by}&${span()}`,
      );
      return totals.map(({ group, requests, errors }) => [group, requests, errors]);
    };
    const sums = async (): Promise<object> => {
      const paths = [
        ...['/sessions', '/sessions/run-1', '/budgets', `/months/${new Date().toISOString().slice(0, 7)}`],
        `/policies/${guarded}/versions/1/edges?${span()}`,
        `/policies/${guarded}/variants?node=share&${span()}`,
        `/records/replayable?policy=${guarded}`,
        `/feedback?policy=${guarded}`,
      ];
      const { policies } = await gateway.api<{ policies: { name: string; traffic: object }[] }>('GET', '/policies');
      const { requests, errors, running, byModel } = live.totals(organisation, null, Date.now());
      return {
        told: await Promise.all(paths.map((path) => gateway.api<{ read?: number }>('GET', path))).then((all) =>
          // How many records were read for an answer is no sum over requests.
          all.map(({ read: _, ...rest }) => rest),
        ),
        policies: policies.map(({ name, traffic }) => [name, traffic]),
        now: { requests, errors, running, byModel },
      };
    };
    await anthropic.messages.create(message, { headers: TAGS });
    await gateway.settled();
    const before = await sums();
    expect(JSON.stringify(before)).toContain('"requests":1');
    for (const reply of [counts, json(500, {}), json(404, {})]) {
      answer = reply;
      await (await count()).text();
    }
    expect(await sums()).toEqual(before);
    // Kept sums are made in the order of records: where this one is among them, those before it have been seen.
    answer = says;
    await anthropic.messages.create(message, { headers: TAGS });
    await eventually(async () => expect(await used('status')).toEqual([['ok', 2, 0]]));
    for (const by of ['endpoint', 'model', 'tag:session']) {
      expect(
        (await used(by)).map(([, ...sum]) => sum),
        by,
      ).toEqual([[2, 0]]);
    }
    await gateway.settled();
  });

  it('is among what left the house, and in the export', async () => {
    const table = async () => {
      const { groups } = await gateway.api<{
        groups: { model: string; protection: string; requests: number; counts: number; calls: number }[];
      }>('GET', `/audit/left-house?${span()}`);
      return groups.find(({ model, protection }) => model === MODEL && protection === 'taken_out');
    };
    const before = await table();
    const told = await count();
    await told.text();
    const after = await table();
    expect(after).toMatchObject({ region: null, leavesHouse: true, asSetToday: false, policy: guarded, version: 1 });
    expect([after?.requests, after?.counts, after?.calls]).toEqual(
      [before?.requests, before?.counts, before?.calls].map((sum = 0) => sum + 1),
    );
    const read = async (path: string): Promise<string> => {
      const file = await fetch(`${gateway.url}/api${path}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
      expect(file.status).toBe(200);
      return file.text();
    };
    const [head = '', ...rows] = (await read(`/audit/left-house?${span()}&format=csv`)).trimEnd().split('\n');
    expect(head).toMatch(/,Requests of which only the tokens were counted$/);
    expect(rows.find((row) => row.includes('found and taken out'))).toMatch(new RegExp(`,${after?.counts}$`));
    const lines = (await read('/records/export?format=jsonl&status=counted')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toContain(idOf(told));
    expect(await read('/records/export?format=csv&status=counted')).toContain(`${idOf(told)},`);
  });

  it('adds up where the ledger is verified', async () => {
    const stores = await openToRead({ dataDir: gateway.dataDir, databaseUrl: database?.url });
    try {
      const ledger = { ...stores, intentsInFiles: () => Promise.resolve([]) };
      expect((await verifyLedger(ledger, () => {})).differences).toEqual([]);
    } finally {
      await stores.control.destroy();
      await stores.records.destroy();
    }
  });

  it('is answered once its record is durable, and never where that cannot be written', async () => {
    const { writer } = gateway.running.gateway;
    const write = writer.record.bind(writer);
    let written = false;
    vi.spyOn(writer, 'record').mockImplementation(async (record) => {
      await write(record);
      written = true;
    });
    expect((await count()).status).toBe(200);
    expect(written).toBe(true);
    vi.spyOn(writer, 'record').mockRejectedValue(new SignalboxError('record_failed'));
    const failed = await count();
    expect([failed.status, await failed.json()]).toMatchObject([503, { error: { code: 'record_failed' } }]);
    vi.restoreAllMocks();
    const sent = upstream.requests.length;
    vi.spyOn(writer, 'full', 'get').mockReturnValue(true);
    const full = await count();
    expect([full.status, await full.json()]).toMatchObject([503, { error: { code: 'overloaded' } }]);
    expect(upstream.requests.length).toBe(sent);
  });

  it('is decided again the same, and has no answer that could be judged', async () => {
    const told = await count();
    await told.text();
    expect(await gateway.api('POST', `/records/${idOf(told)}/replay`, {})).toMatchObject({ result: 'same', cost: 0 });
    const judged = await fetch(`${gateway.url}/v1/feedback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ request_id: idOf(told), score: 1 }),
    });
    expect([judged.status, await judged.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
  });
});
