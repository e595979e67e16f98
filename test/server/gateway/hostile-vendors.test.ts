/**
 * Streams that are carried over from another protocol and that nobody means well: those that never end, that end too early,
 * or that are too large. Each ends in an error that says what happened, or in the answer of another model.
 */
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBedrock } from '../../../server/providers/bedrock.ts';
import { openSource } from '../../../server/providers/catalogue.ts';
import { createGoogle } from '../../../server/providers/google.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { eventFrames } from '../providers/event-frames.ts';
import { type Event, sse, startUpstream, type Upstream } from '../providers/upstream.ts';
import { atRest, eventually, graphOf, idOf, publish, recordOf, startGateway, type TestGateway } from './harness.ts';
import { openAiStream } from './recorded-streams.ts';

const MB = 1024 * 1024;
const FRAMES = 'application/vnd.amazon.eventstream';

let gateway: TestGateway;
let vendor: Upstream;
let other: Upstream;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  vendor = await startUpstream((response) => answer(response));
  other = await startUpstream((response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(openAiStream.events.join('')),
  );
  const { baseUrl } = vendor;
  gateway = await startGateway({
    providers: [
      {
        provider: createBedrock({ name: 'bedrock', region: 'eu-north-1', baseUrl, credentials: { apiKey: 'secret' } }),
        source: openSource('bedrock', ['m'], false),
      },
      {
        provider: createGoogle({ name: 'google', baseUrl, apiKey: 'secret' }),
        source: openSource('google', ['m'], false),
      },
      {
        provider: createOpenAiCompatible({ name: 'other', baseUrl: other.baseUrl, apiKey: null }),
        source: openSource('other', ['m'], false),
      },
    ],
  });
});
beforeEach(() => {
  answer = (response) => response.destroy();
});
afterEach(() => atRest(gateway));
afterAll(async () => {
  const stopped = gateway.stop();
  await Promise.all([vendor.close(), other.close()]);
  await stopped;
});

let models = 0;

/** Asks a model that nobody has asked before, so that no failure of another request counts against it. */
async function ask(vendorName: string, timeoutSeconds: number, then: readonly string[] = []): Promise<Response> {
  models += 1;
  const name = `ask-${models}`;
  const settings = { models: [`${vendorName}/m${models}`, ...then], timeoutSeconds, moveOn: ['broken'] };
  const graph = graphOf({ enter: ['request', {}], call: ['fallback', settings] }, ['enter.next > call']);
  await publish(gateway, name, graph);
  return gateway.chat({ model: `policy/${name}`, stream: true, messages: [{ role: 'user', content: 'Hello' }] });
}

const piece = (text: string): Event => ({
  event: 'contentBlockDelta',
  data: { contentBlockIndex: 0, delta: { text } },
});
const START: Event = { event: 'messageStart', data: { role: 'assistant' } };
const STOP: Event = { event: 'messageStop', data: { stopReason: 'end_turn' } };
const METADATA: Event = {
  event: 'metadata',
  data: { usage: { inputTokens: 9, outputTokens: 4, totalTokens: 13 }, metrics: { latencyMs: 1 } },
};

/** Begins a stream of frames. */
const begin = (response: ServerResponse) => response.writeHead(200, { 'content-type': FRAMES });

/** Sends the same bytes over and over, as fast as they are taken, so many times or until nobody listens; then the end. */
async function pour(response: ServerResponse, times: number, bytes: Buffer, end: Buffer): Promise<void> {
  const gone = new Promise((resolve) => response.once('close', resolve));
  for (let i = 0; i < times && !response.destroyed; i += 1) {
    if (!response.write(bytes)) await Promise.race([gone, new Promise((resolve) => response.once('drain', resolve))]);
  }
  response.end(end);
}

