/** A local upstream that speaks with real sockets, and a client that puts a provider's answer together. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Model } from '../../../policies/model.ts';
import type { AnswerHead, Provider, UpstreamCall, UpstreamError } from '../../../server/providers/provider.ts';
import { openAiChat } from '../../../server/wire/openai-chat.ts';
import type { ClientProtocol } from '../../../server/wire/protocol.ts';

/** One server-sent event of a fixture. */
export const event = z.strictObject({ event: z.string().optional(), data: z.unknown() });
export type Event = z.infer<typeof event>;
export const sse = (events: readonly Event[]) =>
  events
    .map(({ event: name, data }) => {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      return `${name ? `event: ${name}\n` : ''}data: ${text}\n\n`;
    })
    .join('');

/** Answers with a JSON document. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** Begins an answer of server-sent events. */
export const streamHead = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'up_1' });

/** Answers with all of the events, and ends. */
export const stream = (events: readonly Event[]) => (response: ServerResponse) => streamHead(response).end(sse(events));

export interface Upstream {
  readonly baseUrl: string;
  /** Bodies and heads of what came in. */
  readonly requests: { readonly head: IncomingMessage; readonly body: string }[];
  close(): Promise<void>;
}

/** A local server that answers every request with `answer`, once its body has arrived. */
export async function startUpstream(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<Upstream> {
  const requests: Upstream['requests'] = [];
  const server = createServer((head, response) => {
    const pieces: Buffer[] = [];
    head.on('data', (piece: Buffer) => pieces.push(piece));
    head.on('end', () => {
      requests.push({ head, body: Buffer.concat(pieces).toString('utf8') });
      answer(response, head);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server on a pipe has a string for an address; this one listens on a port.
  const { port } = z.object({ port: z.number() }).parse(server.address() satisfies AddressInfo | string | null);
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface Outcome {
  readonly head: AnswerHead | null;
  readonly text: string;
  readonly error: UpstreamError | null;
}

export interface SendOptions {
  readonly model?: string;
  /** A chat where it is left out; the body of another is given whole. */
  readonly protocol?: ClientProtocol;
  readonly body?: object;
  readonly stream?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called with the call for each piece of the answer. */
  readonly onData?: (call: UpstreamCall) => void;
}

export const modelNamed = (name: string): Model => ({
  id: `test/${name}`,
  provider: 'test',
  name,
  label: name,
  price: null,
  tier: 'standard',
  contextTokens: null,
  tokenizer: null,
  imageTokens: 3000,
  supports: { tools: true, images: true, audio: false, files: true, jsonSchema: true },
  leavesHouse: true,
});

/** Sends one request and waits for its end; throws where the provider breaks the order of the sink's events. */
export function send(provider: Provider, options: SendOptions = {}): Promise<Outcome> {
  const model = modelNamed(options.model ?? 'claude-haiku-4-5');
  const stream = options.stream ?? false;
  const chat = { messages: [{ role: 'user', content: 'Hi' }], ...options.body, model: model.name, stream };
  const body = options.protocol ? { ...options.body, model: model.name } : chat;
  return new Promise((resolve, reject) => {
    let head: AnswerHead | null = null;
    let ended = false;
    const pieces: Buffer[] = [];
    const settle = (error: UpstreamError | null) => {
      if (ended) reject(new Error('a second end'));
      ended = true;
      resolve({ head, text: Buffer.concat(pieces).toString('utf8'), error });
    };
    const call = provider.send(
      {
        protocol: options.protocol ?? openAiChat,
        model,
        body: Buffer.from(JSON.stringify(body)),
        stream,
        timeoutMs: options.timeoutMs ?? 10_000,
        headers: { 'x-request-id': 'req_test', traceparent: '00-aa-bb-01' },
      },
      {
        head(given) {
          if (head || ended) reject(new Error('a head that is not the first'));
          head = given;
        },
        data(bytes) {
          if (!head || ended) reject(new Error('data without a head, or after the end'));
          pieces.push(bytes);
          options.onData?.(call);
        },
        end: () => settle(head ? null : (reject(new Error('an end without a head')) ?? null)),
        fail: settle,
      },
    );
    if (options.signal?.aborted) call.cancel();
    else options.signal?.addEventListener('abort', () => call.cancel());
  });
}

const usage = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.number(),
  prompt_tokens_details: z.object({ cached_tokens: z.number(), cache_write_tokens: z.number() }),
});
const completion = z.object({
  object: z.literal('chat.completion'),
  choices: z
    .array(
      z.object({
        index: z.literal(0),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(
              z.object({
                id: z.string(),
                type: z.literal('function'),
                function: z.object({ name: z.string(), arguments: z.string() }),
              }),
            )
            .optional(),
        }),
        finish_reason: z.string(),
      }),
    )
    .length(1),
  usage,
});

export const completionOf = (text: string) => completion.parse(JSON.parse(text));

const chunk = z.object({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.object({
      index: z.literal(0),
      delta: z.object({
        role: z.string().optional(),
        content: z.string().nullish(),
        refusal: z.string().nullish(),
        tool_calls: z
          .array(
            z.object({
              index: z.number(),
              id: z.string().optional(),
              type: z.literal('function').optional(),
              function: z.object({ name: z.string().optional(), arguments: z.string().optional() }),
            }),
          )
          .optional(),
      }),
      finish_reason: z.string().nullable(),
    }),
  ),
  usage: usage.nullish(),
});

/** A stream as a client puts it together. Throws where a call's id or name comes twice or an event is not a chunk. */
export function assembled(text: string) {
  const blocks = text.split('\n\n').filter((block) => block !== '');
  const data = blocks.map((block) => block.replace(/^data: ?/, ''));
  const done = data.at(-1) === '[DONE]';
  const chunks = (done ? data.slice(0, -1) : data).map((line) => chunk.parse(JSON.parse(line)));
  const calls: { id: string; name: string; arguments: string }[] = [];
  let content = '';
  let refusal = '';
  for (const { choices } of chunks) {
    for (const { delta } of choices) {
      content += delta.content ?? '';
      refusal += delta.refusal ?? '';
      for (const piece of delta.tool_calls ?? []) {
        const call = calls[piece.index];
        if (call) {
          expect([piece.id, piece.function.name], 'id and name come once').toEqual([undefined, undefined]);
          call.arguments += piece.function.arguments ?? '';
        } else {
          calls[piece.index] = {
            id: piece.id ?? '',
            name: piece.function.name ?? '',
            arguments: piece.function.arguments ?? '',
          };
        }
      }
    }
  }
  return {
    content,
    refusal,
    calls,
    done,
    role: chunks[0]?.choices[0]?.delta.role,
    finishReasons: chunks.flatMap(({ choices }) => choices.flatMap((choice) => choice.finish_reason ?? [])),
    /** The last event before [DONE] is the usage, without choices. */
    usage: chunks.at(-1)?.choices.length === 0 ? chunks.at(-1)?.usage : undefined,
  };
}
