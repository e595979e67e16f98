/** What each kind of answer costs, through a real gateway and real upstreams, behind a budget in dollars. */
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Model, Price } from '../../../policies/model.ts';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { fixedSource, openSource } from '../../../server/providers/catalogue.ts';
import { listedSource } from '../../../server/providers/listed-source.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { SANDBOX_MODELS } from '../../../server/providers/sandbox/sandbox.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { graphOf, idOf, publish, recordOf, replayAll } from '../gateway/harness.ts';
import { ask, refusalSchema, type SpendingGateway, startSpending } from '../gateway/spending.ts';
import text from '../providers/fixtures/anthropic/text.fixture.json' with { type: 'json' };
import { type Event, json, sse, startUpstream, stream, streamHead, type Upstream } from '../providers/upstream.ts';

const [small] = SANDBOX_MODELS;
if (!small) throw new Error('The sandbox has no model.');

/** So many dollars for a million tokens; every amount is another one, so that each token shows where it was counted. */
const DOLLAR = 1e9;
const RATE = {
  aboveInputTokens: 0,
  input: 3 * DOLLAR,
  cachedInput: 0.3 * DOLLAR,
  cacheWrite: 3.75 * DOLLAR,
  cacheWriteHour: 6 * DOLLAR,
  audioInput: 40 * DOLLAR,
  cachedAudio: 2.5 * DOLLAR,
  imageInput: 5 * DOLLAR,
  output: 15 * DOLLAR,
  audioOutput: 80 * DOLLAR,
};
const modelOf = (name: string, price: Price): Model => ({
  ...small,
  id: `priced/${name}`,
  provider: 'priced',
  name,
  price,
  supports: { ...small.supports, audio: true },
});
const MODELS = [
  modelOf('plain', [RATE]),
  modelOf('tiered', [RATE, { ...RATE, aboveInputTokens: 1000, input: 6 * DOLLAR, output: 22.5 * DOLLAR }]),
  modelOf('by-request', [{ ...RATE, perRequest: 5_000_000 }]),
];

let upstream: Upstream;
let vendor: Upstream;
let gateway: SpendingGateway;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  upstream = await startUpstream((response) => answer(response));
  vendor = await startUpstream((response) => answer(response));
  const compatible = (name: string) => createOpenAiCompatible({ name, baseUrl: upstream.baseUrl, apiKey: null });
  gateway = await startSpending(null, {
    providers: [
      { provider: compatible('priced'), source: fixedSource('priced', MODELS) },
      { provider: compatible('house'), source: openSource('house', ['llama'], false) },
      { provider: compatible('away'), source: openSource('away', ['known'], true) },
      {
        provider: createAnthropic({ name: 'anthropic', baseUrl: vendor.baseUrl, apiKey: 'secret' }),
        source: listedSource('anthropic', 'anthropic'),
      },
    ],
  });
  const { id } = await gateway.budget({ limit: 1000 * DOLLAR });
  await gateway.useBudget(id, { allowEstimate: true });
});

afterAll(async () => {
  expect(await replayAll(gateway)).toBeGreaterThan(0);
  await gateway.stop();
  await upstream.close();
  await vendor.close();
});

afterEach(() => gateway.settled());

