/** What Gemini and Bedrock are sent for embeddings, in how many calls, and what is made of what they answer. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBedrock } from '../../../server/providers/bedrock.ts';
import { createGoogle } from '../../../server/providers/google.ts';
import { connecting } from '../../../server/providers/network.ts';
import type { Provider } from '../../../server/providers/provider.ts';
import { openAiEmbeddings } from '../../../server/wire/embeddings.ts';
import { json, type SendOptions, send, startUpstream, type Upstream } from './upstream.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const GEMINI = 'gemini-embedding-001';
const TITAN = 'amazon.titan-embed-text-v2:0';
const COHERE = 'cohere.embed-english-v3';
const COHERE_4 = 'us.cohere.embed-v4:0';
const NOVA = 'amazon.nova-2-multimodal-embeddings-v1:0';

async function start(answer: (response: ServerResponse, body: string, request: IncomingMessage) => void) {
  const upstream = await startUpstream((response, request) =>
    answer(response, upstream.requests.find(({ head }) => head === request)?.body ?? '', request),
  );
  const { baseUrl } = upstream;
  const google = createGoogle({ name: 'google', baseUrl, apiKey: 'secret' });
  const credentials = { apiKey: 'secret' };
  const bedrock = createBedrock({ name: 'bedrock', region: 'eu-north-1', baseUrl, credentials });
  closing.push(
    () => google.close(),
    () => bedrock.close(),
    () => upstream.close(),
  );
  return { upstream, google, bedrock };
}

const ask = (provider: Provider, model: string, body: object, options: SendOptions = {}) =>
  send(provider, { ...options, protocol: openAiEmbeddings, model, body });

const answered = z.object({
  data: z.array(z.object({ index: z.number(), embedding: z.union([z.array(z.number()), z.string()]) })),
  model: z.string(),
  usage: z.object({ prompt_tokens: z.number(), estimated: z.boolean().optional() }),
});
const read = (text: string) => answered.parse(JSON.parse(text));
const vectorsOf = (text: string) => read(text).data.map(({ embedding }) => embedding);

/** The texts of a body, whichever vendor's it is. */
const heard = z.union([
  z.object({ inputText: z.string() }).transform(({ inputText }) => [inputText]),
  z.object({ texts: z.array(z.string()) }).transform(({ texts }) => texts),
  z
    .object({ content: z.object({ parts: z.array(z.object({ text: z.string() })) }) })
    .transform(({ content }) => content.parts.map(({ text }) => text)),
  z
    .object({
      requests: z.array(z.object({ content: z.object({ parts: z.tuple([z.object({ text: z.string() })]) }) })),
    })
    .transform(({ requests }) => requests.map(({ content }) => content.parts[0].text)),
]);
const textsIn = (body: string): string[] => heard.parse(JSON.parse(body));

/** A vector of length 1 that says which text it is of: texts are numbers here. */
const vectorOf = (text: string): number[] => [Math.cos(Number(text) / 1000), Math.sin(Number(text) / 1000)];
const titan = (body: string) => ({ embedding: vectorOf(textsIn(body)[0] ?? ''), inputTextTokenCount: 3 });
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

/** Gives the vectors in a vendor's form. */
function vendorAnswer(body: string): object {
  const vectors = textsIn(body).map(vectorOf);
  if (body.includes('inputText')) return titan(body);
  if (body.includes('"texts"')) return { embeddings: vectors };
  return body.includes('"requests"')
    ? { embeddings: vectors.map((values) => ({ values })) }
    : { embedding: { values: vectors[0] } };
}

const bodies = ({ requests }: Upstream): unknown[] => requests.map(({ body }) => JSON.parse(body));

