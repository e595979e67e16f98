/**
 * Whatever an upstream does on the wire, an app gets a right answer or a right error and never an end that looks clean
 * after a break; the request has one record, and its money is accounted for.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { fixedSource } from '../../../server/providers/catalogue.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { SANDBOX_MODELS } from '../../../server/providers/sandbox/sandbox.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import {
  type Act,
  breakOff,
  type ChaosUpstream,
  drip,
  type Framing,
  flood,
  garbage,
  refuse,
  say,
  stall,
  startChaos,
  truncatedJson,
  webPage,
  wireOf,
} from './chaos.ts';
import { anthropicStream, openAiEnd, openAiPiece, openAiStream, type RecordedStream } from './recorded-streams.ts';
import { type SpendingGateway, startSpending } from './spending.ts';

let chaos: ChaosUpstream;
let gateway: SpendingGateway;
let budget: string;

beforeAll(async () => {
  chaos = await startChaos();
  const models = (provider: string) =>
    SANDBOX_MODELS.slice(0, 1).map((model) => ({ ...model, id: `${provider}/m`, provider, name: 'm', label: 'm' }));
  const nowhere = 'http://127.0.0.1:1';
  const options = { apiKey: 'none' };
  gateway = await startSpending(null, {
    environment: { EVALUATOR: 'sample' },
    providers: [
      {
        provider: createOpenAiCompatible({ ...options, name: 'chat', baseUrl: `${chaos.url}/v1` }),
        source: fixedSource('chat', models('chat')),
      },
      {
        provider: createAnthropic({ ...options, name: 'messages', baseUrl: chaos.url }),
        source: fixedSource('messages', models('messages')),
      },
      {
        provider: createOpenAiCompatible({ ...options, name: 'gone', baseUrl: nowhere }),
        source: fixedSource('gone', models('gone')),
      },
    ],
  });
  budget = (await gateway.budget({ limit: 1e15 })).id;
  await patience(120);
});

/** Lets all requests take a policy that waits so many seconds for an upstream. */
function patience(timeoutSeconds: number): Promise<void> {
  return gateway.use(
    {
      enter: ['request', {}],
      pay: ['budget', { budget, warnAt: null }],
      call: ['model', { model: 'asked', retries: 0, timeoutSeconds }],
    },
    ['enter.next > pay', 'pay.within > call'],
  );
}

/** The ledger agrees with the records after every test. */
afterEach(async () => {
  await gateway.settled();
  const records = await gateway.ledger.records();
  const charged = records.reduce((sum, { charges }) => sum + charges.reduce((all, { settled }) => all + settled, 0), 0);
  expect(gateway.cells(budget).reduce((sum, { spent }) => sum + spent, 0)).toBe(charged);
});

afterAll(async () => {
  await gateway.stop();
  await chaos.close();
});

interface Got {
  readonly id: string;
  readonly status: number;
  readonly kind: 'complete' | 'error' | 'error event';
  /** Code of the error; null where there is none. */
  readonly code: string | null;
  readonly text: string;
}

const chunkSchema = z.object({
  choices: z.array(
    z.object({ delta: z.object({ content: z.string().nullish() }), finish_reason: z.string().nullable() }),
  ),
});
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string().min(1) }) });
const wholeSchema = z.object({ choices: z.tuple([z.object({ message: z.object({ content: z.string() }) })]) });

/** Sends a request that meets the act and reads what comes; fails for everything that is neither answer nor error. */
async function meet(provider: string, act: Act, stream = true): Promise<Got> {
  const response = await gateway.chat({
    model: `${provider}/m`,
    stream,
    max_tokens: 100,
    messages: [{ role: 'user', content: chaos.prepare(act) }],
  });
  const id = response.headers.get('x-signalbox-request-id') ?? '';
  const { status } = response;
  const body = await response.text();
  if (status !== 200) {
    const { code } = errorSchema.parse(JSON.parse(body)).error;
    return { id, status, kind: 'error', code, text: '' };
  }
  if (!stream) {
    const text = wholeSchema.parse(JSON.parse(body)).choices[0].message.content;
    return { id, status, kind: 'complete', code: null, text };
  }
  return { id, status, ...readEvents(body) };
}

