/**
 * What vendors speak who make embeddings: shapes after the public documentation of OpenAI, of the Gemini API and of Amazon
 * Bedrock's InvokeModel, made by hand. Each is asked in its own words, at its own address, with its own kind of key.
 */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { expect } from 'vitest';
import { z } from 'zod';

/** The vector that a model makes of a text: of no length in particular, the same for the same text. */
function rawVector(text: string, dimensions: number): number[] {
  const digest = createHash('sha512').update(text).digest();
  return Array.from({ length: dimensions }, (_, i) => (digest[i % digest.length] ?? 0) - 127.5);
}

/** What clients have to get of it, whoever made it: it points the same way, and has the length 1. */
export function vectorOf(text: string, dimensions: number): number[] {
  const raw = rawVector(text, dimensions);
  const length = Math.hypot(...raw);
  return raw.map((value) => value / length);
}

/** Tokens of a text, as these vendors count. */
export const tokensOf = (text: string): number => text.length;
const tokensOfAll = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + tokensOf(text), 0);

export interface EmbeddingVendor {
  readonly model: string;
  /** The dimensions of a vector where none are asked for, and others that can be. */
  readonly usual: number;
  readonly fewer: number | null;
  /** Whether it says how many tokens it has read. */
  readonly counts: boolean;
  /** Throws where a request is none that the vendor would take. */
  readonly answer: (body: string, request: IncomingMessage) => { readonly body: object; readonly headers?: object };
  readonly error: (status: number, message: string) => object;
}

const openAiBody = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string())]),
  dimensions: z.number().optional(),
  encoding_format: z.enum(['float', 'base64']).optional(),
});

function openAi(model: string, path: string, key: [header: string, value: string | undefined]): EmbeddingVendor {
  return {
    model,
    usual: 12,
    fewer: 8,
    counts: true,
    answer(body, { url, headers }) {
      expect(url).toBe(path);
      expect(headers[key[0]]).toBe(key[1]);
      const { input, dimensions = 12, encoding_format, model: asked } = openAiBody.parse(JSON.parse(body));
      const texts = typeof input === 'string' ? [input] : input;
      const data = texts.map((text, index) => {
        const vector = vectorOf(text, dimensions);
        const bytes = Buffer.from(Float32Array.from(vector).buffer);
        return {
          object: 'embedding',
          index,
          embedding: encoding_format === 'base64' ? bytes.toString('base64') : vector,
        };
      });
      const used = tokensOfAll(texts);
      return { body: { object: 'list', data, model: asked, usage: { prompt_tokens: used, total_tokens: used } } };
    },
    error: (_, message) => ({ error: { message, type: 'invalid_request_error', code: null } }),
  };
}

const content = z.object({
  parts: z.tuple([z.strictObject({ text: z.string() })]),
  role: z.literal('user').optional(),
});
const embedContent = z.strictObject({
  model: z.literal('models/gemini-embedding-001'),
  content,
  outputDimensionality: z.number().max(3072).optional(),
  taskType: z.string().optional(),
});
const batchEmbedContents = z.strictObject({ requests: z.array(embedContent).max(100) });

