/** Any upstream that speaks the OpenAI protocols; what clients send in another one is carried over to its chats. */
import { Agent } from 'undici';
import { failureInAnswer, failureOfAnswer } from '../wire/chat-failure.ts';
import { createChatVendor } from './chat-vendor.ts';
import type { Connecting } from './network.ts';
import { createPassThrough } from './pass-through.ts';
import type { Provider } from './provider.ts';
import { sendTranslated } from './translated.ts';

export interface OpenAiCompatibleOptions {
  readonly name: string;
  /** Up to and with the version, such as "https://api.openai.com/v1". */
  readonly baseUrl: string;
  /** Null for a server that wants none. */
  readonly apiKey: string | null;
  /** The server speaks OpenAI's responses too; otherwise they are carried over to chats. OpenAI itself always does. */
  readonly responses?: boolean;
  /** The name that the limit on an answer goes by; OpenAI's own where it is left out and the provider is OpenAI. */
  readonly tokenLimit?: 'max_tokens' | 'max_completion_tokens';
  /** Most connections at once; as many as there are calls when left out. */
  readonly connections?: number;
  readonly connect?: Connecting;
}

const failures = { ofAnswer: failureOfAnswer, inAnswer: failureInAnswer };

export function createOpenAiCompatible(options: OpenAiCompatibleOptions): Provider {
  const { name, baseUrl, apiKey, connections, connect } = options;
  const headers: Record<string, string> = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  const upstream = createPassThrough({
    baseUrl,
    paths: {
      'chat.completions': '/chat/completions',
      embeddings: '/embeddings',
      ...((options.responses ?? name === 'openai') && { responses: '/responses' }),
    },
    headers,
    failures,
    ...(connections !== undefined && { connections }),
    ...(connect && { connect }),
  });
  const dispatcher = new Agent(connect ? { connect } : {});
  const vendor = createChatVendor({
    name,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    headers,
    dispatcher,
    failures,
    tokenLimit: options.tokenLimit ?? (name === 'openai' ? 'max_completion_tokens' : 'max_tokens'),
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