/** A stream ends whole with the reason of its choice, whether or not `[DONE]` follows; any other end has to be an error. */
function readEvents(body: string): Pick<Got, 'kind' | 'code' | 'text'> {
  expect(body.endsWith('\n\n')).toBe(true);
  const events = body.split('\n\n').slice(0, -1);
  if (events.at(-1) === 'data: [DONE]') events.pop();
  const data = events.map((event): unknown => JSON.parse(event.slice('data: '.length)));
  const last = errorSchema.safeParse(data.at(-1));
  const choices = data.slice(0, last.success ? -1 : undefined).flatMap((event) => chunkSchema.parse(event).choices);
  const text = choices.map(({ delta }) => delta.content ?? '').join('');
  const reasons = choices.flatMap(({ finish_reason: reason }) => reason ?? []);
  // An app that has seen a reason takes the answer as whole.
  expect(reasons).toEqual(last.success ? [] : ['stop']);
  return last.success
    ? { kind: 'error event', code: last.data.error.code, text }
    : { kind: 'complete', code: null, text };
}

async function recordsOf(got: readonly Got[]): Promise<RequestRecord[]> {
  await gateway.settled();
  const wanted = new Set(got.map(({ id }) => id));
  expect(wanted.size).toBe(got.length);
  const records = (await gateway.ledger.records()).filter(({ id }) => wanted.has(id));
  expect(records).toHaveLength(got.length);
  return records;
}

/** What has to be true of every answer and its record, whatever went wrong. */
async function checkAll(got: readonly Got[], said: string): Promise<void> {
  const records = new Map((await recordsOf(got)).map((record) => [record.id, record]));
  for (const one of got) {
    const record = records.get(one.id);
    expect(record?.attempts).toHaveLength(1);
    expect(record?.charges).toHaveLength(1);
    const { held = 0, settled = 0 } = record?.charges[0] ?? {};
    expect(settled).toBe(record?.cost);
    expect(settled).toBeLessThanOrEqual(held);
    if (one.kind === 'complete') {
      expect(one.text).toBe(said);
      expect(record?.status).toBe('ok');
      expect(settled).toBeGreaterThan(0);
    } else {
      expect(said.startsWith(one.text)).toBe(true);
      expect(record?.status).toBe('failed');
      expect(record?.errorCode).toBe(one.code);
    }
  }
}

/** So many requests are under way at once. */
const AT_ONCE = 16;

