/** A simulated upstream: a real HTTP server that speaks OpenAI's chats and embeddings, fails on request, and costs nothing. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ChatBody, chatBody } from '../../../policies/chat.ts';
import { type EmbeddingBody, embeddingBody } from '../../../policies/embeddings.ts';
import type { Model, Price } from '../../../policies/model.ts';
import { isObject, parseJson } from '../../wire/json-value.ts';
import { CREATED, eventsOf, wholeAnswer } from './answer.ts';
import { embed } from './embed.ts';
import { type Reply, replyTo, type UsageMode } from './reply.ts';

export interface Sandbox {
  /** Up to and with the version, such as "http://127.0.0.1:40213/v1". */
  readonly baseUrl: string;
  /** Parameters by model name ("fault=503"), over those in the name that a request uses; may be changed at any time. */
  readonly faults: Map<string, string>;
  /** Stops at once; calls under way break off. */
  close(): Promise<void>;
}

const SUPPORTS = { tools: true, images: true, audio: false, files: false, jsonSchema: true };

/** Rates in nano-dollars for one million tokens, near what small and large models of vendors cost. */
const SMALL: Price = [
  { aboveInputTokens: 0, input: 200_000_000, cachedInput: 20_000_000, cacheWrite: 200_000_000, output: 800_000_000 },
];
const LARGE: Price = [
  {
    aboveInputTokens: 0,
    input: 5_000_000_000,
    cachedInput: 500_000_000,
    cacheWrite: 5_000_000_000,
    output: 25_000_000_000,
  },
];
/** Embeddings have no output. */
const EMBED: Price = [
  { aboveInputTokens: 0, input: 20_000_000, cachedInput: 20_000_000, cacheWrite: 20_000_000, output: 0 },
];
const FREE: Price = [{ aboveInputTokens: 0, input: 0, cachedInput: 0, cacheWrite: 0, output: 0 }];

// Its tokens are four letters each, which is no published tokenizer; asked to, it reports as many as there are bytes.
const SANDBOX = {
  provider: 'sandbox',
  contextTokens: 128_000,
  tokenizer: null,
  imageTokens: 1_600,
  supports: SUPPORTS,
};

/** Made up, so that policies can be tried without a key and without a bill. */
export const SANDBOX_MODELS: readonly Model[] = [
  {
    ...SANDBOX,
    id: 'sandbox/small',
    name: 'small',
    label: 'Small (simulated)',
    price: SMALL,
    tier: 'small',
    leavesHouse: true,
  },
  {
    ...SANDBOX,
    id: 'sandbox/large',
    name: 'large',
    label: 'Large (simulated)',
    price: LARGE,
    tier: 'large',
    leavesHouse: true,
  },
  {
    ...SANDBOX,
    id: 'sandbox/local',
    name: 'local',
    label: 'Local (simulated, in the house)',
    price: FREE,
    tier: 'small',
    leavesHouse: false,
  },
  {
    ...SANDBOX,
    id: 'sandbox/embed',
    name: 'embed',
    label: 'Embeddings (simulated)',
    price: EMBED,
    tier: 'small',
    contextTokens: 8_192,
    supports: { tools: false, images: false, audio: false, files: false, jsonSchema: false },
    embeddings: 'only',
    leavesHouse: true,
  },
];

const PIECES_BEFORE_BREAK = 3;
const MAX_DELAY_MS = 600_000;

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly type: string;
  readonly message: string;
}

const PROBLEMS: ReadonlyMap<string, Problem> = new Map(
  Object.entries({
    '400': { status: 400, code: 'invalid_value', type: 'invalid_request_error', message: 'Simulated: invalid value.' },
    '401': {
      status: 401,
      code: 'invalid_api_key',
      type: 'invalid_request_error',
      message: 'Simulated: incorrect key.',
    },
    '429': { status: 429, code: 'rate_limit_exceeded', type: 'requests', message: 'Simulated: too many requests.' },
    '500': { status: 500, code: 'server_error', type: 'server_error', message: 'Simulated: internal error.' },
    '503': { status: 503, code: 'overloaded', type: 'server_error', message: 'Simulated: overloaded.' },
    context: {
      status: 400,
      code: 'context_length_exceeded',
      type: 'invalid_request_error',
      message: "Simulated: this model's maximum context length is exceeded.",
    },
    refused: {
      status: 400,
      code: 'content_policy_violation',
      type: 'invalid_request_error',
      message: 'Simulated: refused by the content policy.',
    },
  }),
);

/** The model's own name and what stands behind it: `small?fault=429&delay=200`. */
function readName(asked: string, faults: ReadonlyMap<string, string>): { name: string; parameters: URLSearchParams } {
  const [name = '', query = ''] = asked.split('?', 2);
  const parameters = new URLSearchParams(query);
  for (const [key, value] of new URLSearchParams(faults.get(name))) parameters.set(key, value);
  return { name, parameters };
}

function usageMode(value: string | null): UsageMode {
  return value === 'exact' || value === 'random' || value === 'none' ? value : 'said';
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_sandbox' });
  response.end(JSON.stringify(body));
}

function sendProblem(response: ServerResponse, { status, ...error }: Problem): void {
  if (status === 429) response.setHeader('retry-after', '1');
  sendJson(response, status, { error: { ...error, param: null } });
}