const google: EmbeddingVendor = {
  model: 'google/gemini-embedding-001',
  usual: 24,
  fewer: 8,
  counts: false,
  answer(body, { url = '', headers }) {
    expect(headers['x-goog-api-key']).toBe('secret of google');
    const [path, method] = url.split(':');
    expect(path).toBe('/v1/models/gemini-embedding-001');
    const embedded = ({ content: { parts }, outputDimensionality = 24 }: z.infer<typeof embedContent>) => ({
      values: rawVector(parts[0].text, outputDimensionality),
    });
    const json: unknown = JSON.parse(body);
    if (method === 'embedContent') return { body: { embedding: embedded(embedContent.parse(json)) } };
    expect(method).toBe('batchEmbedContents');
    return { body: { embeddings: batchEmbedContents.parse(json).requests.map(embedded) } };
  },
  error: (code, message) => ({
    error: { code, message, status: code === 429 ? 'RESOURCE_EXHAUSTED' : 'INVALID_ARGUMENT' },
  }),
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const one = (headers: IncomingHttpHeaders, name: string): string => String(headers[name] ?? '');

/** Checks a signature of the fourth version as the vendor does (docs.aws.amazon.com: create a signed AWS API request). */
function expectSigned(body: string, { method = '', url = '', headers }: IncomingMessage, secret: string): void {
  const [, day = '', region = '', service = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=\w+\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, SignedHeaders=([\w;-]+), Signature=(\w{64})$/.exec(
      one(headers, 'authorization'),
    ) ?? [];
  expect([region, service]).toEqual(['eu-north-1', 'bedrock']);
  expect(names.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date']));
  // The path is encoded a second time in what is signed.
  const path = url.split('/').map(encodeURIComponent).join('/');
  const signed = names.split(';').map((name) => `${name}:${one(headers, name).trim().replace(/\s+/g, ' ')}\n`);
  const request = [method, path, '', signed.join(''), names, sha256(body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', one(headers, 'x-amz-date'), scope, sha256(request)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day));
  expect(hmac(key, toSign).toString('hex')).toBe(signature);
}

/** InvokeModel of one model; `embed` gives what the family answers. */
function bedrock(
  name: string,
  more: Pick<EmbeddingVendor, 'usual' | 'fewer' | 'counts'>,
  embed: (body: unknown) => { readonly body: object; readonly headers?: object },
): EmbeddingVendor {
  return {
    ...more,
    model: `bedrock/${name}`,
    answer(body, request) {
      expect(request.url).toBe(`/model/${encodeURIComponent(name)}/invoke`);
      expectSigned(body, request, 'secret of bedrock');
      return embed(JSON.parse(body));
    },
    error: (_, message) => ({ message }),
  };
}

const titanBody = z.strictObject({
  inputText: z.string(),
  dimensions: z.union([z.literal(256), z.literal(512), z.literal(1024)]).optional(),
});
const titan = bedrock('amazon.titan-embed-text-v2:0', { usual: 1024, fewer: 256, counts: true }, (body) => {
  const { inputText, dimensions = 1024 } = titanBody.parse(body);
  // Of length 1 as this model makes them.
  const embedding = vectorOf(inputText, dimensions);
  return { body: { embedding, embeddingsByType: { float: embedding }, inputTextTokenCount: tokensOf(inputText) } };
});

const cohereBody = z.strictObject({
  texts: z.array(z.string()).min(1).max(96),
  input_type: z.enum(['search_document', 'search_query', 'classification', 'clustering']),
  truncate: z.literal('NONE'),
});
const cohere = bedrock('cohere.embed-multilingual-v3', { usual: 16, fewer: null, counts: true }, (body) => {
  const { texts } = cohereBody.parse(body);
  const embeddings = texts.map((text) => rawVector(text, 16));
  return {
    body: { id: 'a', embeddings, texts, response_type: 'embeddings_floats' },
    headers: { 'x-amzn-bedrock-input-token-count': String(tokensOfAll(texts)) },
  };
});

const novaBody = z.strictObject({
  taskType: z.literal('SINGLE_EMBEDDING'),
  singleEmbeddingParams: z.strictObject({
    embeddingPurpose: z.string(),
    embeddingDimension: z.union([z.literal(256), z.literal(384), z.literal(1024), z.literal(3072)]),
    text: z.strictObject({ truncationMode: z.literal('NONE'), value: z.string() }),
  }),
});
const nova = bedrock('amazon.nova-2-multimodal-embeddings-v1:0', { usual: 3072, fewer: 256, counts: true }, (body) => {
  const { embeddingDimension, text } = novaBody.parse(body).singleEmbeddingParams;
  const embedding = rawVector(text.value, embeddingDimension);
  return { body: { embeddings: [{ embeddingType: 'TEXT', embedding }], inputTokenCount: tokensOf(text.value) } };
});

/** One line a vendor or family of models. */
export const EMBEDDERS = {
  openai: openAi('openai/text-embedding-3-small', '/v1/embeddings', ['authorization', 'Bearer secret of openai']),
  compatible: openAi('house/one', '/v1/embeddings', ['authorization', undefined]),
  azure: openAi('azure/ours', '/openai/v1/embeddings', ['api-key', 'secret of azure']),
  deployment: openAi('deployment/ours', '/openai/deployments/ours/embeddings?api-version=2024-10-21', [
    'api-key',
    'secret of azure',
  ]),
  google,
  titan,
  cohere,
  nova,
} as const satisfies Record<string, EmbeddingVendor>;