/** Meets acts in order, some at once. */
async function meetAll(provider: string, acts: readonly Act[]): Promise<Got[]> {
  const got: Got[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    for (let i = next++; i < acts.length; i = next++) got[i] = await meet(provider, acts[i] ?? refuse);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return got;
}

const PROTOCOLS: readonly (readonly [string, RecordedStream])[] = [
  ['chat', openAiStream],
  ['messages', anthropicStream],
];
/** Where nothing but the stream itself tells that it was cut, every byte is tried, else every so many. */
const WAYS: readonly (readonly [how: 'closes' | 'resets', Framing, every: number])[] = [
  ['closes', 'until it closes', 1],
  ['closes', 'chunked', 7],
  ['resets', 'chunked', 7],
];

describe.each(PROTOCOLS)('an upstream that speaks %s', (provider, recorded) => {
  it.each(WAYS)(
    'and %s at any byte of its stream (%s, tried at every %i)',
    async (how, framing, every) => {
      const wire = wireOf(recorded.events, framing);
      const positions = Array.from({ length: Math.ceil(wire.length / every) }, (_, i) => i * every);
      const acts = [...positions, wire.length].map((position) => breakOff(wire, position, how));
      const got = await meetAll(provider, acts);
      await checkAll(got, recorded.text);
      // First errors, then streams that end in one, then whole answers. A reset can overtake what was sent before it.
      const order = got.map(({ kind }) => ['error', 'error event', 'complete'].indexOf(kind));
      expect(got[0]?.kind).toBe('error');
      if (how === 'resets') return;
      expect(order).toEqual([...order].sort((a, b) => a - b));
      expect(got.at(-1)?.kind).toBe('complete');
      expect(got.some(({ kind }) => kind === 'error event')).toBe(true);
    },
    120_000,
  );

  it('and drips, a byte at a time', async () => {
    const got = await meetAll(provider, [
      drip(wireOf(recorded.events, 'chunked')),
      drip(wireOf(recorded.events, 'until it closes')),
    ]);
    expect(got.map(({ kind }) => kind)).toEqual(['complete', 'complete']);
    await checkAll(got, recorded.text);
  });

  it('and sends no answer at all', async () => {
    const acts = [refuse, garbage(), webPage('200 OK'), webPage('502 Bad Gateway')];
    const streamed = await meetAll(provider, acts);
    const whole: Got[] = [];
    for (const act of [...acts, truncatedJson(WHOLE, 'of the whole'), truncatedJson(WHOLE, 'of the part')]) {
      whole.push(await meet(provider, act, false));
    }
    const got = [...streamed, ...whole];
    expect(got.map(({ kind }) => kind)).toEqual(got.map(() => 'error'));
    for (const { status, code } of got) {
      expect(status).toBeGreaterThanOrEqual(500);
      expect(code).toMatch(/^upstream_/);
    }
    await checkAll(got, recorded.text);
  });
});

const WHOLE = JSON.stringify({
  id: '1',
  object: 'chat.completion',
  type: 'message',
  role: 'assistant',
  model: 'm',
  stop_reason: 'end_turn',
  content: [{ type: 'text', text: openAiStream.text }],
  choices: [{ index: 0, message: { role: 'assistant', content: openAiStream.text }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 4, input_tokens: 9, output_tokens: 4 },
});

describe('an upstream', () => {
  it('that nobody runs costs nothing', async () => {
    const got = [await meet('gone', refuse), await meet('gone', refuse, false)];
    expect(got.map(({ code }) => code)).toEqual(['upstream_unreachable', 'upstream_unreachable']);
    for (const { cost } of await recordsOf(got)) expect(cost).toBe(0);
  });

  it('whose events are not JSON ends in an error, whatever has come before', async () => {
    const [first = '', ...rest] = openAiStream.events;
    for (const bad of ['data: {"choices":[{"index":0,\n\n', 'data: nonsense\n\n', 'data: [1,2]\n\n']) {
      const early = await meet('chat', say(wireOf([first, bad, ...rest], 'chunked')));
      const late = await meet('chat', say(wireOf([first, ...rest.slice(0, 1), bad, ...rest.slice(1)], 'chunked')));
      expect([early.kind, late.kind]).toEqual(['error', 'error event']);
      await checkAll([early, late], openAiStream.text);
    }
  });

  it('that sends one event of nearly 20 MB is passed on, and beyond that is an error', async () => {
    const text = (megabytes: number): string => 'word '.repeat((megabytes * 1024 * 1024) / 5);
    const events = (megabytes: number): string[] => [openAiPiece({ content: text(megabytes) }), ...openAiEnd(90)];
    const passed = await meet('chat', say(wireOf(events(19), 'until it closes')));
    expect(passed.kind).toBe('complete');
    expect(passed.text === text(19)).toBe(true);
    const refused = await meet('chat', say(wireOf(events(21), 'until it closes')));
    expect([refused.kind, refused.code]).toEqual(['error', 'upstream_bad_answer']);
  }, 60_000);

  it('that goes on for 24 MB is passed on whole, and the record keeps a part of it', async () => {
    const piece = openAiPiece({ content: 'word '.repeat(800) });
    const got = await meet('chat', flood(6000, piece, openAiEnd(90)));
    expect(got.kind).toBe('complete');
    expect(got.text.length).toBe(6000 * 4000);
    const [record] = await recordsOf([got]);
    const kept = await gateway.ledger.record(record?.organisation ?? '', got.id);
    expect(kept?.content?.answer?.length).toBeLessThan(1_100_000);
  }, 60_000);

  it('that goes on for long and reports nothing is charged no more than was held', async () => {
    const piece = openAiPiece({ content: 'word '.repeat(800) });
    const got = await meet('chat', flood(500, piece, [openAiPiece({}, 'stop'), 'data: [DONE]\n\n']));
    expect(got.kind).toBe('complete');
    const [record] = await recordsOf([got]);
    expect(record?.charges[0]?.settled).toBe(record?.charges[0]?.held);
  });
});

describe('an upstream that stalls', () => {
  it.each(PROTOCOLS)('is waited for as long as the policy says (%s)', async (provider, recorded) => {
    await patience(1);
    const wire = wireOf(recorded.events, 'chunked');
    const begun = wire.indexOf('Gott') - 20;
    const got = await meetAll(provider, [
      stall(wire, 0),
      stall(wire, wire.indexOf('\r\n\r\n') + 4),
      stall(wire, begun),
    ]);
    expect(got.map(({ kind, code }) => [kind, code])).toEqual([
      ['error', 'upstream_timeout'],
      ['error', 'upstream_timeout'],
      ['error event', 'upstream_broken'],
    ]);
    await checkAll(got, recorded.text);
  });
});
