/** Any upstream that speaks the OpenAI chat protocol; what clients send in another one is carried over to it. */
import { failureInAnswer, failureOfAnswer } from '../wire/chat-failure.ts';
import { createPassThrough } from './pass-through.ts';
import type { Provider } from './provider.ts';
import { refuseProtocol } from './translated.ts';

export interface OpenAiCompatibleOptions {
  readonly name: string;
  /** Up to and with the version, such as "https://api.openai.com/v1". */
  readonly baseUrl: string;
  /** Null for a server that wants none. */
  readonly apiKey: string | null;
  /** Most connections at once; as many as there are calls when left out. */
  readonly connections?: number;
}

export const openAiFailures = { ofAnswer: failureOfAnswer, inAnswer: failureInAnswer };

export function createOpenAiCompatible(options: OpenAiCompatibleOptions): Provider {
  const { name, baseUrl, apiKey, connections } = options;
  const upstream = createPassThrough({
    baseUrl,
    paths: { 'chat.completions': '/chat/completions' },
    headers: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` },
    failures: openAiFailures,
    ...(connections !== undefined && { connections }),
  });
  return {
    name,
    send: (request, sink) =>
      upstream.speaks(request.protocol.endpoint) ? upstream.send(request, sink) : refuseProtocol(request, sink),
    close: () => upstream.close(),
  };
}
