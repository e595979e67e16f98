/** What every provider must do, whatever its upstream speaks. Run with real sockets against fixtures of the vendor. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Provider } from '../../../server/providers/provider.ts';
import { describeEmbeddings, type EmbeddingsUnderTest } from './contract-embeddings.ts';
import {
  assembled,
  completionOf,
  type Event,
  event,
  json,
  type SendOptions,
  send,
  sse,
  startUpstream,
} from './upstream.ts';

const answerFixture = z.strictObject({ source: z.string(), whole: z.unknown(), stream: z.array(event) });
const errorFixture = z.strictObject({
  source: z.string(),
  errors: z.record(
    z.string(),
    z.strictObject({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
  ),
  midStreamError: event,
});

/** The fixtures of one vendor's protocol; each says in `source` where it is from. */
interface Fixtures {
  readonly text: unknown;
  readonly tools: unknown;
  readonly length: unknown;
  readonly errors: unknown;
}

export interface ProviderUnderTest {
  readonly protocol: string;
  readonly fixtures: Fixtures;
  readonly create: (baseUrl: string, apiKey: string) => Provider;
  readonly path: string;
  /** The header that carries the key, and how. */
  readonly authentication: (apiKey: string) => readonly [header: string, value: unknown];
  /** How it makes embeddings, by kinds of models that are asked in their own ways; none where it makes none. */
  readonly embeddings: readonly EmbeddingsUnderTest[];
  /** The model that is asked; the test's usual one where it is left out. */
  readonly model?: string;
  /** The path of streams, where it is another one. */
  readonly streamPath?: string;
  /** What the vendor does not report, in place of what is expected of all. */
  readonly usage?: { readonly cacheWrite: number };
  /** The header with the vendor's id of a request; null where none has it. */
  readonly requestIdHeader?: string | null;
  /** Events as bytes, and their media type, where they are no server-sent events. */
  readonly frames?: { readonly encode: (events: readonly Event[]) => Buffer; readonly type: string };
  /** What an error event in mid-stream fails with, where it is another failure than one of the server. */
  readonly midStream?: string;
  /** Whether an error event in the stream fails the call here; otherwise its bytes are passed on for the wire reader. */
  readonly readsStream: boolean;
}

