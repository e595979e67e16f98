/** Budgets that the bytes of a request do not fit and its counted tokens do, through a real gateway and a real upstream. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import o200k from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { chatBody, viewOfChat } from '../../../policies/chat.ts';
import type { HoldResult } from '../../../policies/effects.ts';
import type { Model } from '../../../policies/model.ts';
import { inputTokenBound } from '../../../policies/price.ts';
import { fixedSource } from '../../../server/providers/catalogue.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { SANDBOX_MODELS } from '../../../server/providers/sandbox/sandbox.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { json, sse, startUpstream, streamHead, type Upstream } from '../providers/upstream.ts';
import { API_KEY, eventually, graphOf, idOf, newestRecord, publish, recordOf, replayAll } from './harness.ts';
import { ask, type ChatRequest, refusalSchema, type SpendingGateway, startSpending } from './spending.ts';

const [small] = SANDBOX_MODELS;
if (!small) throw new Error('The sandbox has no model.');
const modelOf = (name: string, tokenizer: Model['tokenizer']): Model => ({
  ...small,
  id: `known/${name}`,
  provider: 'known',
  name,
  tokenizer,
});

let upstream: Upstream;
let gateway: SpendingGateway;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  upstream = await startUpstream((response) => answer(response));
  const provider = createOpenAiCompatible({ name: 'known', baseUrl: upstream.baseUrl, apiKey: null });
  const source = fixedSource('known', [modelOf('counted', 'o200k'), modelOf('other', null)]);
  gateway = await startSpending(null, { providers: [{ provider, source }] });
});

afterAll(async () => {
  expect(await replayAll(gateway)).toBeGreaterThan(0);
  await gateway.stop();
  await upstream.close();
});

afterEach(() => gateway.settled());

/** Answers in one piece, and reports so many tokens of input; none where it reports nothing. */
const answersWith = (prompt_tokens: number | null) => {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }];
  const usage = { prompt_tokens, completion_tokens: 2, total_tokens: (prompt_tokens ?? 0) + 2 };
  return json(200, { id: 'chatcmpl-1', choices, ...(prompt_tokens === null ? {} : { usage }) });
};

/** English has about four bytes for a token. */
const ENGLISH = 'Please tell me whether the old house behind the station is still for sale. '.repeat(40);
const TOKENS = o200k.countTokens(ENGLISH);
const request = (content: unknown = ENGLISH, more: Partial<ChatRequest> = {}): ChatRequest =>
  ask(content, { model: 'known/counted', ...more });
const bytesOf = (body: ChatRequest): number => {
  const view = viewOfChat(chatBody.parse(body));
  return inputTokenBound(view, small) + (view.maxOutputTokens ?? 0);
};
/** Twice what the request really is: the bytes are about four times as much. */
const TIGHT = 2 * (TOKENS + 100);

const holdOf = (record: Pick<RequestRecord, 'trace'>): HoldResult | undefined =>
  record.trace.flatMap((step) => step.results ?? []).find((result) => 'budgetName' in result);

async function asking(body: ChatRequest): Promise<{ response: Response; text: string; record: RequestRecord }> {
  const response = await gateway.chat(body);
  const text = await response.text();
  return { response, text, record: await recordOf(gateway, idOf(response)) };
}

it('admits by counted tokens what its bytes would refuse, and decides the same when it is tried or replayed', async () => {
  expect(bytesOf(request())).toBeGreaterThan(TIGHT);
  answer = answersWith(TOKENS + 7);
  const budget = await gateway.budget({ limit: TIGHT, unit: 'tokens' });
  const graph = graphOf(
    {
      enter: ['request', {}],
      pay: ['budget', { budget: budget.id, warnAt: null }],
      call: ['model', { model: 'asked' }],
    },
    ['enter.next > pay', 'pay.within > call'],
  );
  const policy = await publish(gateway, 'counts', graph);

  const dry = await gateway.chat({ ...request(), model: 'policy/counts' }, { 'x-signalbox-dry-run': 'true' });
  expect(dry.status).toBe(200);
  const tried = await gateway.api<{ decision: Pick<RequestRecord, 'trace'> }>('POST', `/policies/${policy}/simulate`, {
    request: request(),
  });
  await gateway.useBudget(budget.id);
  const { response, record } = await asking(request());
  expect(response.status).toBe(200);
  const hold = holdOf(record);
  expect(hold).toMatchObject({ port: 'within', counted: true });
  expect(hold?.amount).toBeGreaterThanOrEqual(TOKENS + 100);
  expect(hold?.amount).toBeLessThanOrEqual(TIGHT);
  expect(record.charges).toMatchObject([{ held: hold?.amount, settled: TOKENS + 9 }]);
  expect(record.trace[1]?.reason).toContain('by a count of its tokens');
  expect(holdOf(tried.decision)).toEqual(hold);
  const replayed = await gateway.api('POST', `/records/${record.id}/replay`, {});
  expect(replayed).toMatchObject({ result: 'same' });
});

it('refuses it for a model whose tokenizer is not known', async () => {
  const budget = await gateway.budget({ limit: TIGHT, unit: 'tokens' });
  await gateway.useBudget(budget.id);
  const { response, text } = await asking(request(ENGLISH, { model: 'known/other' }));
  expect(response.status).toBe(429);
  expect(refusalSchema.parse(JSON.parse(text)).error.code).toBe('budget_exhausted');
});

