/** Protocols that clients speak, each by its vendor's own SDK, with one form for what is asked and what comes back. */
import Anthropic from '@anthropic-ai/sdk';
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import OpenAI from 'openai';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Response, ResponseInputItem } from 'openai/resources/responses/responses';
import { expect } from 'vitest';
import { z } from 'zod';
import type { MatrixHouse } from './matrix-house.ts';

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

export interface Asked {
  readonly model: string;
  readonly text: string;
  readonly instructions?: string;
  /** Address of a picture, https or data. */
  readonly picture?: string;
  readonly tools?: readonly string[];
  /** A JSON Schema that the answer has to follow. */
  readonly schema?: Record<string, unknown>;
  /** Calls of an earlier answer, with what each of them gave. */
  readonly earlier?: readonly (Call & { readonly result: string })[];
  /** Members of the protocol's own. */
  readonly more?: object;
}

export interface Answered {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly stop: 'end' | 'limit' | 'calls' | 'refusal' | 'other';
  /** All of the input, what of it came from a cache, and all of the output. */
  readonly usage: { readonly input: number; readonly cached: number; readonly output: number };
}

export interface Client {
  readonly whole: (house: MatrixHouse, asked: Asked) => Promise<Answered>;
  readonly streamed: (house: MatrixHouse, asked: Asked) => Promise<Answered>;
  /** Begins a stream, hangs up at its first text, and rejects as the SDK does. */
  readonly hangUp: (house: MatrixHouse, asked: Asked) => Promise<unknown>;
  readonly errorClass: (status: number) => unknown;
}

const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } } as const;

const chatStops: Readonly<Record<string, Answered['stop']>> = {
  stop: 'end',
  length: 'limit',
  tool_calls: 'calls',
  content_filter: 'refusal',
};

function chatBody({ model, text, instructions, picture, tools, schema, earlier = [], more }: Asked) {
  const messages: ChatCompletionMessageParam[] = [
    ...(instructions ? [{ role: 'system' as const, content: instructions }] : []),
    {
      role: 'user',
      content: picture
        ? [
            { type: 'text', text },
            { type: 'image_url', image_url: { url: picture } },
          ]
        : text,
    },
  ];
  if (earlier.length > 0) {
    messages.push({
      role: 'assistant',
      tool_calls: earlier.map(({ id, name, input }) => ({
        id,
        type: 'function',
        function: { name, arguments: JSON.stringify(input) },
      })),
    });
    for (const { id, result } of earlier) messages.push({ role: 'tool', tool_call_id: id, content: result });
  }
  return {
    model,
    messages,
    max_completion_tokens: 4000,
    ...(tools && {
      tools: tools.map((name) => ({ type: 'function' as const, function: { name, parameters: PARAMETERS } })),
    }),
    ...(schema && { response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema } } }),
    ...more,
  };
}

const reasoned = z.object({ reasoning_content: z.string().nullish() });
const reasoningOf = (message: unknown): string => reasoned.safeParse(message).data?.reasoning_content ?? '';
const chatUsage = (usage: OpenAI.CompletionUsage | null | undefined): Answered['usage'] => ({
  input: usage?.prompt_tokens ?? 0,
  cached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
  output: usage?.completion_tokens ?? 0,
});

const chat: Client = {
  async whole({ openai }, asked) {
    const { choices, usage } = await openai.chat.completions.create(chatBody(asked));
    const [choice] = choices;
    return {
      text: choice?.message.content ?? '',
      reasoning: reasoningOf(choice?.message),
      calls: (choice?.message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function'
          ? [{ id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments) }]
          : [],
      ),
      stop: chatStops[choice?.finish_reason ?? ''] ?? 'other',
      usage: chatUsage(usage),
    };
  },
  async streamed({ openai }, asked) {
    const chunks = await openai.chat.completions.create({
      ...chatBody(asked),
      stream: true,
      stream_options: { include_usage: true },
    });
    let [text, reasoning, stop] = ['', '', ''];
    let usage: OpenAI.CompletionUsage | null | undefined = null;
    const calls: { id: string; name: string; text: string }[] = [];
    for await (const chunk of chunks) {
      usage = chunk.usage ?? usage;
      const [choice] = chunk.choices;
      text += choice?.delta.content ?? '';
      reasoning += reasoningOf(choice?.delta);
      stop = choice?.finish_reason ?? stop;
      for (const piece of choice?.delta.tool_calls ?? []) {
        const call = calls[piece.index];
        if (call) expect([piece.id, piece.function?.name], 'id and name come once').toEqual([undefined, undefined]);
        const so = call ?? { id: piece.id ?? '', name: piece.function?.name ?? '', text: '' };
        so.text += piece.function?.arguments ?? '';
        calls[piece.index] = so;
      }
    }
    return {
      text,
      reasoning,
      calls: calls.map(({ id, name, text: input }) => ({ id, name, input: JSON.parse(input) })),
      stop: chatStops[stop] ?? 'other',
      usage: chatUsage(usage),
    };
  },
  async hangUp({ openai }, asked) {
    const streaming = openai.chat.completions.stream(chatBody(asked));
    streaming.once('content', () => streaming.abort());
    await streaming.done();
  },
  errorClass: (status) =>
    status >= 500
      ? OpenAI.InternalServerError
      : { 400: OpenAI.BadRequestError, 404: OpenAI.NotFoundError, 429: OpenAI.RateLimitError }[status],
};

const messageStops: Readonly<Record<string, Answered['stop']>> = {
  end_turn: 'end',
  max_tokens: 'limit',
  tool_use: 'calls',
  refusal: 'refusal',
};