const CHOICE = { index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' };
const answersWith = (usage: object, choices: readonly object[] = [CHOICE]) =>
  json(200, { id: 'chatcmpl-1', choices, usage });

async function asking(body: object): Promise<{ status: number; body: string; record: RequestRecord }> {
  const response = await gateway.chat(body);
  const said = await response.text();
  return { status: response.status, body: said, record: await recordOf(gateway, idOf(response)) };
}

/** Dollars for a million tokens are thousands of nano-dollars for one. */
const nano = (dollars: number): number => Math.round(dollars * 1000);

const read = (prompt_tokens: number, details: object = {}, completion_tokens = 10, written: object = {}) => ({
  prompt_tokens,
  completion_tokens,
  prompt_tokens_details: details,
  completion_tokens_details: written,
});
const OUTPUT = 10 * 15;

it.each([
  ['plain', 'plain', read(100), 100 * 3 + OUTPUT],
  ['from a cache', 'plain', read(100, { cached_tokens: 80 }), 20 * 3 + 80 * 0.3 + OUTPUT],
  ['put into a cache for minutes', 'plain', read(100, { cache_write_tokens: 60 }), 40 * 3 + 60 * 3.75 + OUTPUT],
  [
    'put into a cache for an hour in part',
    'plain',
    read(100, { cache_write_tokens: 60, cache_write_1h_tokens: 50 }),
    40 * 3 + 10 * 3.75 + 50 * 6 + OUTPUT,
  ],
  ['with reasoning', 'plain', read(100, {}, 40, { reasoning_tokens: 30 }), 100 * 3 + 40 * 15],
  ['with images', 'plain', read(100, { image_tokens: 70 }), 30 * 3 + 70 * 5 + OUTPUT],
  [
    'with sound',
    'plain',
    read(100, { audio_tokens: 70 }, 30, { audio_tokens: 20 }),
    30 * 3 + 70 * 40 + 10 * 15 + 20 * 80,
  ],
  [
    'with sound from a cache',
    'plain',
    read(100, { audio_tokens: 70, cached_tokens: 50, cached_tokens_details: { audio_tokens: 40 } }),
    20 * 3 + 30 * 40 + 10 * 0.3 + 40 * 2.5 + OUTPUT,
  ],
  ['of the largest short input', 'tiered', read(1000), 1000 * 3 + OUTPUT],
  ['of long input', 'tiered', read(1001), 1001 * 6 + 10 * 22.5],
  ['priced by request too', 'by-request', read(100), 100 * 3 + OUTPUT + 5000],
] as const)('an answer %s costs what its tokens do', async (what, name, usage, due) => {
  answer = answersWith(usage);
  // Long enough that the bound of the input covers what is reported.
  const { record } = await asking(ask('x'.repeat(1100), { model: `priced/${name}`, max_tokens: 50 }));
  expect(record).toMatchObject({
    status: 'ok',
    usageSource: 'provider',
    cost: nano(due),
    attempts: [{ cost: nano(due), price: 'built in' }],
    charges: [{ settled: nano(due) }],
  });
  // Sound that nobody asked for is above the hold: it is settled as it was reported all the same.
  if (what !== 'with sound') expect(record.charges[0]?.held).toBeGreaterThanOrEqual(nano(due));
});

it('several answers at once cost what they have together', async () => {
  answer = answersWith(
    read(20, {}, 90),
    [0, 1, 2].map((index) => ({ ...CHOICE, index })),
  );
  const { record } = await asking(ask('Say it thrice.', { model: 'priced/plain', n: 3, max_tokens: 30 }));
  expect(record).toMatchObject({ cost: nano(20 * 3 + 90 * 15), usage: { outputTokens: 90 } });
  expect(record.charges[0]?.held).toBeGreaterThanOrEqual(record.cost);
});

it('sound is held at its own price, so that no answer in sound can cost more than was held', async () => {
  const body = ask('Say it aloud.', { model: 'priced/plain', max_tokens: 50 });
  answer = answersWith(read(40, { audio_tokens: 40 }, 50, { audio_tokens: 50 }));
  const { record } = await asking({ ...body, modalities: ['text', 'audio'] });
  expect(record.cost).toBe(nano(40 * 40 + 50 * 80));
  expect(record.charges[0]?.held).toBeGreaterThanOrEqual(record.cost);
});

it('a stream that reports nothing costs an estimate of what was read and written', async () => {
  const chunk = (delta: object, finish_reason: string | null = null): Event => ({
    data: { id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] },
  });
  answer = stream([chunk({ content: 'x'.repeat(400) }), chunk({}, 'stop'), { data: '[DONE]' }]);
  const { record } = await asking(ask('y'.repeat(400), { model: 'priced/plain', stream: true, max_tokens: 300 }));
  expect(record).toMatchObject({ status: 'ok', usageSource: 'estimated', usage: { outputTokens: 100 } });
  expect(record.usage.inputTokens).toBeGreaterThanOrEqual(100);
  expect(record.cost).toBe(nano(record.usage.inputTokens * 3 + 100 * 15));
  expect(record.charges).toMatchObject([{ settled: record.cost }]);
});

