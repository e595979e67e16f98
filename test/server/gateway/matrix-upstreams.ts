/**
 * Protocols that vendors speak: shapes after the public documentation of OpenAI's chat completions and Anthropic's
 * messages, made by hand. Each says the same things in its own words, and reads what it was asked.
 */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Event, sse } from '../providers/upstream.ts';
import { bedrock } from './matrix-bedrock.ts';
import type { Answered, Call } from './matrix-clients.ts';
import { google } from './matrix-google.ts';
import { MODELS } from './matrix-house.ts';
import { callBlock, messageEvents, textBlock, thinkingBlock, wholeMessage } from './message-samples.ts';

/** What a model says; every list are the pieces in which a stream brings it. */
export interface Said {
  readonly reasoning?: readonly string[];
  readonly text?: readonly string[];
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly pieces: readonly string[] }[];
  readonly stop: Answered['stop'];
}

/** What a vendor was asked, as far as tests look at it. */
export interface Heard {
  readonly texts: readonly string[];
  readonly pictures: readonly string[];
  readonly tools: readonly string[];
  readonly schema: unknown;
  readonly calls: readonly Call[];
  readonly results: readonly string[];
  readonly limit: number | undefined;
}

export interface UpstreamProtocol {
  readonly model: string;
  readonly path: string;
  /** The path of streams, where it is another one. */
  readonly streamPath?: string;
  /** Protocols of clients that it speaks itself: what is asked in them is passed on as it came. */
  readonly speaks: readonly ('chat' | 'responses' | 'messages')[];
  /** Events as bytes, and their media type, where they are no server-sent events. */
  readonly frames?: { readonly encode: (events: readonly Event[]) => Buffer; readonly type: string };
  /** Whether it fetches pictures from their addresses. */
  readonly fetchesPictures: boolean;
  /** How it says what was asked for in a form of JSON, where that is no plain text. */
  readonly inForm?: (json: string) => Said;
  readonly whole: (said: Said) => object;
  readonly events: (said: Said) => Event[];
  readonly error: (status: number, message: string) => object;
  readonly heard: (body: string) => Heard;
}

/** The events of a stream as bytes. */
export const bytesOf = ({ frames }: UpstreamProtocol, events: readonly Event[]): Buffer =>
  frames ? frames.encode(events) : Buffer.from(sse(events));

/** Begins a stream of that vendor's. */
export const beginStream = ({ frames }: UpstreamProtocol, response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': frames?.type ?? 'text/event-stream' });

/** Answers with a stream in which all of that is said. */
export const streaming = (upstream: UpstreamProtocol, said: Said) => (response: ServerResponse) =>
  beginStream(upstream, response).end(bytesOf(upstream, upstream.events(said)));

/** What every answer has used: 20 tokens read, 5 of them from a cache, and 12 written, 4 of them thought. */
export const USED = { input: 20, cached: 5, output: 12 };

const joined = (pieces: readonly string[] = []) => pieces.join('');

const chatFinish = { end: 'stop', limit: 'length', calls: 'tool_calls', refusal: 'content_filter', other: 'other' };
const chatUsage = {
  prompt_tokens: 20,
  completion_tokens: 12,
  total_tokens: 32,
  prompt_tokens_details: { cached_tokens: 5 },
  completion_tokens_details: { reasoning_tokens: 4 },
};

const chatPart = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  image_url: z.object({ url: z.string() }).optional(),
});
const chatHeard = z.looseObject({
  max_completion_tokens: z.number().optional(),
  max_tokens: z.number().optional(),
  messages: z.array(
    z.looseObject({
      role: z.string(),
      content: z.union([z.string(), z.array(chatPart)]).nullish(),
      tool_calls: z
        .array(z.looseObject({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
        .optional(),
    }),
  ),
  tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }) })).default([]),
  response_format: z.looseObject({ json_schema: z.looseObject({ schema: z.unknown() }).optional() }).optional(),
});

const openai: UpstreamProtocol = {
  model: MODELS.openai,
  path: '/v1/chat/completions',
  speaks: ['chat', 'responses'],
  fetchesPictures: true,
  whole: ({ reasoning, text, calls, stop }) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5-mini',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text ? joined(text) : null,
          ...(reasoning && { reasoning_content: joined(reasoning) }),
          ...(calls && {
            tool_calls: calls.map(({ id, name, pieces }) => ({
              id,
              type: 'function',
              function: { name, arguments: joined(pieces) || '{}' },
            })),
          }),
        },
        finish_reason: chatFinish[stop],
      },
    ],
    usage: chatUsage,
  }),
  events({ reasoning = [], text = [], calls = [], stop }) {
    const event = (choices: readonly object[], more: object = {}): Event => ({
      data: { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5-mini', choices, ...more },
    });
    const piece = (delta: object, finish: string | null = null) => event([{ index: 0, delta, finish_reason: finish }]);
    return [
      piece({ role: 'assistant', content: '' }),
      ...reasoning.map((reasoning_content) => piece({ reasoning_content })),
      ...text.map((content) => piece({ content })),
      ...calls.flatMap(({ id, name, pieces }, index) => [
        piece({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
        ...(pieces.length > 0 ? pieces : ['{}']).map((part) =>
          piece({ tool_calls: [{ index, function: { arguments: part } }] }),
        ),
      ]),
      piece({}, chatFinish[stop]),
      event([], { usage: chatUsage }),
      { data: '[DONE]' },
    ];
  },
  error: (status, message) => ({
    error: { message, type: 'invalid_request_error', code: status === 404 ? 'model_not_found' : null },
  }),
  heard(body) {
    const chat = chatHeard.parse(JSON.parse(body));
    const { messages, tools, response_format: format } = chat;
    const parts = messages.flatMap(({ role, content }) =>
      (typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])).map((part) => ({
        role,
        ...part,
      })),
    );
    const textsOf = (isResult: boolean) =>
      parts.flatMap(({ role, text }) => (text !== undefined && (role === 'tool') === isResult ? [text] : []));
    return {
      texts: textsOf(false),
      pictures: parts.flatMap((part) => ('image_url' in part && part.image_url ? [part.image_url.url] : [])),
      tools: tools.map((tool) => tool.function.name),
      schema: format?.json_schema?.schema,
      calls: messages.flatMap(({ tool_calls = [] }) =>
        tool_calls.map((call) => ({
          id: call.id,
          name: call.function.name,
          input: JSON.parse(call.function.arguments),
        })),
      ),
      results: textsOf(true),
      limit: chat.max_completion_tokens ?? chat.max_tokens,
    };
  },
};