const DATA_ADDRESS = /^data:(image\/png);base64,(.+)$/;

function messageBody({ model, text, instructions, picture, tools, schema, earlier = [], more }: Asked) {
  const data = DATA_ADDRESS.exec(picture ?? '')?.[2];
  const source = data
    ? { type: 'base64' as const, media_type: 'image/png' as const, data }
    : { type: 'url' as const, url: picture ?? '' };
  const messages: MessageParam[] = [
    {
      role: 'user',
      content: picture
        ? [
            { type: 'text', text },
            { type: 'image', source },
          ]
        : text,
    },
  ];
  if (earlier.length > 0) {
    messages.push({
      role: 'assistant',
      content: earlier.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
    });
    messages.push({
      role: 'user',
      content: earlier.map(({ id, result }) => ({ type: 'tool_result', tool_use_id: id, content: result })),
    });
  }
  return {
    model,
    messages,
    max_tokens: 4000,
    ...(instructions && { system: instructions }),
    ...(tools && { tools: tools.map((name) => ({ name, input_schema: { ...PARAMETERS } })) }),
    ...(schema && { output_config: { format: { type: 'json_schema' as const, schema } } }),
    ...more,
  };
}

function answeredMessage({ content, stop_reason, usage }: Anthropic.Message): Answered {
  const read = usage.cache_read_input_tokens ?? 0;
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
    ),
    stop: messageStops[stop_reason ?? ''] ?? 'other',
    usage: {
      input: usage.input_tokens + read + (usage.cache_creation_input_tokens ?? 0),
      cached: read,
      output: usage.output_tokens,
    },
  };
}

const messages: Client = {
  whole: async ({ anthropic }, asked) => answeredMessage(await anthropic.messages.create(messageBody(asked))),
  async streamed({ anthropic }, asked) {
    const streaming = anthropic.messages.stream(messageBody(asked));
    let open: number | null = null;
    let next = 0;
    streaming.on('streamEvent', (event) => {
      if (event.type === 'content_block_start') {
        expect([open, event.index], 'one block ends before the next begins').toEqual([null, next]);
        open = next++;
      } else if (event.type === 'content_block_delta') expect(event.index).toBe(open);
      else if (event.type === 'content_block_stop') open = null;
    });
    return answeredMessage(await streaming.finalMessage());
  },
  async hangUp({ anthropic }, asked) {
    const streaming = anthropic.messages.stream(messageBody(asked));
    streaming.once('text', () => streaming.abort());
    await streaming.done();
  },
  errorClass: (status) =>
    status >= 500
      ? Anthropic.InternalServerError
      : { 400: Anthropic.BadRequestError, 404: Anthropic.NotFoundError, 429: Anthropic.RateLimitError }[status],
};

function responseBody({ model, text, instructions, picture, tools, schema, earlier = [], more }: Asked) {
  const input: ResponseInputItem[] = [
    {
      role: 'user',
      content: [
        { type: 'input_text', text },
        ...(picture ? [{ type: 'input_image' as const, image_url: picture, detail: 'auto' as const }] : []),
      ],
    },
    ...earlier.map(({ id, name, input: given }) => ({
      type: 'function_call' as const,
      call_id: id,
      name,
      arguments: JSON.stringify(given),
    })),
    ...earlier.map(({ id, result }) => ({ type: 'function_call_output' as const, call_id: id, output: result })),
  ];
  return {
    model,
    input,
    max_output_tokens: 4000,
    ...(instructions && { instructions }),
    ...(tools && {
      tools: tools.map((name) => ({ type: 'function' as const, name, parameters: PARAMETERS, strict: false })),
    }),
    ...(schema && { text: { format: { type: 'json_schema' as const, name: 'answer', schema } } }),
    ...more,
  };
}

function answeredResponse({ output, incomplete_details: cut, usage }: Response): Answered {
  const calls = output.flatMap((item) =>
    item.type === 'function_call'
      ? [{ id: item.call_id, name: item.name, input: JSON.parse(item.arguments || '{}') }]
      : [],
  );
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const thoughts = output.flatMap((item) =>
    item.type === 'reasoning' ? [...item.summary, ...(item.content ?? [])].map(({ text }) => text) : [],
  );
  const whole = calls.length > 0 ? 'calls' : 'end';
  return {
    text: parts.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    reasoning: thoughts.join(''),
    calls,
    stop: cut ? (cut.reason === 'content_filter' ? 'refusal' : 'limit') : whole,
    usage: {
      input: usage?.input_tokens ?? 0,
      cached: usage?.input_tokens_details.cached_tokens ?? 0,
      output: usage?.output_tokens ?? 0,
    },
  };
}

const responses: Client = {
  whole: async ({ openai }, asked) => answeredResponse(await openai.responses.create(responseBody(asked))),
  async streamed({ openai }, asked) {
    let text = '';
    for await (const event of await openai.responses.create({ ...responseBody(asked), stream: true })) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'error') throw new Error(event.message);
      if (event.type === 'response.failed') throw new Error(event.response.error?.message);
      if (event.type !== 'response.completed' && event.type !== 'response.incomplete') continue;
      const answered = answeredResponse(event.response);
      expect(text, 'the pieces are the whole').toBe(answered.text);
      return answered;
    }
    throw new Error('The stream has no end.');
  },
  async hangUp({ openai }, asked) {
    const streaming = openai.responses.stream(responseBody(asked));
    streaming.once('response.output_text.delta', () => streaming.abort());
    await streaming.done();
  },
  errorClass: chat.errorClass,
};

/** One line a protocol. */
export const CLIENTS = { chat, responses, messages } as const;
