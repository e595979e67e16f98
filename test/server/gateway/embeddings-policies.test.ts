/** Embeddings that are carried over to Gemini and Bedrock, under policies: privacy, money, failures, caches. */
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { createBedrock } from '../../../server/providers/bedrock.ts';
import { createGoogle } from '../../../server/providers/google.ts';
import { listedSource } from '../../../server/providers/listed-source.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { freshDatabase } from '../../postgres.ts';
import { json, startUpstream, type Upstream } from '../providers/upstream.ts';
import { API_KEY, eventually, idOf, newestRecord, recordOf } from './harness.ts';
import { type SpendingGateway, startSpending } from './spending.ts';

const postgresUrl = inject('postgresUrl');

const TITAN = 'bedrock/amazon.titan-embed-text-v2:0';
const GEMINI = 'google/gemini-embedding-001';
/** Nano-dollars of a token. */
const PRICE = { titan: 20, gemini: 150 };
const EMAIL = 'ada.lovelace@engines.example';

const inputText = z.object({ inputText: z.string() });
const titan = (tokens: number) => json(200, { embedding: [0.6, 0.8], inputTextTokenCount: tokens });
const gemini = (body: string) => {
  const { requests = [{}] } = z.object({ requests: z.array(z.object({})).optional() }).parse(JSON.parse(body));
  const embeddings = requests.map(() => ({ values: [3, 4] }));
  return json(200, requests.length > 1 ? { embeddings } : { embedding: embeddings[0] });
};
const answered = z.object({ data: z.array(z.object({ embedding: z.array(z.number()) })) });

