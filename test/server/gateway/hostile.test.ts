/**
 * What nobody means well: errors and answers of upstreams, and requests of apps. Each ends in an error that says what to do
 * or in a right answer, has one record, gives no key away, and leaves nothing in memory.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { createAzure } from '../../../server/providers/azure.ts';
import { createBedrock } from '../../../server/providers/bedrock.ts';
import { openSource } from '../../../server/providers/catalogue.ts';
import { createGoogle } from '../../../server/providers/google.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { ROOT } from '../../program.ts';
import { type Act, type ChaosUpstream, flood, say, startChaos, wireOf } from './chaos.ts';
import {
  API_KEY,
  atRest,
  idOf,
  makeKey,
  passEverythingOn,
  recordOf,
  startGateway,
  type TestGateway,
} from './harness.ts';
import { anthropicStream, openAiEnd, openAiPiece, openAiStream } from './recorded-streams.ts';

const MB = 1024 * 1024;
const VENDOR_KEY = 'sk-vendor-key-that-nobody-may-see';

let chaos: ChaosUpstream;
let gateway: TestGateway;
let records = 0;

async function countRecords(): Promise<number> {
  let count = 0;
  let before = '';
  do {
    const page = await gateway.api<{ records: unknown[]; next: string | null }>('GET', `/records?limit=200${before}`);
    count += page.records.length;
    before = page.next === null ? '' : `&before=${page.next}`;
  } while (before !== '');
  return count;
}

beforeAll(async () => {
  chaos = await startChaos();
  const apiKey = VENDOR_KEY;
  gateway = await startGateway({
    environment: { EVALUATOR: 'sample' },
    providers: [
      {
        provider: createOpenAiCompatible({ name: 'chat', baseUrl: `${chaos.url}/v1`, apiKey }),
        source: openSource('chat', ['m'], false),
      },
      {
        provider: createAnthropic({ name: 'messages', baseUrl: chaos.url, apiKey }),
        source: openSource('messages', ['m'], false),
      },
      {
        provider: createAzure({ name: 'azure', baseUrl: chaos.url, apiKey, apiVersion: null }),
        source: openSource('azure', ['m'], false),
      },
      {
        provider: createGoogle({ name: 'google', baseUrl: chaos.url, apiKey }),
        source: openSource('google', ['m'], false),
      },
      {
        provider: createBedrock({
          name: 'bedrock',
          region: 'eu-north-1',
          baseUrl: chaos.url,
          credentials: { accessKeyId: 'AKIATEST', secretAccessKey: apiKey, sessionToken: null },
        }),
        source: openSource('bedrock', ['m'], false),
      },
    ],
  });
  await passEverythingOn(gateway);
});
afterEach(() => atRest(gateway));
afterAll(async () => {
  await gateway.stop();
  await chaos.close();
});

const PATHS = { chat: '/v1/chat/completions', messages: '/v1/messages' } as const;
type Protocol = keyof typeof PATHS;
const PROTOCOLS: readonly Protocol[] = ['chat', 'messages'];

/** Sends a request as an app of one protocol does; a text as it is. */
async function send(
  protocol: Protocol,
  body: object | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  records += 1;
  return fetch(`${gateway.url}${PATHS[protocol]}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify({ max_tokens: 100, ...body }),
  });
}

const user = (content: unknown) => [{ role: 'user', content }];
const errorSchema = z.object({ error: z.looseObject({ message: z.string().min(10) }) });

/** Expects a right answer or an error of the protocol, with its record, and gives the text that came. */
async function expectRight(response: Response): Promise<{ readonly text: string; readonly code: string | null }> {
  const text = await response.text();
  expect(text).not.toContain(VENDOR_KEY);
  expect(text).not.toContain(API_KEY);
  const record = await recordOf(gateway, idOf(response));
  expect(JSON.stringify(record)).not.toContain(API_KEY);
  if (response.status === 200) expect(record).toMatchObject({ status: 'ok', errorCode: null });
  else {
    expect(errorSchema.parse(JSON.parse(text)).error.message).toMatch(/[.!]$/);
    expect(record).toMatchObject({ httpStatus: response.status, status: 'failed' });
  }
  return { text, code: record.errorCode };
}

/** An answer in one piece, on the wire. */
const jsonWire = (status: number, headers: Readonly<Record<string, string>>, body: unknown): Buffer =>
  Buffer.from(
    [
      `HTTP/1.1 ${status} Answer`,
      'content-type: application/json',
      'connection: close',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      JSON.stringify(body),
    ].join('\r\n'),
  );

describe('an error that a vendor documents', () => {
  const fixture = z.object({
    errors: z.record(
      z.string(),
      z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
    ),
  });
  /** What an app is told of it: status and code. */
  const told: Readonly<Record<string, readonly [number, string]>> = {
    rate_limited: [429, 'upstream_rate_limited'],
    server_error: [502, 'upstream_error'],
    bad_request: [400, 'upstream_invalid'],
    context_too_long: [400, 'context_too_long'],
    auth: [502, 'upstream_auth'],
    unknown_model: [404, 'unknown_model'],
    refused: [400, 'content_refused'],
  };

  it.each([
    ['openai', 'chat', 'chat'],
    ['openai', 'chat', 'messages'],
    ['anthropic', 'messages', 'messages'],
    ['anthropic', 'messages', 'chat'],
    ['azure', 'azure', 'chat'],
    ['azure', 'azure', 'messages'],
    ['google', 'google', 'chat'],
    ['google', 'google', 'messages'],
    ['bedrock', 'bedrock', 'chat'],
    ['bedrock', 'bedrock', 'messages'],
  ] as const)('of %s (%s) is the right error for an app that speaks %s', async (vendor, provider, protocol) => {
    const file = join(ROOT, `test/server/providers/fixtures/${vendor}/errors.fixture.json`);
    const { errors } = fixture.parse(JSON.parse(await readFile(file, 'utf8')));
    for (const [name, { status, headers, body }] of Object.entries(errors)) {
      for (const stream of [false, true]) {
        const content = chaos.prepare(say(jsonWire(status, headers, body)));
        const response = await send(protocol, { model: `${provider}/m`, stream, messages: user(content) });
        const { code } = await expectRight(response);
        expect([response.status, code], `${name}, ${stream ? 'stream' : 'whole'}`).toEqual(told[name]);
        expect(response.headers.get('retry-after')).toBe(name === 'rate_limited' ? '7' : null);
      }
    }
  });

  it('never shows an app the key of the gateway, even where the vendor repeats it', async () => {
    const body = { error: { message: `Incorrect API key provided: ${VENDOR_KEY}.`, code: 'invalid_api_key' } };
    for (const protocol of PROTOCOLS) {
      const content = chaos.prepare(say(jsonWire(401, {}, body)));
      expect((await expectRight(await send(protocol, { model: 'chat/m', messages: user(content) }))).code).toBe(
        'upstream_auth',
      );
    }
  });
});

describe('an answer', () => {
  const asked = (act: Act, protocol: Protocol = 'chat', model = 'chat/m') =>
    send(protocol, { model, stream: true, messages: user(chaos.prepare(act)) });

  it('of 100 MB goes through whole, and memory stays flat', async () => {
    const words = 'word '.repeat(13_000);
    const pieces = Math.ceil((100 * MB) / words.length);
    const response = await asked(flood(pieces, openAiPiece({ content: words }), openAiEnd(90)));
    const before = process.memoryUsage().rss;
    let received = 0;
    let most = 0;
    let end = '';
    for await (const bytes of response.body ?? []) {
      received += bytes.length;
      end = (end + Buffer.from(bytes).toString('latin1')).slice(-400);
      most = Math.max(most, process.memoryUsage().rss);
    }
    expect(received).toBeGreaterThan(100 * MB);
    expect(end).toContain('"finish_reason":"stop"');
    expect(end.endsWith('data: [DONE]\n\n')).toBe(true);
    // Of all three of this process: the upstream, the gateway, and the app.
    expect(most - before).toBeLessThan(150 * MB);
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'ok' });
  }, 120_000);

  it('that is nothing but comments, for 40 MB, goes through with little memory', async () => {
    const before = process.memoryUsage().rss;
    const response = await asked(flood(640, `: ${'x'.repeat(64 * 1024)}\n\n`, openAiStream.events));
    const { text } = await expectRight(response);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    // The app here keeps all of it.
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MB);
  }, 60_000);

  it('of one event above 20 MB is an error, for either protocol', async () => {
    for (const [protocol, model] of [
      ['chat', 'chat/m'],
      ['messages', 'messages/m'],
      ['messages', 'chat/m'],
    ] as const) {
      const [first = ''] = anthropicStream.events;
      const events = [...(model === 'messages/m' ? [first] : []), `data: {"x":"${'x'.repeat(21 * MB)}"}\n\n`];
      const response = await asked(say(wireOf(events, 'until it closes')), protocol, model);
      const text = await response.text();
      const record = await recordOf(gateway, idOf(response));
      expect(record, `${protocol} to ${model}`).toMatchObject({ status: 'failed' });
      expect(record.errorCode).toMatch(/^upstream_/);
      expect(text.length).toBeLessThan(MB);
      expect(text).toContain('error');
    }
  }, 60_000);

  it('with two tool calls of one id is passed on as it came, or is an error', async () => {
    const call = (index: number) =>
      openAiPiece({
        tool_calls: [{ index, id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      });
    const events = [
      openAiPiece({ role: 'assistant' }),
      call(0),
      call(1),
      openAiPiece({}, 'tool_calls'),
      'data: [DONE]\n\n',
    ];
    const passed = await asked(say(wireOf(events, 'until it closes')));
    expect(await passed.text()).toBe(events.join(''));
    const carried = await asked(say(wireOf(events, 'until it closes')), 'messages');
    const text = await carried.text();
    // Each block of the other protocol has a place of its own, so that the two stay apart.
    expect(text.match(/"type":"tool_use"/g) ?? []).toHaveLength(2);
    expect(text).toContain('message_stop');
  });
});

describe('a request', () => {
  const whole: Record<Protocol, unknown> = {
    chat: {
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'fine' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
    },
    messages: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'fine' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 9, output_tokens: 1 },
    },
  };
  const fine = (provider: Protocol): string => chaos.prepare(say(jsonWire(200, {}, whole[provider])));
  const WAYS = PROTOCOLS.flatMap((protocol) => PROTOCOLS.map((provider) => [protocol, provider] as const));

  it.each(WAYS)('of 10,000 messages in %s is answered by %s', async (protocol, provider) => {
    const messages = Array.from({ length: 9999 }, (_, i) => ({
      role: i % 2 === 0 ? 'user' : 'assistant',
      content: `message ${i}`,
    }));
    messages.push({ role: 'user', content: fine(provider) });
    const { text, code } = await expectRight(await send(protocol, { model: `${provider}/m`, messages }));
    expect(code).toBeNull();
    expect(text).toContain('fine');
  });

  it.each(WAYS)('in %s with two tool calls of one id is answered by %s, or refused', async (protocol, provider) => {
    const chat = [
      ...user('hi'),
      {
        role: 'assistant',
        content: null,
        tool_calls: [1, 2].map(() => ({ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } })),
      },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'a', content: fine(provider) },
    ];
    const result = (content: string) => ({ type: 'tool_result', tool_use_id: 'a', content });
    const messages = [
      ...user('hi'),
      { role: 'assistant', content: [1, 2].map(() => ({ type: 'tool_use', id: 'a', name: 'f', input: {} })) },
      ...user([result('one'), result(fine(provider))]),
    ];
    await expectRight(
      await send(protocol, { model: `${provider}/m`, messages: protocol === 'chat' ? chat : messages }),
    );
  });

  it.each(WAYS)('in %s with an image that is none is answered by %s, or refused', async (protocol, provider) => {
    const places = [
      'data:image/png;base64,!!!!',
      'data:image/png;base64,',
      'data:text/html;base64,PGI+',
      'data:',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'http://',
      'not an address',
      '',
    ];
    for (const place of places) {
      const text = { type: 'text', text: fine(provider) };
      const [, media = '', data = ''] = /^data:([^;]*);base64,(.*)$/.exec(place) ?? [];
      const source = place.startsWith('data:')
        ? { type: 'base64', media_type: media, data }
        : { type: 'url', url: place };
      const image = protocol === 'chat' ? { type: 'image_url', image_url: { url: place } } : { type: 'image', source };
      await expectRight(await send(protocol, { model: `${provider}/m`, messages: user([text, image]) }));
    }
  });

  it('nested 10,000 deep is refused, wherever that is', async () => {
    const deep = '{"a":['.repeat(5000) + ']}'.repeat(5000);
    for (const protocol of PROTOCOLS) {
      for (const place of ['input', 'metadata', 'tools']) {
        const body = `{"model":"chat/m","max_tokens":1,"messages":[{"role":"user","content":"hi"}],"${place}":${deep}}`;
        expect((await expectRight(await send(protocol, body))).code).toBe('too_deep');
      }
    }
  });

  it('cannot change a tag of its key, by whatever header or member it tries', async () => {
    const { token } = await makeKey(gateway, { fixedTags: { team: 'search' } });
    const ways: readonly [Record<string, string>, object?][] = [
      [{ 'x-signalbox-tags': 'team=other' }],
      [{ 'X-SIGNALBOX-TAGS': 'usage=building,team=other,team=search' }],
      [{ 'x-litellm-tags': 'team:other' }],
      [{ 'x-portkey-metadata': '{"team":"other","_team":"other"}' }],
      [{ 'cf-aig-metadata': '{"team":"other"}' }],
      [{ 'helicone-property-team': 'other' }],
      [{}, { metadata: { team: 'other' } }],
    ];
    for (const [headers, more] of ways) {
      const body = { model: 'chat/m', messages: user(fine('chat')), ...more };
      const response = await send('chat', body, { ...headers, authorization: `Bearer ${token}` });
      const { code } = await expectRight(response);
      const { tags } = await recordOf(gateway, idOf(response));
      if (code === null) expect(tags.team, JSON.stringify([headers, more])).toEqual({ value: 'search', source: 'key' });
      else expect(code).toBe('invalid_tags');
    }
  });

  it('gets no power from names and values that no tag should have', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => `t${i}=x`).join(',');
    for (const tags of [
      '__proto__=x',
      'constructor=x,prototype=y',
      `long=${'x'.repeat(5000)}`,
      'a=%0d%0ax-injected:%201',
      'a=%',
      '=x',
      'ключ=x'.replace(/[^\x20-\x7e]/g, '%'),
      many.slice(0, 12_000),
    ]) {
      const body = { model: 'chat/m', messages: user(fine('chat')) };
      const response = await send('chat', body, { 'x-signalbox-tags': tags });
      await expectRight(response);
      expect(response.headers.get('x-injected')).toBeNull();
    }
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

it('has written one record for each request', async () => {
  expect(await countRecords()).toBe(records);
});