it('never admits above the limit, however many are counted at once', async () => {
  answer = answersWith(TOKENS + 7);
  const budget = await gateway.budget({ limit: 3 * TIGHT, unit: 'tokens' });
  await gateway.useBudget(budget.id);
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => (await gateway.chat(request(`${ENGLISH} ${i}`))).status),
  );
  expect(new Set(answers)).toEqual(new Set([200, 429]));
  await gateway.settled();
  const [cell] = gateway.cells(budget.id);
  expect(cell?.spent).toBeLessThanOrEqual(3 * TIGHT);
  expect(cell?.spent).toBe(answers.filter((status) => status === 200).length * (TOKENS + 9));
});

it('counts again what a later node has changed, before the model is called', async () => {
  answer = answersWith(null);
  const budget = await gateway.budget({ limit: TIGHT, unit: 'tokens' });
  const nodes = {
    enter: ['request', {}],
    pay: ['budget', { budget: budget.id, warnAt: null }],
    hide: ['redact', { rules: [{ name: 'place', words: ['station'], action: 'mask' }] }],
    order: ['limit', { instructions: 'Answer in one word. Be kind, and say nothing of the neighbours.' }],
    call: ['model', { model: 'asked' }],
  } as const;
  await gateway.use(nodes, [
    'enter.next > pay',
    'pay.within > hide',
    'hide.found > order',
    'hide.clean > order',
    'order.next > call',
  ]);
  const { response, record } = await asking(request());
  expect(response.status).toBe(200);
  expect(upstream.requests.at(-1)?.body).not.toContain('station');
  const [charge] = record.charges;
  expect(charge?.held).toBeLessThanOrEqual(TIGHT);
  expect(charge?.settled).toBeLessThanOrEqual(charge?.held ?? 0);
});

it('counts special tokens and a hundred thousand spaces as the texts that they are', async () => {
  answer = answersWith(790);
  const budget = await gateway.budget({ limit: 2500, unit: 'tokens' });
  await gateway.useBudget(budget.id);
  const { response, record } = await asking(request(`<|endoftext|>${' '.repeat(100_000)}<|im_start|>`));
  expect(response.status).toBe(200);
  expect(holdOf(record)).toMatchObject({ counted: true });
});

it('refuses by its bytes what is too long to be counted', async () => {
  const budget = await gateway.budget({ limit: 900_000, unit: 'tokens' });
  await gateway.useBudget(budget.id);
  const { response, record } = await asking(request('a '.repeat(500_001)));
  expect(response.status).toBe(429);
  expect(holdOf(record)).toMatchObject({ port: 'exhausted', counted: 'unavailable' });
});

const delta = (content: string) =>
  sse([{ data: { id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: null }] } }]);

it('counts an answer that breaks off, and one that the client no longer wants', async () => {
  const budget = await gateway.budget({ limit: 1_000_000, unit: 'tokens' });
  await gateway.useBudget(budget.id);
  const [first, second] = ['The house behind ', 'the station is sold.'];
  const expected = { inputTokens: TOKENS + 7, outputTokens: o200k.countTokens(first + second) };

  answer = (response) => {
    streamHead(response).write(delta(first) + delta(second), () => response.destroy());
  };
  const { record: broken } = await asking(request(ENGLISH, { stream: true }));
  expect(broken).toMatchObject({ status: 'failed', usageSource: 'counted', usage: expected });
  expect(broken.charges).toMatchObject([{ settled: expected.inputTokens + expected.outputTokens }]);

  let closed: Promise<unknown> | undefined;
  answer = (response) => {
    closed = once(response, 'close');
    streamHead(response).write(delta(first) + delta(second));
  };
  const controller = new AbortController();
  const asked = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}` },
    body: JSON.stringify(request(ENGLISH, { stream: true })),
    signal: controller.signal,
  });
  const reader = asked.body?.pipeThrough(new TextDecoderStream()).getReader();
  let seen = '';
  while (!seen.includes(second)) seen += (await reader?.read())?.value ?? '';
  controller.abort();
  await eventually(() => expect(closed).toBeDefined());
  await closed;
  const aborted = await newestRecord(gateway, ({ status }) => status === 'aborted');
  expect(aborted).toMatchObject({ usageSource: 'counted', usage: expected });
});

it('counts a whole answer without usage, and estimates it for a model whose tokenizer is not known', async () => {
  answer = answersWith(null);
  const budget = await gateway.budget({ limit: 1_000_000, unit: 'tokens' });
  await gateway.useBudget(budget.id);
  expect((await asking(request())).record).toMatchObject({
    usageSource: 'counted',
    usage: { inputTokens: TOKENS + 7, outputTokens: 2 },
  });
  expect((await asking(request(ENGLISH, { model: 'known/other' }))).record).toMatchObject({ usageSource: 'estimated' });
});

it('settles truthfully what a provider reports above the counted hold', async () => {
  const budget = await gateway.budget({ limit: TIGHT, unit: 'tokens' });
  await gateway.useBudget(budget.id);
  answer = answersWith(TIGHT);
  const { record } = await asking(request('What is this? '.repeat(30)));
  expect(record.charges).toMatchObject([{ settled: TIGHT + 2 }]);
  expect(gateway.cells(budget.id)).toMatchObject([{ spent: TIGHT + 2, held: 0 }]);
});