const compatible: UpstreamProtocol = { ...openai, model: MODELS.compatible, speaks: ['chat'] };

const azure: UpstreamProtocol = { ...openai, model: MODELS.azure, path: '/openai/v1/chat/completions' };
const deployment: UpstreamProtocol = {
  ...openai,
  model: MODELS.deployment,
  path: '/openai/deployments/ours/chat/completions?api-version=2024-10-21',
  speaks: ['chat'],
};

const stopReasons = { end: 'end_turn', limit: 'max_tokens', calls: 'tool_use', refusal: 'refusal', other: 'other' };
const read = { input_tokens: 15, cache_read_input_tokens: 5, cache_creation_input_tokens: 0 };
const written = { output_tokens: 12, output_tokens_details: { thinking_tokens: 4 } };

const messageBlock = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  source: z.looseObject({ url: z.string().optional(), data: z.string().optional() }).optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  content: z.union([z.string(), z.array(z.looseObject({ text: z.string() }))]).optional(),
});
const messageHeard = z.looseObject({
  max_tokens: z.number(),
  system: z.union([z.string(), z.array(z.looseObject({ text: z.string() }))]).default([]),
  messages: z.array(z.looseObject({ content: z.union([z.string(), z.array(messageBlock)]) })),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  output_config: z.looseObject({ format: z.looseObject({ schema: z.unknown() }).optional() }).optional(),
});

const anthropic: UpstreamProtocol = {
  model: MODELS.anthropic,
  path: '/v1/messages',
  speaks: ['messages'],
  fetchesPictures: true,
  whole: ({ reasoning, text, calls = [], stop }) =>
    wholeMessage({
      content: [
        ...(reasoning ? [{ type: 'thinking', thinking: joined(reasoning), signature: 'c2ln' }] : []),
        ...(text ? [{ type: 'text', text: joined(text) }] : []),
        ...calls.map(({ id, name, pieces }) => ({
          type: 'tool_use',
          id,
          name,
          input: JSON.parse(joined(pieces) || '{}'),
        })),
      ],
      stopReason: stopReasons[stop],
      usage: { ...read, ...written },
    }),
  events: ({ reasoning, text, calls = [], stop }) =>
    messageEvents(
      [
        ...(reasoning ? [thinkingBlock('c2ln', ...reasoning)] : []),
        ...(text ? [textBlock(...text)] : []),
        ...calls.map(({ id, name, pieces }) => callBlock(id, name, '', ...pieces)),
      ],
      { stopReason: stopReasons[stop], usage: { ...read, output_tokens: 1 }, end: written },
    ),
  error: (status, message) => ({
    type: 'error',
    error: { type: status === 404 ? 'not_found_error' : 'some_error', message },
  }),
  heard(body) {
    const { system, messages, tools, output_config: config, max_tokens: limit } = messageHeard.parse(JSON.parse(body));
    const blocks = messages.flatMap(({ content }) =>
      typeof content === 'string' ? [{ type: 'text', text: content }] : content,
    );
    const textOf = (content: string | readonly { readonly text: string }[] | undefined) =>
      typeof content === 'string' ? [content] : (content ?? []).map(({ text }) => text);
    const parsed = blocks.map((block) => messageBlock.parse(block));
    return {
      texts: [...textOf(system), ...parsed.flatMap(({ text }) => (text === undefined ? [] : [text]))],
      pictures: parsed.flatMap(({ source }) =>
        source ? [source.url ?? `data:image/png;base64,${source.data ?? ''}`] : [],
      ),
      tools: tools.map(({ name }) => name),
      schema: config?.format?.schema,
      calls: parsed.flatMap(({ type, id = '', name = '', input }) =>
        type === 'tool_use' ? [{ id, name, input }] : [],
      ),
      results: parsed.flatMap(({ type, content }) => (type === 'tool_result' ? textOf(content) : [])),
      limit,
    };
  },
};

/** One line a protocol. */
export const UPSTREAMS = { openai, compatible, anthropic, azure, deployment, google, bedrock } as const;