describe.each(['sqlite', ...(postgresUrl === null ? [] : ['postgres'])])('embeddings on %s', (dialect) => {
  let gateway: SpendingGateway;
  let bedrock: Upstream;
  let google: Upstream;
  let drop: (() => Promise<void>) | null = null;
  let onTitan: (response: ServerResponse, text: string) => void;
  let onGemini: (response: ServerResponse, body: string) => void;

  beforeAll(async () => {
    const database = dialect === 'postgres' && postgresUrl !== null ? await freshDatabase(postgresUrl) : null;
    drop = database?.drop ?? null;
    const bodyOf = ({ requests }: Upstream, request: unknown) =>
      requests.find(({ head }) => head === request)?.body ?? '';
    bedrock = await startUpstream((response, request) =>
      onTitan(response, inputText.parse(JSON.parse(bodyOf(bedrock, request))).inputText),
    );
    google = await startUpstream((response, request) => onGemini(response, bodyOf(google, request)));
    const credentials = { apiKey: 'secret' };
    gateway = await startSpending(database?.url ?? null, {
      providers: [
        {
          provider: createBedrock({ name: 'bedrock', region: 'eu-north-1', baseUrl: bedrock.baseUrl, credentials }),
          source: listedSource('bedrock', 'aws'),
        },
        {
          provider: createGoogle({ name: 'google', baseUrl: google.baseUrl, apiKey: 'secret' }),
          source: listedSource('google', 'google'),
        },
      ],
    });
  });
  beforeEach(() => {
    onTitan = titan(10);
    onGemini = (response, body) => gemini(body)(response);
    bedrock.requests.splice(0);
    google.requests.splice(0);
  });
  afterEach(() => gateway.settled());
  afterAll(async () => {
    const stopped = gateway.stop();
    await Promise.all([bedrock.close(), google.close()]);
    await stopped;
    await drop?.();
  });

  const embed = (body: object, signal: AbortSignal | null = null) =>
    fetch(`${gateway.url}/v1/embeddings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  const spentOf = (budget: string): number => gateway.cells(budget).reduce((sum, cell) => sum + cell.spent, 0);
  const texts = (count: number) => Array.from({ length: count }, (_, i) => `text ${i}`);

  /** Everything goes through a budget of a dollar, and the way that is given. */
  async function paying(settings: object = {}, model: object = { model: 'asked', retries: 0 }): Promise<string> {
    const { id } = await gateway.budget({ limit: 1_000_000_000 });
    await gateway.use(
      {
        enter: ['request', {}],
        pay: ['budget', { budget: id, warnAt: null, ...settings }],
        call: ['model', { timeoutSeconds: 20, ...model }],
      },
      ['enter.next > pay', 'pay.within > call'],
    );
    return id;
  }

  /** What a record's attempts cost is what the record costs, and what its budget was charged. */
  function expectShown({ attempts, cost, charges }: RequestRecord, budget: string): void {
    expect(attempts.reduce((sum, attempt) => sum + (attempt.cost ?? 0), 0)).toBe(cost);
    expect(charges.filter((charge) => charge.budget === budget).map(({ settled }) => settled)).toEqual([cost]);
    expect(spentOf(budget)).toBe(cost);
  }

  it('cost what the vendor has counted in all of its calls', async () => {
    const budget = await paying();
    const response = await embed({ model: TITAN, input: texts(12) });
    expect(answered.parse(await response.json()).data).toHaveLength(12);
    expect(bedrock.requests).toHaveLength(12);
    const record = await recordOf(gateway, idOf(response));
    expect(record).toMatchObject({ usage: { inputTokens: 120 }, usageSource: 'provider', cost: 120 * PRICE.titan });
    expectShown(record, budget);
  });

  it('cost what the gateway guesses where the vendor says nothing, and the record says so', async () => {
    const budget = await paying();
    const response = await embed({ model: GEMINI, input: texts(3) });
    expect(response.status).toBe(200);
    const record = await recordOf(gateway, idOf(response));
    const { inputTokens } = record.usage;
    expect(inputTokens).toBeGreaterThan(0);
    expect(record).toMatchObject({ usageSource: 'estimated', cost: inputTokens * PRICE.gemini });
    expectShown(record, budget);
  });

  it('are one failed attempt where a call in the middle fails, charged as far as its record shows', async () => {
    const budget = await paying();
    onTitan = (response, text) => {
      if (text === 'text 0') titan(10)(response);
      else if (text === 'text 3') json(500, { message: 'Simulated: broken.' })(response);
    };
    const response = await embed({ model: TITAN, input: texts(30) });
    expect(response.status).toBe(502);
    const record = await recordOf(gateway, idOf(response));
    expect(record).toMatchObject({
      status: 'failed',
      attempts: [
        {
          ok: false,
          failure: 'server_error',
          status: 500,
          usageSource: 'estimated',
          sent: { protection: 'not_looked_for' },
        },
      ],
    });
    expect(record.cost).toBeGreaterThan(0);
    expectShown(record, budget);
    expect(bedrock.requests.length).toBeLessThanOrEqual(9);
  });

  it('cost nothing where the first call is refused', async () => {
    const budget = await paying();
    onTitan = json(429, { message: 'Too many requests' });
    const response = await embed({ model: TITAN, input: texts(30) });
    expect(response.status).toBe(429);
    const record = await recordOf(gateway, idOf(response));
    expect(record).toMatchObject({ cost: 0, attempts: [{ failure: 'rate_limited', status: 429 }] });
    expect([bedrock.requests.length, spentOf(budget)]).toEqual([1, 0]);
  });

  it('are ended together where the client leaves, and charged', async () => {
    const budget = await paying();
    const abort = new AbortController();
    let open = 0;
    onTitan = (response, text) => {
      if (text === 'text 0') return void titan(10)(response);
      open += 1;
      response.on('close', () => {
        open -= 1;
      });
      if (open === 8) abort.abort();
    };
    await expect(embed({ model: TITAN, input: texts(30) }, abort.signal)).rejects.toThrow();
    await eventually(() => expect(open).toBe(0));
    const record = await newestRecord(gateway, ({ attempts }) => attempts[0]?.failure === 'aborted');
    expect(record.cost).toBeGreaterThan(0);
    await gateway.settled();
    expectShown(record, budget);
  });

  it('are tried again as a whole', async () => {
    const budget = await paying({}, { model: TITAN, retries: 1 });
    let failed = false;
    onTitan = (response, text) => {
      if (text !== 'text 2' || failed) return void titan(10)(response);
      failed = true;
      json(503, { message: 'Simulated: overloaded.' })(response);
    };
    const response = await embed({ model: 'any', input: texts(4) });
    expect(response.status).toBe(200);
    const record = await recordOf(gateway, idOf(response));
    expect(record.attempts).toMatchObject([{ ok: false, failure: 'server_error' }, { ok: true }]);
    expectShown(record, budget);
  });

  it('go on to a model of another vendor', async () => {
    const { id: budget } = await gateway.budget({ limit: 1_000_000_000 });
    await gateway.use(
      {
        enter: ['request', {}],
        pay: ['budget', { budget, warnAt: null }],
        call: ['fallback', { models: [TITAN, GEMINI], timeoutSeconds: 20 }],
      },
      ['enter.next > pay', 'pay.within > call'],
    );
    onTitan = json(503, { message: 'Simulated: overloaded.' });
    const response = await embed({ model: 'any', input: texts(2) });
    expect(response.headers.get('x-signalbox-model')).toBe(GEMINI);
    expect(answered.parse(await response.json()).data.map(({ embedding }) => embedding)).toEqual([
      [0.6, 0.8],
      [0.6, 0.8],
    ]);
    const record = await recordOf(gateway, idOf(response));
    expect(record.attempts).toMatchObject([
      { model: TITAN, ok: false, cost: 0 },
      { model: GEMINI, ok: true },
    ]);
    expectShown(record, budget);
  });

  it('go on past a model that has no place for what was asked for, without asking it', async () => {
    // One that has not failed before, so that it is not left alone.
    await gateway.use(
      {
        enter: ['request', {}],
        call: ['fallback', { models: ['bedrock/eu.amazon.titan-embed-text-v2:0', GEMINI], timeoutSeconds: 20 }],
      },
      ['enter.next > call'],
    );
    onGemini = json(200, { embedding: { values: Array(300).fill(0.1) } });
    const response = await embed({ model: 'any', input: 'x', dimensions: 300 });
    expect(response.headers.get('x-signalbox-model')).toBe(GEMINI);
    expect(bedrock.requests).toHaveLength(0);
    expect(google.requests[0]?.body).toContain('"outputDimensionality":300');
  });

  it('are asked for without what a model lacks, where the policy says so, and the record says it', async () => {
    await gateway.use(
      { enter: ['request', {}], call: ['model', { model: TITAN, timeoutSeconds: 20, retries: 0, dropLacking: true }] },
      ['enter.next > call'],
    );
    const response = await embed({ model: 'any', input: 'x', input_type: 'search_query' });
    expect(response.status).toBe(200);
    expect(bedrock.requests.map(({ body }) => JSON.parse(body))).toEqual([{ inputText: 'x' }]);
    const record = await recordOf(gateway, idOf(response));
    expect(record.attempts).toHaveLength(1);
    expect(JSON.stringify(record.trace)).toContain('what the embeddings are for');
  });

  it.each([
    [TITAN, 2],
    [GEMINI, 1],
  ])('are asked of %s without private data, in every call', async (model, calls) => {
    await gateway.use(
      {
        enter: ['request', {}],
        protect: ['redact', { rules: [{ detect: 'email', action: 'placeholder' }] }],
        call: ['model', { model, timeoutSeconds: 20, retries: 0 }],
      },
      ['enter.next > protect', 'protect.clean > call', 'protect.found > call'],
    );
    const response = await embed({ model: 'any', input: ['hello', `write to ${EMAIL}`], user: EMAIL });
    expect(response.status).toBe(200);
    const sent = [...bedrock.requests, ...google.requests];
    expect(sent).toHaveLength(calls);
    for (const { body } of sent) expect(body).not.toContain('lovelace');
    expect(sent.map(({ body }) => body).join()).toMatch(/write to \[/);
    const record = await recordOf(gateway, idOf(response));
    expect(record).toMatchObject({ attempts: [{ sent: { leavesHouse: true, protection: 'taken_out' } }] });
    expect(JSON.stringify(record.content)).not.toContain('lovelace');
  });

  it('are given again from a cache', async () => {
    await gateway.use(
      {
        enter: ['request', {}],
        kept: ['cache', {}],
        call: ['model', { model: 'asked', timeoutSeconds: 20, retries: 0 }],
      },
      ['enter.next > kept', 'kept.miss > call'],
    );
    const body = { model: TITAN, input: ['kept', dialect] };
    const first = await embed(body);
    const before = await first.json();
    const again = await embed(body);
    expect([first, again].map(({ headers }) => headers.get('x-signalbox-cache'))).toEqual(['miss', 'hit']);
    expect(await again.json()).toEqual(before);
    expect(bedrock.requests).toHaveLength(2);
  });

  it('are refused before anything is sent where a text is longer than the model reads', async () => {
    await paying();
    const response = await embed({ model: GEMINI, input: ['short', 'x'.repeat(9000)] });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('2048 tokens') } });
    expect(google.requests).toHaveLength(0);
  });
});