const FULL_USAGE = {
  prompt_tokens: 100,
  completion_tokens: 12,
  total_tokens: 112,
  prompt_tokens_details: { cached_tokens: 75, cache_write_tokens: 5 },
};
const CALLS = [
  { id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
  { id: 'call_b', name: 'clock', arguments: '{}' },
];

/** Runs the suite for one provider. */
export function describeProvider(subject: ProviderUnderTest): void {
  describeEmbeddings(subject);
  const text = answerFixture.parse(subject.fixtures.text);
  const tools = answerFixture.parse(subject.fixtures.tools);
  const length = answerFixture.parse(subject.fixtures.length);
  const { errors, midStreamError } = errorFixture.parse(subject.fixtures.errors);

  const encode = subject.frames?.encode ?? ((events: readonly Event[]) => Buffer.from(sse(events)));
  const idHeader = subject.requestIdHeader === undefined ? 'request-id' : subject.requestIdHeader;
  const ids = idHeader === null ? {} : { [idHeader]: 'up_1' };
  const requestId = idHeader === null ? null : 'up_1';
  const streamHead = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': subject.frames?.type ?? 'text/event-stream', ...ids });
  const stream = (events: readonly Event[]) => (response: ServerResponse) => streamHead(response).end(encode(events));
  const ask = (provider: Provider, options: SendOptions = {}) =>
    send(provider, { ...(subject.model !== undefined && { model: subject.model }), ...options });
  const fullUsage = {
    ...FULL_USAGE,
    prompt_tokens_details: { cached_tokens: 75, cache_write_tokens: subject.usage?.cacheWrite ?? 5 },
  };

  describe(`${subject.protocol} provider`, () => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    async function start(answer: Parameters<typeof startUpstream>[0], apiKey = 'secret') {
      const upstream = await startUpstream(answer);
      const provider = subject.create(upstream.baseUrl, apiKey);
      // The server first: it ends what is still open, so that the provider can close.
      closing.push(
        () => provider.close(),
        () => upstream.close(),
      );
      return { upstream, provider };
    }

    it('sends the key, the request id and the trace context, to the right path', async () => {
      const { provider, upstream } = await start(json(200, text.whole), 'key-7');
      await ask(provider);
      const [header, value] = subject.authentication('key-7');
      const { headers, url, method } = upstream.requests[0]?.head ?? {};
      expect([method, url]).toEqual(['POST', subject.path]);
      expect(headers).toMatchObject({ [header]: value, 'x-request-id': 'req_test', traceparent: '00-aa-bb-01' });
    });

    it('gives a whole answer with its usage', async () => {
      const { provider } = await start(json(200, text.whole, ids));
      const { head, text: answer, error } = await ask(provider);
      expect(error).toBeNull();
      expect(head).toEqual({ status: 200, contentType: 'application/json', requestId });
      const { choices, usage: used } = completionOf(answer);
      expect(choices[0]).toMatchObject({ message: { content: 'Hello, wörld.' }, finish_reason: 'stop' });
      expect(used).toEqual(fullUsage);
    });

    it('gives a stream: role first, text, reason, usage, [DONE]', async () => {
      const { provider } = await start(stream(text.stream));
      const { head, text: answer, error } = await ask(provider, { stream: true });
      expect(error).toBeNull();
      expect(head).toEqual({ status: 200, contentType: 'text/event-stream', requestId });
      expect(assembled(answer)).toEqual({
        content: 'Hello, wörld.',
        refusal: '',
        calls: [],
        done: true,
        role: 'assistant',
        finishReasons: ['stop'],
        usage: fullUsage,
      });
    });

    it('understands a stream whose bytes come one by one', async () => {
      const { provider } = await start(async (response) => {
        streamHead(response);
        for (const byte of encode(text.stream)) {
          response.write(Buffer.of(byte));
          await new Promise(setImmediate);
        }
        response.end();
      });
      const { text: answer } = await ask(provider, { stream: true });
      expect(assembled(answer)).toMatchObject({ content: 'Hello, wörld.', done: true });
    });

    it('gives tool calls, whole and streamed', async () => {
      const body = { tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }] };
      const whole = await start(json(200, tools.whole));
      const [choice] = completionOf((await ask(whole.provider, { body })).text).choices;
      expect(choice?.finish_reason).toBe('tool_calls');
      expect(choice?.message.content).toBe('I look.');
      expect(choice?.message.tool_calls?.map((call) => ({ id: call.id, ...call.function }))).toEqual(CALLS);

      const streamed = await start(stream(tools.stream));
      expect(assembled((await ask(streamed.provider, { body, stream: true })).text)).toMatchObject({
        content: 'I look.',
        calls: CALLS,
        finishReasons: ['tool_calls'],
        done: true,
      });
    });

    it('says when the limit cut the answer off', async () => {
      const whole = await start(json(200, length.whole));
      expect(completionOf((await ask(whole.provider)).text).choices[0]?.finish_reason).toBe('length');
      const streamed = await start(stream(length.stream));
      expect(assembled((await ask(streamed.provider, { stream: true })).text).finishReasons).toEqual(['length']);
    });

    for (const [failure, { status, headers, body }] of Object.entries(errors)) {
      it.each([false, true])(`tells ${failure} (stream: %s), which is not billed`, async (streamed) => {
        const { provider } = await start(json(status, body, headers));
        const { head, error } = await ask(provider, { stream: streamed });
        expect(head).toBeNull();
        expect(error).toMatchObject({ name: 'UpstreamError', failure, status, billed: 'no' });
        expect(error?.retryAfterMs).toBe(failure === 'rate_limited' ? 7000 : null);
      });
    }

    it('tells a failure whose body is not of the protocol', async () => {
      const { provider } = await start((response) => response.writeHead(503).end('<html>try later</html>'));
      expect((await ask(provider)).error).toMatchObject({ failure: 'server_error', status: 503, billed: 'no' });
    });

    it('refuses a web page in place of an answer', async () => {
      const page = (response: ServerResponse) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>');
      for (const streamed of [false, true]) {
        const { provider } = await start(page);
        const { head, error } = await ask(provider, { stream: streamed });
        expect(head).toBeNull();
        expect(error).toMatchObject({ failure: 'bad_answer', billed: 'maybe' });
      }
    });

    it('gives up on an upstream that does not answer', async () => {
      const { provider } = await start(() => {});
      const { error } = await ask(provider, { timeoutMs: 50 });
      expect(error).toMatchObject({ failure: 'timeout', billed: 'maybe' });
    });

    it('gives up on a stream that stands still', async () => {
      const { provider } = await start((response) => streamHead(response).write(encode(text.stream.slice(0, 4))));
      const { head, text: answer, error } = await ask(provider, { stream: true, timeoutMs: 1000 });
      expect(head).not.toBeNull();
      expect(assembled(answer)).toMatchObject({ content: expect.stringContaining('Hello'), done: false });
      expect(error).toMatchObject({ failure: 'timeout', billed: 'maybe' });
    });

    it('fails, never ends, when the connection breaks in mid-stream', async () => {
      const { provider } = await start((response) => {
        streamHead(response).write(encode(text.stream.slice(0, 4)), () => response.destroy());
      });
      const { text: answer, error } = await ask(provider, { stream: true });
      expect(assembled(answer).done).toBe(false);
      expect(error).toMatchObject({ failure: 'broken', billed: 'maybe' });
    });

    it('tells a connection that breaks before the answer', async () => {
      const { provider } = await start((response) => response.destroy());
      expect((await ask(provider)).error).toMatchObject({ failure: 'connect', billed: 'maybe' });
    });

    if (subject.readsStream) {
      it('fails on an error event in mid-stream', async () => {
        const { provider } = await start(stream([...text.stream.slice(0, 4), midStreamError]));
        const { text: answer, error } = await ask(provider, { stream: true });
        expect(assembled(answer)).toMatchObject({ content: expect.stringContaining('Hello'), done: false });
        expect(error).toMatchObject({ failure: subject.midStream ?? 'server_error', billed: 'maybe' });
      });

      it('fails when a stream closes before its end', async () => {
        for (const events of [[], text.stream.slice(0, 4), text.stream.slice(0, -2)]) {
          const { provider } = await start(stream(events));
          const { text: answer, error } = await ask(provider, { stream: true });
          expect(answer).not.toContain('[DONE]');
          expect(error).toMatchObject({ failure: 'broken', billed: 'maybe' });
        }
      });
    }

    it('knows that a connection refused costs nothing', async () => {
      const upstream = await startUpstream(() => {});
      await upstream.close();
      const provider = subject.create(upstream.baseUrl, 'secret');
      closing.push(() => provider.close());
      expect((await ask(provider)).error).toMatchObject({ failure: 'connect', billed: 'no' });
    });

    it('ends the upstream call when it is aborted, before the head and in mid-stream', async () => {
      for (const streamed of [false, true]) {
        const abort = new AbortController();
        let closed: Promise<unknown> = Promise.reject(new Error('no request came'));
        closed.catch(() => {});
        const { provider } = await start((response) => {
          closed = once(response, 'close');
          if (streamed) streamHead(response).write(encode(text.stream.slice(0, 4)));
          else abort.abort();
        });
        const { error } = await ask(provider, {
          stream: streamed,
          signal: abort.signal,
          onData: () => abort.abort(),
        });
        expect(error).toMatchObject({ failure: 'aborted', billed: 'maybe' });
        await closed;
      }
    });

    it('sends nothing when it is aborted beforehand', async () => {
      const { provider, upstream } = await start(json(200, text.whole));
      const { error } = await ask(provider, { signal: AbortSignal.abort() });
      expect(error).toMatchObject({ failure: 'aborted', billed: 'no' });
      expect(upstream.requests).toHaveLength(0);
    });

    it('stops reading while paused, and loses nothing', async () => {
      // More than the buffers of both ends of a connection take.
      const long = 'x'.repeat(65_536);
      const at = text.stream.findIndex((given) => sse([given]).includes('Hello, '));
      const swollen = text.stream.slice(at, at + 1).map((given) => ({
        ...given,
        data: JSON.parse(JSON.stringify(given.data).replace('Hello, ', long)),
      }));
      const bytes = Buffer.concat([
        encode(text.stream.slice(0, at)),
        ...Array<Buffer>(300).fill(encode(swollen)),
        encode(text.stream.slice(at)),
      ]);
      let unsent = () => 0;
      const { provider } = await start((response) => {
        unsent = () => response.writableLength;
        streamHead(response).end(bytes);
      });
      let state: 'before' | 'paused' | 'after' = 'before';
      let cameWhilePaused = 0;
      let unsentWhilePaused = 0;
      const { text: answer, error } = await ask(provider, {
        stream: true,
        onData(call) {
          if (state === 'paused') cameWhilePaused++;
          if (state !== 'before') return;
          state = 'paused';
          call.pause();
          let turns = 200;
          const later = () => {
            if (turns-- > 0) return setImmediate(later);
            unsentWhilePaused = unsent();
            state = 'after';
            call.resume();
          };
          later();
        },
      });
      expect(error).toBeNull();
      expect(cameWhilePaused).toBe(0);
      expect(unsentWhilePaused).toBeGreaterThan(0);
      const { content } = assembled(answer);
      expect(content.length).toBe(300 * long.length + 'Hello, wörld.'.length);
      expect(content.endsWith('xHello, wörld.')).toBe(true);
    });

    it('can be aborted while paused', async () => {
      const abort = new AbortController();
      const { provider } = await start((response) => streamHead(response).write(encode(text.stream.slice(0, 4))));
      const { error } = await ask(provider, {
        stream: true,
        signal: abort.signal,
        onData(call) {
          call.pause();
          setImmediate(() => abort.abort());
        },
      });
      expect(error).toMatchObject({ failure: 'aborted' });
    });
  });
}