it('a stream that breaks off costs what was read and what had come of it, and never more than was held', async () => {
  const delta = { content: 'x'.repeat(4000) };
  answer = (response) => {
    const event = { data: { id: 'chatcmpl-1', choices: [{ index: 0, delta, finish_reason: null }] } };
    streamHead(response).write(sse([event]), () => response.destroy());
  };
  const { record } = await asking(ask('Write.', { model: 'priced/plain', stream: true, max_tokens: 20 }));
  expect(record).toMatchObject({ status: 'failed', usageSource: 'estimated', usage: { outputTokens: 1000 } });
  // A thousand tokens of output were estimated where at most twenty could be: what was held is charged.
  expect(record.charges).toMatchObject([{ settled: record.charges[0]?.held }]);
  expect(record.cost).toBe(record.charges[0]?.held);
});

it.each([400, 401, 429, 500, 503])('an answer with the error %d costs nothing', async (status) => {
  answer = json(status, { error: { message: 'No.', type: 'error', code: null } });
  const { record } = await asking(ask('Hello', { model: 'priced/by-request' }));
  expect(record).toMatchObject({ cost: 0, charges: [{ settled: 0 }] });
  expect(new Set(record.attempts.map(({ cost }) => cost))).toEqual(new Set([0]));
});

it('a model on one’s own machines costs nothing, and says so', async () => {
  answer = answersWith(read(100));
  const { record } = await asking(ask('Hello', { model: 'house/llama' }));
  expect(record).toMatchObject({ status: 'ok', cost: 0, attempts: [{ cost: 0, price: 'own machines, free' }] });
});

const written = {
  input_tokens: 20,
  cache_creation_input_tokens: 60,
  cache_read_input_tokens: 100,
  cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 50 },
  output_tokens: 12,
};
/** A dollar in, five out, a tenth for what is cached, 1.25 for minutes in a cache and 2 for an hour; a million tokens. */
const WRITTEN = nano(20 * 1 + 100 * 0.1 + 10 * 1.25 + 50 * 2 + 12 * 5);

it.each([
  ['whole', json(200, { ...text.whole, usage: written })],
  [
    'streamed',
    stream(
      text.stream.map((event): Event => {
        const { data } = event;
        if (data.type === 'message_start' && 'message' in data) {
          return { ...event, data: { ...data, message: { ...data.message, usage: { ...written, output_tokens: 1 } } } };
        }
        return data.type === 'message_delta' ? { ...event, data: { ...data, usage: written } } : event;
      }),
    ),
  ],
])('what Anthropic puts into a cache costs by how long it stays there, %s', async (how, answers) => {
  answer = answers;
  const long = 'z'.repeat(300);
  const { record } = await asking(ask(long, { model: 'anthropic/claude-haiku-4-5', stream: how === 'streamed' }));
  expect(record).toMatchObject({
    status: 'ok',
    usageSource: 'provider',
    usage: { inputTokens: 180, cachedInputTokens: 100, cacheWriteTokens: 60, cacheWriteHourTokens: 50 },
    cost: WRITTEN,
  });
  expect(record.attempts[0]?.price).toMatch(/^list [0-9a-f]{8} of \d{4}-\d\d-\d\d$/);
  expect(record.charges[0]?.held).toBeGreaterThanOrEqual(WRITTEN);
});

it('a model without a price is refused behind a budget in dollars, passes elsewhere, and is listed to be priced', async () => {
  const refused = await asking(ask('Hello', { model: 'away/known' }));
  expect(refusalSchema.parse(JSON.parse(refused.body)).error.code).toBe('price_unknown');
  await asking(ask('Hello', { model: 'away/other' }));

  answer = answersWith(read(100));
  const graph = graphOf({ enter: ['request', {}], call: ['model', { model: 'away/other' }] }, ['enter.next > call']);
  await publish(gateway, 'free-of-budgets', graph);
  const passed = await asking(ask('Hello', { model: 'policy/free-of-budgets' }));
  expect(passed.record).toMatchObject({
    status: 'ok',
    cost: 0,
    usage: { inputTokens: 100 },
    attempts: [{ cost: null, price: null }],
  });

  const { models } = await gateway.api<{ models: object[] }>('GET', '/models/unpriced');
  expect(models).toEqual([
    { id: 'away/other', label: 'other', offered: false, requests: 1, refused: 1 },
    { id: 'away/known', label: 'known', offered: true, requests: 0, refused: 1 },
  ]);
});