describe('a stream of binary frames', () => {
  it('with an event above 20 MB is an error as soon as its length is known', async () => {
    const large = eventFrames([piece('x'.repeat(21 * MB))]).subarray(0, 64 * 1024);
    let hungUp = false;
    answer = (response) => {
      response.once('close', () => {
        hungUp = true;
      });
      begin(response).write(Buffer.concat([eventFrames([START]), large]));
    };
    const response = await ask('bedrock', 20);
    const { error } = JSON.parse(await response.text());
    expect([response.status, error.code]).toEqual([502, 'upstream_bad_answer']);
    expect(error.message).toContain('20 MB');
    await eventually(() => expect(hungUp).toBe(true));
  });

  it('with an event of nearly 20 MB is carried over', async () => {
    const text = 'word '.repeat((19 * MB) / 5);
    answer = (response) => begin(response).end(eventFrames([START, piece(text), STOP, METADATA]));
    const carried = await (await ask('bedrock', 20)).text();
    expect(carried.length).toBeGreaterThan(text.length);
    expect(carried.endsWith('data: [DONE]\n\n')).toBe(true);
  }, 60_000);

  it.each([
    ['whose lengths are none', Buffer.alloc(4096)],
    ['that are a page of text', Buffer.from('<html><p>Back soon.</p></html>')],
    ['whose checksums are wrong', Buffer.concat([eventFrames([START]), eventFrames([piece('x')]).fill(7, 20, 30)])],
  ])('%s is an error', async (_what, bytes) => {
    answer = (response) => begin(response).write(bytes);
    const response = await ask('bedrock', 20);
    const { error } = JSON.parse(await response.text());
    expect([response.status, error.code]).toEqual([502, 'upstream_bad_answer']);
  });

  it('of 40 MB is carried over whole, and memory stays flat', async () => {
    const words = 'word '.repeat(13_000);
    const times = Math.ceil((40 * MB) / words.length);
    answer = (response) => {
      begin(response).write(eventFrames([START]));
      void pour(response, times, eventFrames([piece(words)]), eventFrames([STOP, METADATA]));
    };
    const response = await ask('bedrock', 20);
    const before = process.memoryUsage().rss;
    let [received, most, end] = [0, 0, ''];
    for await (const bytes of response.body ?? []) {
      received += bytes.length;
      end = (end + Buffer.from(bytes).toString('latin1')).slice(-400);
      most = Math.max(most, process.memoryUsage().rss);
    }
    expect(received).toBeGreaterThan(40 * MB);
    expect(end.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(most - before).toBeLessThan(200 * MB);
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'ok', usage: { outputTokens: 4 } });
  }, 120_000);

  it('that brings words without end is hung up on when the app has heard enough', async () => {
    let hungUp = false;
    answer = (response) => {
      response.once('close', () => {
        hungUp = true;
      });
      begin(response);
      void pour(response, Number.POSITIVE_INFINITY, eventFrames([piece('word '.repeat(1000))]), Buffer.alloc(0));
    };
    const response = await ask('bedrock', 20);
    let received = 0;
    for await (const bytes of response.body ?? []) {
      received += bytes.length;
      if (received > 5 * MB) break;
    }
    await eventually(() => expect(hungUp).toBe(true));
    await eventually(async () => expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'aborted' }));
  }, 60_000);

  it('that brings nothing of an answer without end is given up in time', async () => {
    const before = process.memoryUsage().rss;
    answer = (response) => {
      begin(response).write(eventFrames([START]));
      void pour(response, Number.POSITIVE_INFINITY, eventFrames(Array(500).fill(METADATA)), Buffer.alloc(0));
    };
    const response = await ask('bedrock', 1);
    expect([response.status, JSON.parse(await response.text()).error.code]).toEqual([504, 'upstream_timeout']);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MB);
  }, 60_000);
});

describe('a stream that ends before its first words has broken off, so that another model answers', () => {
  const role = { data: { candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, index: 0 }] } };
  const WAYS: readonly (readonly [vendor: string, what: string, type: string, bytes: Buffer])[] = [
    ['bedrock', 'at once', FRAMES, Buffer.alloc(0)],
    ['bedrock', 'between two events', FRAMES, eventFrames([START])],
    ['bedrock', 'in the middle of an event', FRAMES, eventFrames([START, piece('x')]).subarray(0, -9)],
    ['bedrock', 'in the middle of a length', FRAMES, Buffer.concat([eventFrames([START]), Buffer.of(0, 0)])],
    ['google', 'at once', 'text/event-stream', Buffer.alloc(0)],
    ['google', 'between two events', 'text/event-stream', Buffer.from(sse([role]))],
  ];

  it.each(WAYS)('(%s, %s)', async (name, _what, type, bytes) => {
    answer = (response) => response.writeHead(200, { 'content-type': type }).end(bytes);
    const response = await ask(name, 20, ['other/m']);
    expect(await response.text()).toContain('Gott');
    expect(await recordOf(gateway, idOf(response))).toMatchObject({
      status: 'ok',
      attempts: [
        { ok: false, failure: 'broken' },
        { model: 'other/m', ok: true },
      ],
    });
  });

  it('but a page of a proxy in its place is no answer at all', async () => {
    answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Back soon.</html>');
    for (const name of ['bedrock', 'google']) {
      const response = await ask(name, 20);
      expect([response.status, JSON.parse(await response.text()).error.code]).toEqual([502, 'upstream_bad_answer']);
    }
  });
});