describe('what is sent', () => {
  const gemini = (more: object) => ({
    model: `models/${GEMINI}`,
    content: { parts: [{ text: 'Hi' }] },
    ...more,
  });
  const nova = (more: object) => ({
    taskType: 'SINGLE_EMBEDDING',
    singleEmbeddingParams: {
      embeddingPurpose: 'GENERIC_INDEX',
      embeddingDimension: 3072,
      text: { truncationMode: 'NONE', value: 'Hi' },
      ...more,
    },
  });
  const cohere = (more: object) => ({ input_type: 'search_document', texts: ['Hi'], truncate: 'NONE', ...more });

  it.each([
    [GEMINI, {}, gemini({})],
    [GEMINI, { dimensions: 768 }, gemini({ outputDimensionality: 768 })],
    [GEMINI, { input_type: 'search_query' }, gemini({ taskType: 'RETRIEVAL_QUERY' })],
    [TITAN, {}, { inputText: 'Hi' }],
    [
      TITAN,
      { dimensions: 256, user: 'ada', metadata: { a: 1 }, encoding_format: null },
      { inputText: 'Hi', dimensions: 256 },
    ],
    ['arn:aws:bedrock:eu-north-1:1:application-inference-profile/a', {}, { inputText: 'Hi' }],
    [COHERE, {}, cohere({})],
    [COHERE, { input_type: 'clustering' }, cohere({ input_type: 'clustering' })],
    [COHERE_4, { dimensions: 512 }, cohere({ output_dimension: 512 })],
    [NOVA, {}, nova({})],
    [
      NOVA,
      { dimensions: 384, input_type: 'search_query' },
      nova({ embeddingDimension: 384, embeddingPurpose: 'TEXT_RETRIEVAL' }),
    ],
  ])('to %s for %j is all that was asked for', async (model, more, expected) => {
    const { upstream, google, bedrock } = await start(json(500, {}));
    await ask(model === GEMINI ? google : bedrock, model, { input: 'Hi', ...more });
    expect(bodies(upstream)).toEqual([expected]);
  });

  it.each([
    [GEMINI, { input: [1, 2, 3] }, 'input in the form of tokens; send the texts themselves'],
    [TITAN, { input: [[1], [2]] }, 'input in the form of tokens'],
    [TITAN, { encoding_format: 'int8' }, 'encoding_format "int8"'],
    [TITAN, { dimensions: 300 }, `dimensions 300 for ${TITAN}`],
    [COHERE, { dimensions: 512 }, `dimensions 512 for ${COHERE}`],
    [TITAN, { input_type: 'search_query' }, `input_type for ${TITAN}`],
    ['gemini-embedding-2', { input_type: 'search_query' }, 'input_type for gemini-embedding-2'],
    [COHERE, { input_type: 'image' }, 'input_type "image"'],
    [COHERE, { truncate: 'END' }, 'truncate'],
  ])('to %s for %j is nothing: it is refused by its name', async (model, more, named) => {
    const { upstream, google, bedrock } = await start(json(500, {}));
    const { error } = await ask(model.startsWith('gemini') ? google : bedrock, model, { input: 'Hi', ...more });
    expect(error).toMatchObject({ failure: 'unsupported', status: null, billed: 'no' });
    expect(error?.message).toContain(named);
    expect(upstream.requests).toHaveLength(0);
  });

  it('is nothing for more texts than the protocol has room for', async () => {
    const { upstream, bedrock } = await start(json(500, {}));
    const { error } = await ask(bedrock, TITAN, { input: numbers(2049) });
    expect(error).toMatchObject({ failure: 'bad_request', message: 'input has more than 2048 texts', billed: 'no' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('leaves nothing of what a member says where it is null', async () => {
    const { bedrock } = await start((response, body) => json(200, titan(body))(response));
    expect((await ask(bedrock, TITAN, { input: '7', truncate: null, dimensions: null })).error).toBeNull();
  });
});

describe('several texts', () => {
  it.each([
    [GEMINI, 250, [100, 100, 50]],
    [COHERE, 97, [96, 1]],
    [TITAN, 20, Array(20).fill(1)],
  ])('go to %s in as many calls as it needs: %d', async (model, count, sizes) => {
    const { upstream, google, bedrock } = await start((response, body) => json(200, vendorAnswer(body))(response));
    const { text, error } = await ask(model === GEMINI ? google : bedrock, model, { input: numbers(count) });
    expect(error).toBeNull();
    expect(vectorsOf(text)).toEqual(numbers(count).map(vectorOf));
    // Those that are sent at once may arrive in any order.
    const sent = upstream.requests.map(({ body }) => textsIn(body));
    expect(sent.map(({ length }) => length).toSorted((a, b) => b - a)).toEqual(sizes);
    expect(sent.flat().toSorted()).toEqual(numbers(count).toSorted());
  });

  it('come back in their order, in whatever order the calls are answered', async () => {
    const waiting: (() => void)[] = [];
    const { bedrock } = await start((response, body) => {
      const [text] = textsIn(body);
      if (text === '0') return void json(200, titan(body))(response);
      waiting.push(() => json(200, titan(body))(response));
      // The last of those that are asked at once come back first.
      if (waiting.length === 8) for (const go of waiting.splice(0).reverse()) go();
    });
    const { text } = await ask(bedrock, TITAN, { input: numbers(9) });
    expect(vectorsOf(text)).toEqual(numbers(9).map(vectorOf));
  });

  it('come back in their order, however many there are, and are counted together', async () => {
    const { google, bedrock, upstream } = await start((response, body) => json(200, vendorAnswer(body))(response));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 230 }),
        fc.constantFrom(GEMINI, TITAN, COHERE),
        async (given, model) => {
          upstream.requests.splice(0);
          const texts = given.map(String);
          const { text } = await ask(model === GEMINI ? google : bedrock, model, { input: texts });
          const { data, usage } = read(text);
          expect(data.map(({ index }) => index)).toEqual(texts.map((_, index) => index));
          expect(data.map(({ embedding }) => embedding)).toEqual(texts.map(vectorOf));
          expect(upstream.requests.flatMap(({ body }) => textsIn(body)).toSorted()).toEqual(texts.toSorted());
          if (model === TITAN) expect(usage).toEqual({ prompt_tokens: 3 * texts.length });
          else expect(usage.estimated).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('are used where one of them fails after others: the failure says so, and ends the others', async () => {
    let closed = 0;
    const { bedrock, upstream } = await start((response, body) => {
      const [text] = textsIn(body);
      response.on('close', () => {
        if (!response.writableFinished) closed += 1;
      });
      if (text === '0') json(200, titan(body))(response);
      else if (upstream.requests.length === 9) {
        const slow = { message: 'Too many requests, please wait before trying again.' };
        json(429, slow, { 'retry-after': '7' })(response);
      }
    });
    const { head, error } = await ask(bedrock, TITAN, { input: numbers(40) });
    expect(head).toBeNull();
    expect(error).toMatchObject({ failure: 'rate_limited', status: 429, billed: 'maybe', retryAfterMs: 7000 });
    // None begins after it.
    expect(upstream.requests).toHaveLength(9);
    while (closed < 7) await new Promise(setImmediate);
  });

  it('are not used where the first of them fails', async () => {
    const { bedrock, upstream } = await start(json(429, { message: 'Too many requests' }));
    const { error } = await ask(bedrock, TITAN, { input: numbers(40) });
    expect(error).toMatchObject({ failure: 'rate_limited', status: 429, billed: 'no' });
    expect(upstream.requests).toHaveLength(1);
  });

  it('are ended together when the client leaves', async () => {
    const abort = new AbortController();
    const closes: Promise<unknown>[] = [];
    const { bedrock } = await start((response, body) => {
      if (textsIn(body)[0] === '0') return void json(200, titan(body))(response);
      closes.push(once(response, 'close'));
      if (closes.length === 8) abort.abort();
    });
    const { error } = await ask(bedrock, TITAN, { input: numbers(40) }, { signal: abort.signal });
    expect(error).toMatchObject({ failure: 'aborted', billed: 'maybe' });
    await Promise.all(closes);
    expect(closes).toHaveLength(8);
  });

  it('have one deadline together, which began with the first call', async () => {
    const { bedrock } = await start((response, body) => {
      if (textsIn(body)[0] === '0') json(200, titan(body))(response);
    });
    const { error } = await ask(bedrock, TITAN, { input: numbers(20) }, { timeoutMs: 300 });
    expect(error).toMatchObject({ failure: 'timeout', message: 'not all of it within 300 ms', billed: 'maybe' });
  });
});

describe('what comes back', () => {
  const withVectors = (...embeddings: number[][]) => json(200, { embeddings });

  it('has the length 1, as the protocol’s own has, and is left alone where it is 0', async () => {
    const { bedrock } = await start(withVectors([3, 4], [0, 0], [0.6004, 0.8]));
    const { text } = await ask(bedrock, COHERE, { input: ['a', 'b', 'c'] });
    expect(vectorsOf(text)).toEqual([
      [0.6, 0.8],
      [0, 0],
      [0.6004, 0.8],
    ]);
  });

  it('is the same in base64', async () => {
    const { bedrock } = await start(withVectors([0.6, 0.8], [-1, 0]));
    const { text } = await ask(bedrock, COHERE, { input: ['a', 'b'], encoding_format: 'base64' });
    const floats = vectorsOf(text).map((vector) => {
      const bytes = Buffer.from(z.string().parse(vector), 'base64');
      return [bytes.readFloatLE(0), bytes.readFloatLE(4)];
    });
    expect(floats).toEqual([
      [Math.fround(0.6), Math.fround(0.8)],
      [-1, 0],
    ]);
    expect(read(text).model).toBe(COHERE);
  });

  it('counts what the vendor counts, in a header or in the answer', async () => {
    const { bedrock } = await start((response) =>
      json(200, { embeddings: [[1]] }, { 'x-amzn-bedrock-input-token-count': '12' })(response),
    );
    expect(read((await ask(bedrock, COHERE, { input: 'a' })).text).usage).toEqual({ prompt_tokens: 12 });
    const { google } = await start(json(200, { embedding: { values: [1] }, usageMetadata: { promptTokenCount: 5 } }));
    expect(read((await ask(google, GEMINI, { input: 'a' })).text).usage).toEqual({ prompt_tokens: 5 });
  });

  it.each([
    ['too few vectors', { embeddings: [[1, 0]] }, {}, '1 embeddings for 2 texts'],
    ['vectors of several lengths', { embeddings: [[1], [1, 0]] }, {}, '2 dimensions instead of 1'],
    [
      'other dimensions than were asked for',
      { embeddings: { float: [[1], [1]] } },
      { dimensions: 256 },
      'instead of 256',
    ],
    ['vectors without a number', { embeddings: [[], []] }, {}, '0 dimensions'],
    ['something else', { hello: 1 }, {}, 'not an answer of the protocol'],
  ])('is refused where it is %s', async (_, answer, more, why) => {
    const { bedrock } = await start(json(200, answer));
    const { head, error } = await ask(bedrock, COHERE_4, { input: ['a', 'b'], ...more });
    expect(head).toBeNull();
    expect(error).toMatchObject({ failure: 'bad_answer', billed: 'maybe' });
    expect(error?.message).toContain(why);
  });

  it('is refused after the first call where all of it would be too large', async () => {
    const long = Array.from({ length: 3072 }, (_, i) => Math.sin(i) / 40);
    const { bedrock, upstream } = await start(json(200, { embedding: long, inputTextTokenCount: 1 }));
    const { error } = await ask(bedrock, TITAN, { input: numbers(2000) });
    expect(error).toMatchObject({ failure: 'bad_request', billed: 'maybe' });
    expect(error?.message).toContain('send fewer texts at once');
    expect(upstream.requests).toHaveLength(1);
  });

  it('is refused where one answer of the vendor is larger than 20 MB', async () => {
    const { bedrock } = await start((response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"inputTextTokenCount":1,"embedding":[${'0,'.repeat(11 * 1024 * 1024)}0]}`),
    );
    const { error } = await ask(bedrock, TITAN, { input: 'a' });
    expect(error).toMatchObject({ failure: 'bad_answer', message: 'its answer is larger than 20 MB' });
  });

  it('never comes from the gateway’s own network, where the account may not go there', async () => {
    const { upstream } = await start(json(200, {}));
    const baseUrl = upstream.baseUrl.replace('127.0.0.1', 'localhost');
    const google = createGoogle({ name: 'google', baseUrl, apiKey: 'a', connect: connecting(false) });
    closing.push(() => google.close());
    const { error } = await ask(google, GEMINI, { input: ['a', 'b'] });
    expect(error).toMatchObject({ failure: 'connect', billed: 'no', message: expect.stringContaining('EPRIVATE') });
    expect(upstream.requests).toHaveLength(0);
  });

  it.each([
    ['400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: 9875'],
    ['Malformed input request: #/texts/0: expected maxLength: 2048, actual: 9000, please reformat your input'],
  ])('tells a text that is too long for the model: %s', async (message) => {
    const { bedrock } = await start(json(400, { message }));
    expect((await ask(bedrock, TITAN, { input: 'a' })).error).toMatchObject({ failure: 'context_too_long' });
  });
});
