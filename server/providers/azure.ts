/** Azure OpenAI: OpenAI's protocols at an address of one's own, where models go by the names of their deployments. */
import { Agent } from 'undici';
import { failureInAnswer, failureOfAnswer } from '../wire/chat-failure.ts';
import { createChatVendor } from './chat-vendor.ts';
import type { Connecting } from './network.ts';
import { createPassThrough } from './pass-through.ts';
import type { Provider } from './provider.ts';
import { sendTranslated } from './translated.ts';

export interface AzureOptions {
  readonly name: string;
  /** Of the resource, such as "https://example.openai.azure.com". */
  readonly baseUrl: string;
  readonly apiKey: string;
  /**
   * Null for the v1 path, which has no versions (learn.microsoft.com: "API version lifecycle"); else the version of the older
   * paths, which have the deployment in them and know chats and embeddings.
   */
  readonly apiVersion: string | null;
  readonly connect?: Connecting;
}

const failures = { ofAnswer: failureOfAnswer, inAnswer: failureInAnswer };

/** Whether or not an address was copied with the path that belongs behind it, it leads to the resource. */
function resourceOf(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '').replace(/\/openai(\/v1)?$/, '');
}

export function createAzure({ name, baseUrl, apiKey, apiVersion, connect }: AzureOptions): Provider {
  const resource = resourceOf(baseUrl);
  const headers = { 'api-key': apiKey };
  const dispatcher = new Agent(connect ? { connect } : {});
  const deployment = (model: string) => `/openai/deployments/${encodeURIComponent(model)}`;
  const query = apiVersion === null ? '' : `?api-version=${encodeURIComponent(apiVersion)}`;
  const upstream = createPassThrough({
    baseUrl: `${resource}${query}`,
    paths:
      apiVersion === null
        ? {
            'chat.completions': '/openai/v1/chat/completions',
            responses: '/openai/v1/responses',
            embeddings: '/openai/v1/embeddings',
          }
        : {
            'chat.completions': (model) => `${deployment(model)}/chat/completions`,
            embeddings: (model) => `${deployment(model)}/embeddings`,
          },
    headers,
    failures,
    ...(connect && { connect }),
  });
  const vendor = createChatVendor({
    name,
    baseUrl: apiVersion === null ? `${resource}/openai/v1` : (model) => `${resource}${deployment(model)}`,
    ...(apiVersion !== null && { query: { 'api-version': apiVersion } }),
    headers,
    dispatcher,
    failures,
    tokenLimit: 'max_completion_tokens',
  });
  return {
    name,
    send: (request, sink) =>
      upstream.speaks(request.protocol.endpoint) ? upstream.send(request, sink) : sendTranslated(vendor, request, sink),
    async close() {
      await Promise.all([upstream.close(), dispatcher.close()]);
    },
  };
}
