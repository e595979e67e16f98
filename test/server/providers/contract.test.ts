import { expect } from 'vitest';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { createAzure } from '../../../server/providers/azure.ts';
import { createBedrock } from '../../../server/providers/bedrock.ts';
import { createGoogle } from '../../../server/providers/google.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { describeProvider } from './contract.ts';
import { eventFrames } from './event-frames.ts';
import anthropicErrors from './fixtures/anthropic/errors.fixture.json' with { type: 'json' };
import anthropicLength from './fixtures/anthropic/length.fixture.json' with { type: 'json' };
import anthropicText from './fixtures/anthropic/text.fixture.json' with { type: 'json' };
import anthropicTools from './fixtures/anthropic/tools.fixture.json' with { type: 'json' };
import azureErrors from './fixtures/azure/errors.fixture.json' with { type: 'json' };
import bedrockCohere from './fixtures/bedrock/embeddings-cohere.fixture.json' with { type: 'json' };
import bedrockNova from './fixtures/bedrock/embeddings-nova.fixture.json' with { type: 'json' };
import bedrockTitan from './fixtures/bedrock/embeddings-titan.fixture.json' with { type: 'json' };
import bedrockErrors from './fixtures/bedrock/errors.fixture.json' with { type: 'json' };
import bedrockLength from './fixtures/bedrock/length.fixture.json' with { type: 'json' };
import bedrockText from './fixtures/bedrock/text.fixture.json' with { type: 'json' };
import bedrockTools from './fixtures/bedrock/tools.fixture.json' with { type: 'json' };
import googleEmbeddings from './fixtures/google/embeddings.fixture.json' with { type: 'json' };
import googleErrors from './fixtures/google/errors.fixture.json' with { type: 'json' };
import googleLength from './fixtures/google/length.fixture.json' with { type: 'json' };
import googleText from './fixtures/google/text.fixture.json' with { type: 'json' };
import googleTools from './fixtures/google/tools.fixture.json' with { type: 'json' };
import openaiEmbeddings from './fixtures/openai/embeddings.fixture.json' with { type: 'json' };
import openaiErrors from './fixtures/openai/errors.fixture.json' with { type: 'json' };
import openaiLength from './fixtures/openai/length.fixture.json' with { type: 'json' };
import openaiText from './fixtures/openai/text.fixture.json' with { type: 'json' };
import openaiTools from './fixtures/openai/tools.fixture.json' with { type: 'json' };

/** A model whose vendor takes one text and several at the same path. */
const embedding = (model: string, fixture: unknown, path: string, counts = true) => ({
  model,
  fixture,
  path,
  severalPath: path,
  counts,
});

describeProvider({
  protocol: 'anthropic',
  fixtures: { text: anthropicText, tools: anthropicTools, length: anthropicLength, errors: anthropicErrors },
  create: (baseUrl, apiKey) => createAnthropic({ name: 'anthropic', baseUrl, apiKey }),
  path: '/v1/messages',
  authentication: (apiKey) => ['x-api-key', apiKey],
  embeddings: [],
  readsStream: true,
});

describeProvider({
  protocol: 'openai-compatible',
  fixtures: { text: openaiText, tools: openaiTools, length: openaiLength, errors: openaiErrors },
  create: (baseUrl, apiKey) => createOpenAiCompatible({ name: 'openai', baseUrl, apiKey }),
  path: '/v1/chat/completions',
  authentication: (apiKey) => ['authorization', `Bearer ${apiKey}`],
  embeddings: [embedding('text-embedding-3-small', openaiEmbeddings, '/v1/embeddings')],
  readsStream: false,
});

const originOf = (baseUrl: string): string => new URL(baseUrl).origin;

describeProvider({
  protocol: 'azure, without versions',
  fixtures: { text: openaiText, tools: openaiTools, length: openaiLength, errors: azureErrors },
  create: (baseUrl, apiKey) => createAzure({ name: 'azure', baseUrl: originOf(baseUrl), apiKey, apiVersion: null }),
  path: '/openai/v1/chat/completions',
  authentication: (apiKey) => ['api-key', apiKey],
  embeddings: [embedding('ours', openaiEmbeddings, '/openai/v1/embeddings')],
  readsStream: false,
});

describeProvider({
  protocol: 'azure, by deployments',
  fixtures: { text: openaiText, tools: openaiTools, length: openaiLength, errors: azureErrors },
  create: (baseUrl, apiKey) =>
    createAzure({ name: 'azure', baseUrl: `${originOf(baseUrl)}/openai/`, apiKey, apiVersion: '2024-10-21' }),
  model: 'our gpt-4o',
  path: '/openai/deployments/our%20gpt-4o/chat/completions?api-version=2024-10-21',
  authentication: (apiKey) => ['api-key', apiKey],
  embeddings: [
    embedding('our vectors', openaiEmbeddings, '/openai/deployments/our%20vectors/embeddings?api-version=2024-10-21'),
  ],
  readsStream: false,
});

describeProvider({
  protocol: 'google',
  fixtures: { text: googleText, tools: googleTools, length: googleLength, errors: googleErrors },
  create: (baseUrl, apiKey) => createGoogle({ name: 'google', baseUrl, apiKey }),
  model: 'gemini-2.5-flash',
  path: '/v1/models/gemini-2.5-flash:generateContent',
  authentication: (apiKey) => ['x-goog-api-key', apiKey],
  embeddings: [
    {
      ...embedding('gemini-embedding-001', googleEmbeddings, '/v1/models/gemini-embedding-001:embedContent', false),
      severalPath: '/v1/models/gemini-embedding-001:batchEmbedContents',
    },
  ],
  usage: { cacheWrite: 0 },
  requestIdHeader: null,
  readsStream: true,
});

const bedrock = {
  fixtures: { text: bedrockText, tools: bedrockTools, length: bedrockLength, errors: bedrockErrors },
  model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  path: '/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/converse',
  requestIdHeader: 'x-amzn-requestid',
  frames: { encode: eventFrames, type: 'application/vnd.amazon.eventstream' },
  midStream: 'rate_limited',
  embeddings: [
    embedding('amazon.titan-embed-text-v2:0', bedrockTitan, '/model/amazon.titan-embed-text-v2%3A0/invoke'),
    embedding('eu.cohere.embed-v4:0', bedrockCohere, '/model/eu.cohere.embed-v4%3A0/invoke', false),
    embedding(
      'amazon.nova-2-multimodal-embeddings-v1:0',
      bedrockNova,
      '/model/amazon.nova-2-multimodal-embeddings-v1%3A0/invoke',
    ),
  ],
  readsStream: true,
};

describeProvider({
  ...bedrock,
  protocol: 'bedrock with a key',
  create: (baseUrl, apiKey) =>
    createBedrock({ name: 'bedrock', region: 'eu-north-1', baseUrl: originOf(baseUrl), credentials: { apiKey } }),
  authentication: (apiKey) => ['authorization', `Bearer ${apiKey}`],
});

describeProvider({
  ...bedrock,
  protocol: 'bedrock with a signature',
  create: (baseUrl, secretAccessKey) =>
    createBedrock({
      name: 'bedrock',
      region: 'eu-north-1',
      baseUrl: originOf(baseUrl),
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey, sessionToken: 'session' },
    }),
  authentication: () => [
    'authorization',
    expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIATEST\/\d{8}\/eu-north-1\/bedrock\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/,
    ),
  ],
});
