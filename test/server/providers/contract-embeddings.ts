/** What every provider must do that makes embeddings, and that the others refuse them in words. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Provider } from '../../../server/providers/provider.ts';
import { openAiEmbeddings } from '../../../server/wire/embeddings.ts';
import { json, type SendOptions, send, startUpstream } from './upstream.ts';

const fixture = z.strictObject({
  source: z.string(),
  /** The answer to one text. */
  one: z.unknown(),
  /** The answers to two texts, in as many calls as the vendor needs for them. */
  several: z.array(z.unknown()),
});
const failures = z.looseObject({
  errors: z.record(
    z.string(),
    z.strictObject({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
  ),
});
const answered = z.object({
  object: z.literal('list'),
  data: z.array(z.object({ object: z.literal('embedding'), index: z.number(), embedding: z.array(z.number()) })),
  usage: z.object({ prompt_tokens: z.number(), total_tokens: z.number(), estimated: z.literal(true).optional() }),
});

export interface EmbeddingsUnderTest {
  readonly model: string;
  /** Says in `source` where it is from. */
  readonly fixture: unknown;
  /** Where one text is sent, and where several are. */
  readonly path: string;
  readonly severalPath: string;
  /** False where the vendor says nothing of the tokens that it has read. */
  readonly counts: boolean;
}

interface EmbeddingProvider {
  readonly protocol: string;
  readonly create: (baseUrl: string, apiKey: string) => Provider;
  readonly authentication: (apiKey: string) => readonly [header: string, value: unknown];
  readonly fixtures: { readonly errors: unknown };
  readonly requestIdHeader?: string | null;
  readonly embeddings: readonly EmbeddingsUnderTest[];
}

const TEXTS = ['Hello, wörld.', 'Grüß Gott'];
const VECTORS = [
  [0.6, 0.8, 0],
  [0, 0.6, -0.8],
];

/** What clients read of an answer: the vectors in the order of their numbers, and the usage. */
function readAnswer(text: string) {
  const { data, usage } = answered.parse(JSON.parse(text));
  expect(data.map(({ index }) => index)).toEqual(data.map((_, index) => index));
  return { vectors: data.map(({ embedding }) => embedding), usage };
}

export function describeEmbeddings(subject: EmbeddingProvider): void {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function start(answer: (response: ServerResponse) => void, apiKey = 'secret') {
    const upstream = await startUpstream(answer);
    const provider = subject.create(upstream.baseUrl, apiKey);
    closing.push(
      () => provider.close(),
      () => upstream.close(),
    );
    return { upstream, provider };
  }

  const idHeader = subject.requestIdHeader === undefined ? 'request-id' : subject.requestIdHeader;
  const ids = idHeader === null ? {} : { [idHeader]: 'up_1' };

  if (subject.embeddings.length === 0) {
    it(`${subject.protocol} provider refuses embeddings in words, and sends nothing`, async () => {
      const { provider, upstream } = await start(json(200, {}));
      const { error, head } = await send(provider, { protocol: openAiEmbeddings, body: { input: 'Hi' } });
      expect(head).toBeNull();
      expect(error).toMatchObject({ failure: 'unsupported', status: null, billed: 'no' });
      expect(error?.message).toContain('embeddings');
      expect(upstream.requests).toHaveLength(0);
    });
  }

  describe.each(subject.embeddings)(`${subject.protocol} provider, asked to embed by $model`, (model) => {
    const { one, several } = fixture.parse(model.fixture);
    const ask = (provider: Provider, body: object, options: SendOptions = {}) =>
      send(provider, { ...options, protocol: openAiEmbeddings, model: model.model, body });

    it('sends the key, the request id and the trace context, to the right path', async () => {
      const { provider, upstream } = await start(json(200, one), 'key-7');
      await ask(provider, { input: 'Hello' });
      const [header, value] = subject.authentication('key-7');
      const { headers, url, method } = upstream.requests[0]?.head ?? {};
      expect([method, url]).toEqual(['POST', model.path]);
      expect(headers).toMatchObject({ [header]: value, 'x-request-id': 'req_test', traceparent: '00-aa-bb-01' });
      expect(upstream.requests[0]?.body).toContain('Hello');
    });

    it('gives the vector of one text, and what that has used', async () => {
      const { provider } = await start(json(200, one, ids));
      const { head, text, error } = await ask(provider, { input: TEXTS[0], encoding_format: 'float' });
      expect(error).toBeNull();
      const requestId = idHeader === null ? null : 'up_1';
      expect(head).toEqual({ status: 200, contentType: 'application/json', requestId });
      const { vectors, usage } = readAnswer(text);
      expect(vectors).toEqual(VECTORS.slice(0, 1));
      if (model.counts) expect(usage).toEqual({ prompt_tokens: 4, total_tokens: 4 });
      else expect(usage).toEqual({ prompt_tokens: 4, total_tokens: 4, estimated: true });
    });

    it('gives the vectors of several texts in their order, and what they have used together', async () => {
      let next = 0;
      const { provider, upstream } = await start((response) => json(200, several[next++])(response));
      const { text, error } = await ask(provider, { input: TEXTS });
      expect(error).toBeNull();
      const { vectors, usage } = readAnswer(text);
      expect(vectors).toEqual(VECTORS);
      expect(usage.prompt_tokens > 4 && usage.estimated === undefined).toBe(model.counts);
      expect(upstream.requests.map(({ head }) => head.url)).toEqual(several.map(() => model.severalPath));
    });

    for (const [failure, { status, headers, body }] of Object.entries(failures.parse(subject.fixtures.errors).errors)) {
      it(`tells ${failure}, which is not billed`, async () => {
        const { provider } = await start(json(status, body, headers));
        const { head, error } = await ask(provider, { input: TEXTS });
        expect(head).toBeNull();
        expect(error).toMatchObject({ name: 'UpstreamError', failure, status, billed: 'no' });
        expect(error?.retryAfterMs).toBe(failure === 'rate_limited' ? 7000 : null);
      });
    }

    it('refuses a web page in place of an answer', async () => {
      const { provider } = await start((response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>'),
      );
      expect((await ask(provider, { input: 'Hi' })).error).toMatchObject({ failure: 'bad_answer', billed: 'maybe' });
    });

    it('gives up on an upstream that does not answer', async () => {
      const { provider } = await start(() => {});
      const { error } = await ask(provider, { input: TEXTS }, { timeoutMs: 50 });
      expect(error).toMatchObject({ failure: 'timeout', billed: 'maybe' });
    });

    it('knows that a connection refused costs nothing', async () => {
      const { provider, upstream } = await start(() => {});
      await upstream.close();
      closing.pop();
      expect((await ask(provider, { input: TEXTS })).error).toMatchObject({ failure: 'connect', billed: 'no' });
    });

    it('ends the upstream call when it is aborted', async () => {
      const abort = new AbortController();
      let closed: Promise<unknown> = Promise.reject(new Error('no request came'));
      closed.catch(() => {});
      const { provider } = await start((response) => {
        closed = once(response, 'close');
        abort.abort();
      });
      const { error } = await ask(provider, { input: TEXTS }, { signal: abort.signal });
      expect(error).toMatchObject({ failure: 'aborted', billed: 'maybe' });
      await closed;
    });

    it('sends nothing when it is aborted beforehand', async () => {
      const { provider, upstream } = await start(json(200, one));
      const { error } = await ask(provider, { input: TEXTS }, { signal: AbortSignal.abort() });
      expect(error).toMatchObject({ failure: 'aborted', billed: 'no' });
      expect(upstream.requests).toHaveLength(0);
    });
  });
}
