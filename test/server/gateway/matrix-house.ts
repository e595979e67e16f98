/** A gateway before one local upstream that speaks whatever protocol the test answers in, and the vendors' own SDKs. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { createAzure } from '../../../server/providers/azure.ts';
import { createBedrock } from '../../../server/providers/bedrock.ts';
import { openSource } from '../../../server/providers/catalogue.ts';
import { createGoogle } from '../../../server/providers/google.ts';
import { listedSource } from '../../../server/providers/listed-source.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { startUpstream, type Upstream } from '../providers/upstream.ts';
import { API_KEY, passEverythingOn, replayAll, startGateway, type TestGateway } from './harness.ts';

/** Models by the protocol in which the gateway calls them. */
export const MODELS = {
  anthropic: 'anthropic/claude-haiku-4-5',
  openai: 'openai/gpt-5-mini',
  /** A server that speaks OpenAI's chats and nothing else. */
  compatible: 'house/one',
  azure: 'azure/ours',
  /** Azure by its older paths, which know chats alone. */
  deployment: 'deployment/ours',
  google: 'google/gemini-2.5-flash',
  bedrock: 'bedrock/anthropic.claude-haiku-4-5-20251001-v1:0',
} as const;

export interface MatrixHouse extends TestGateway {
  readonly upstream: Upstream;
  readonly anthropic: Anthropic;
  /** What the upstream does with a request; to be set by every test. */
  answer: (response: ServerResponse, request: IncomingMessage) => void;
  /** The last body that the upstream was sent. */
  lastSent(): string;
  /** A message asked for without an SDK. */
  message(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

export async function startMatrix(): Promise<MatrixHouse> {
  const upstream = await startUpstream((response, request) => house.answer(response, request));
  const { baseUrl } = upstream;
  const { origin } = new URL(baseUrl);
  const azure = { baseUrl: origin, apiKey: 'secret of azure' };
  const gateway = await startGateway({
    providers: [
      {
        provider: createAnthropic({ name: 'anthropic', baseUrl, apiKey: 'secret of anthropic' }),
        source: listedSource('anthropic', 'anthropic'),
      },
      {
        provider: createOpenAiCompatible({ name: 'openai', baseUrl, apiKey: 'secret of openai' }),
        source: listedSource('openai', 'openai'),
      },
      {
        provider: createOpenAiCompatible({ name: 'house', baseUrl, apiKey: null }),
        source: openSource('house', ['one'], false),
      },
      {
        provider: createAzure({ ...azure, name: 'azure', apiVersion: null }),
        source: openSource('azure', ['ours'], true),
      },
      {
        provider: createAzure({ ...azure, name: 'deployment', apiVersion: '2024-10-21' }),
        source: openSource('deployment', ['ours'], true),
      },
      {
        provider: createGoogle({ name: 'google', baseUrl, apiKey: 'secret of google' }),
        source: listedSource('google', 'google'),
      },
      {
        provider: createBedrock({
          name: 'bedrock',
          region: 'eu-north-1',
          baseUrl: origin,
          credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret of bedrock', sessionToken: null },
        }),
        source: openSource('bedrock', [], true),
      },
    ],
  });
  const house: MatrixHouse = {
    ...gateway,
    upstream,
    anthropic: new Anthropic({ baseURL: gateway.url, apiKey: API_KEY, maxRetries: 0 }),
    answer: (response) => response.destroy(),
    lastSent: () => upstream.requests.at(-1)?.body ?? '',
    message: (body, headers = {}) =>
      fetch(`${gateway.url}/v1/messages`, {
        method: 'POST',
        headers: { 'x-api-key': API_KEY, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async stop() {
      try {
        await replayAll(gateway);
      } finally {
        const stopped = gateway.stop();
        await upstream.close();
        await stopped;
      }
    },
  };
  await passEverythingOn(house);
  return house;
}
