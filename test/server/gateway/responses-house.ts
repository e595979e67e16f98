/** A gateway before upstreams that speak OpenAI's responses, OpenAI's chats and Anthropic's messages; asked for responses. */
import type { ServerResponse } from 'node:http';
import type { ResponseOutputItem, ResponseStreamEvent, Tool } from 'openai/resources/responses/responses';
import { expect } from 'vitest';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { openSource } from '../../../server/providers/catalogue.ts';
import { listedSource } from '../../../server/providers/listed-source.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { startUpstream } from '../providers/upstream.ts';
import { API_KEY, passEverythingOn, replayAll, startGateway, type TestGateway } from './harness.ts';

/** A model of OpenAI, with its price. */
export const native = 'gpt-4.1-mini';

export interface ResponsesGateway extends TestGateway {
  /** What the upstream does with a request; may be set anew by every test. */
  answer: (response: ServerResponse) => void;
  /** The path and the body of the last request that the upstream was sent. */
  lastPath(): string | undefined;
  lastBody(): string;
  /** A request for a response as the body has it. */
  respond(body: object, headers?: Record<string, string>): Promise<Response>;
  /** Has every record decided once more, and stops. */
  replayAndStop(): Promise<void>;
}

/** `openai`, `anthropic` and `house/one`, a server that speaks responses, are one upstream of the test's own. */
export async function startResponses(): Promise<ResponsesGateway> {
  const upstream = await startUpstream((response) => made.answer(response));
  const { baseUrl } = upstream;
  const gateway = await startGateway({
    providers: [
      {
        provider: createOpenAiCompatible({ name: 'openai', baseUrl, apiKey: 'secret' }),
        source: listedSource('openai', 'openai'),
      },
      {
        provider: createAnthropic({ name: 'anthropic', baseUrl, apiKey: 'secret' }),
        source: listedSource('anthropic', 'anthropic'),
      },
      {
        provider: createOpenAiCompatible({ name: 'house', baseUrl, apiKey: null, responses: true }),
        source: openSource('house', ['one'], false),
      },
    ],
  });
  const made: ResponsesGateway = {
    ...gateway,
    answer: (response) => response.destroy(),
    lastPath: () => upstream.requests.at(-1)?.head.url,
    lastBody: () => upstream.requests.at(-1)?.body ?? '',
    respond: (body, headers = {}) =>
      fetch(`${gateway.url}/v1/responses`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    async replayAndStop() {
      try {
        await replayAll(gateway);
      } finally {
        const stopped = gateway.stop();
        await upstream.close();
        await stopped;
      }
    },
  };
  await passEverythingOn(gateway);
  return made;
}

/** The events of a stream. */
export const eventsOf = (text: string): ResponseStreamEvent[] =>
  text
    .split('\n\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one.slice(one.indexOf('data: ') + 6)));

/** The numbers of events have to rise. */
export function expectRising(events: readonly ResponseStreamEvent[]): void {
  const numbers = events.map(({ sequence_number }) => sequence_number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
}

/** The text of an output; the package says it of whole answers only. */
export const textOf = (output: readonly ResponseOutputItem[]): string =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : part.refusal))
    .join('');

export const callsOf = (output: readonly ResponseOutputItem[]) =>
  output.flatMap((item) => (item.type === 'function_call' ? [item] : []));

export const messageItem = (text: string) => ({
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
});

export const weather: Tool = {
  type: 'function',
  name: 'get_weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
};