function sendAnswer(response: ServerResponse, body: ChatBody, reply: Reply, breaks: boolean): void {
  if (!body.stream) {
    const whole = Buffer.from(wholeAnswer(reply, body.model));
    const headers = {
      'content-type': 'application/json',
      'x-request-id': 'req_sandbox',
      'content-length': whole.length,
    };
    response.writeHead(200, headers);
    if (breaks) response.write(whole.subarray(0, whole.length >> 1), () => response.destroy());
    else response.end(whole);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_sandbox' });
  const events = eventsOf(reply, body.model, body.stream_options?.include_usage === true);
  if (breaks) {
    // One more than the pieces for the event that only says who speaks.
    response.write(events.slice(0, PIECES_BEFORE_BREAK + 1).join(''), () => response.destroy());
    return;
  }
  for (const event of events) response.write(event);
  response.end();
}

/** The paths that it answers, with what is asked for there. */
const PATHS = { '/v1/chat/completions': 'a chat completion', '/v1/embeddings': 'a request for embeddings' } as const;

const isPath = (path: string): path is keyof typeof PATHS => Object.hasOwn(PATHS, path);

type Asked = { readonly chat: ChatBody } | { readonly embeddings: EmbeddingBody };

/** What is asked for at a path; the words of what is wrong with it otherwise. */
function readAsked(path: keyof typeof PATHS, body: unknown): Asked | string {
  const chat = path === '/v1/chat/completions' ? chatBody.safeParse(body) : null;
  if (chat?.success) return { chat: chat.data };
  const embeddings = chat ? null : embeddingBody.safeParse(body);
  if (embeddings?.success) return { embeddings: embeddings.data };
  return (chat ?? embeddings)?.error?.issues[0]?.message ?? `not ${PATHS[path]}`;
}

function complete(
  path: keyof typeof PATHS,
  response: ServerResponse,
  bytes: Buffer,
  faults: ReadonlyMap<string, string>,
): void {
  const asked = readAsked(path, parseJson(bytes.toString('utf8')));
  if (typeof asked === 'string') {
    sendProblem(response, { status: 400, code: 'invalid_request', type: 'invalid_request_error', message: asked });
    return;
  }
  const { name, parameters } = readName(('chat' in asked ? asked.chat : asked.embeddings).model, faults);
  const model = SANDBOX_MODELS.find(
    (one) => one.name === name && (one.embeddings === 'only') === 'embeddings' in asked,
  );
  if (!model) {
    const message = `The sandbox has no model "${name}".`;
    sendProblem(response, { status: 404, code: 'model_not_found', type: 'invalid_request_error', message });
    return;
  }
  const fault = parameters.get('fault');
  const answer = () => {
    const problem = fault === null ? undefined : PROBLEMS.get(fault);
    if (problem) sendProblem(response, problem);
    else if (fault === 'connect') response.destroy();
    else if (fault === 'garbage') {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<html><body>Simulated: not an answer</body></html>');
    } else if (fault !== null && fault !== 'timeout' && fault !== 'break') {
      const message = `The sandbox has no fault "${fault}".`;
      sendProblem(response, { status: 400, code: 'unknown_fault', type: 'invalid_request_error', message });
    } else if (fault !== 'timeout' && 'embeddings' in asked) {
      sendJson(response, 200, embed(asked.embeddings, model));
    } else if (fault !== 'timeout' && 'chat' in asked) {
      const body = asked.chat;
      sendAnswer(response, body, replyTo(body, model, usageMode(parameters.get('usage'))), fault === 'break');
    }
  };
  const delay = Math.min(Number(parameters.get('delay') ?? 0), MAX_DELAY_MS);
  if (!(delay > 0)) {
    answer();
    return;
  }
  const timer = setTimeout(answer, delay);
  response.on('close', () => clearTimeout(timer));
}

function handle(request: IncomingMessage, response: ServerResponse, faults: ReadonlyMap<string, string>): void {
  if (request.method === 'GET' && request.url === '/v1/models') {
    const data = SANDBOX_MODELS.map(({ name }) => ({
      id: name,
      object: 'model',
      created: CREATED,
      owned_by: 'sandbox',
    }));
    sendJson(response, 200, { object: 'list', data });
    return;
  }
  const { url = '' } = request;
  if (request.method !== 'POST' || !isPath(url)) {
    const message = 'The sandbox only knows /v1/chat/completions, /v1/embeddings and /v1/models.';
    sendProblem(response, { status: 404, code: 'not_found', type: 'invalid_request_error', message });
    return;
  }
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => complete(url, response, Buffer.concat(pieces), faults));
}

/**
 * Starts the sandbox on a free port of this machine. A model's name may carry parameters, joined by `&`: `fault` (400,
 * 401, 429, 500, 503, context, refused, timeout, connect, garbage, break), `usage` (exact, none, random), `delay` in ms.
 */
export async function startSandbox(options: { readonly faults?: Map<string, string> } = {}): Promise<Sandbox> {
  const faults = options.faults ?? new Map<string, string>();
  const server = createServer((request, response) => handle(request, response, faults));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (!isObject(address) || typeof address.port !== 'number') throw new Error('the sandbox has no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    faults,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
