import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import type { AnswerHead, Provider, UpstreamCall, UpstreamError } from '../../../server/providers/provider.ts';
import { SANDBOX_MODELS, type Sandbox, startSandbox } from '../../../server/providers/sandbox/sandbox.ts';
import { openAiChat } from '../../../server/wire/openai-chat.ts';

const [model] = SANDBOX_MODELS;
if (!model) throw new Error('the sandbox has models');

interface Outcome {
  readonly head: AnswerHead | null;
  readonly body: string;
  readonly error: UpstreamError | null;
}

interface SendOptions {
  readonly stream?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onData?: (call: () => UpstreamCall) => void;
}

/** Sends and waits for the end; fails the test when the sink hears anything after it. */
function send(provider: Provider, modelName: string, options: SendOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let head: AnswerHead | null = null;
    const pieces: Buffer[] = [];
    let settled = false;
    const settle = (error: UpstreamError | null) => {
      if (settled) reject(new Error('settled twice'));
      settled = true;
      resolve({ head, body: Buffer.concat(pieces).toString(), error });
    };
    const stream = options.stream ?? false;
    const body = Buffer.from(
      JSON.stringify({ model: modelName, messages: [{ role: 'user', content: 'hello' }], stream }),
    );
    const call: UpstreamCall = provider.send(
      {
        protocol: openAiChat,
        model: { ...model!, name: modelName },
        body,
        stream,
        timeoutMs: options.timeoutMs ?? 10_000,
        headers: { 'x-request-id': 'req_test' },
      },
      {
        head(answer) {
          head = answer;
        },
        data(bytes) {
          if (settled) reject(new Error('data after the end'));
          pieces.push(bytes);
          options.onData?.(() => call);
        },
        end: () => settle(null),
        fail: (error) => settle(error),
      },
    );
    if (options.signal?.aborted) call.cancel();
    else options.signal?.addEventListener('abort', () => call.cancel());
  });
}

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

function provide(baseUrl: string): Provider {
  const provider = createOpenAiCompatible({ name: 'test', baseUrl, apiKey: 'sk-test' });
  open.push(provider);
  return provider;
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

/** A provider in front of a server that answers as the test says. */
async function answering(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Provider> {
  const server = createServer(handle);
  const url = await listening(server);
  open.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return provide(`${url}/base/v1/`);
}

describe('calls to the sandbox', () => {
  let sandbox: Sandbox;
  let provider: Provider;
  beforeAll(async () => {
    sandbox = await startSandbox();
    provider = createOpenAiCompatible({ name: 'sandbox', baseUrl: sandbox.baseUrl, apiKey: null });
  });
  afterAll(async () => {
    await sandbox.close();
    await provider.close();
  });

  it('answer with the bytes as they came', async () => {
    const whole = await send(provider, 'small');
    expect(whole.error).toBeNull();
    expect(whole.head).toEqual({ status: 200, contentType: 'application/json', requestId: 'req_sandbox' });
    expect(JSON.parse(whole.body).object).toBe('chat.completion');
    const stream = await send(provider, 'small', { stream: true });
    expect(stream.head?.contentType).toBe('text/event-stream');
    expect(stream.body.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  const faults: [string, object][] = [
    ['400', { failure: 'bad_request', status: 400, billed: 'no' }],
    ['401', { failure: 'auth', status: 401, billed: 'no' }],
    ['429', { failure: 'rate_limited', status: 429, billed: 'no', retryAfterMs: 1000 }],
    ['500', { failure: 'server_error', status: 500, billed: 'no' }],
    ['503', { failure: 'server_error', status: 503, billed: 'no' }],
    ['context', { failure: 'context_too_long', billed: 'no' }],
    ['refused', { failure: 'refused', billed: 'no' }],
    ['garbage', { failure: 'bad_answer', billed: 'maybe' }],
    ['connect', { failure: 'connect', billed: 'maybe' }],
    ['break', { failure: 'broken', billed: 'maybe' }],
  ];
  for (const [fault, expected] of faults) {
    it(`fail as they should: ${fault}`, async () => {
      for (const stream of [false, true]) {
        const { error, head } = await send(provider, `small?fault=${fault}`, { stream });
        expect(error).toMatchObject(expected);
        expect(head !== null).toBe(fault === 'break');
      }
    });
  }

  it('give up on a model that does not answer in time', async () => {
    const { error } = await send(provider, 'small?fault=timeout', { timeoutMs: 500 });
    expect(error).toMatchObject({ failure: 'timeout', billed: 'maybe' });
  });

  it('say that a model is not known', async () => {
    expect((await send(provider, 'nothing')).error).toMatchObject({ failure: 'unknown_model', status: 404 });
  });
});

describe('a call', () => {
  it('sends the body untouched to the path of the address, with the key and what it can decode', async () => {
    let seen: unknown;
    const provider = await answering(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const { authorization, 'accept-encoding': encoding, 'x-request-id': id } = request.headers;
      seen = {
        url: request.url,
        method: request.method,
        authorization,
        encoding,
        id,
        body: Buffer.concat(pieces).toString(),
      };
      response.setHeader('content-type', 'application/json').end('{}');
    });
    await send(provider, 'm');
    expect(seen).toEqual({
      url: '/base/v1/chat/completions',
      method: 'POST',
      authorization: 'Bearer sk-test',
      encoding: 'gzip, br',
      id: 'req_test',
      body: '{"model":"m","messages":[{"role":"user","content":"hello"}],"stream":false}',
    });
  });

  it('is not billed when no connection comes about', async () => {
    const server = createTcpServer();
    const url = await listening(server);
    server.close();
    await once(server, 'close');
    expect((await send(provide(url), 'm')).error).toMatchObject({ failure: 'connect', billed: 'no' });
  });

  it('ends at once when it is cancelled, before it is sent, while waiting and in mid-stream', async () => {
    const gone: Promise<unknown>[] = [];
    let calls = 0;
    const provider = await answering((request, response) => {
      calls += 1;
      gone.push(once(request.socket, 'close'));
      if (calls === 1) waiting.abort();
      else response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
    });
    const over = AbortSignal.abort();
    expect((await send(provider, 'm', { signal: over })).error).toMatchObject({ failure: 'aborted', billed: 'no' });
    expect(calls).toBe(0);
    const waiting = new AbortController();
    const first = await send(provider, 'm', { signal: waiting.signal });
    expect(first.error).toMatchObject({ failure: 'aborted', billed: 'maybe' });
    const reading = new AbortController();
    const second = await send(provider, 'm', { stream: true, signal: reading.signal, onData: () => reading.abort() });
    expect(second).toMatchObject({ error: { failure: 'aborted', billed: 'maybe' }, body: 'data: {}\n\n' });
    await Promise.all(gone);
    expect(calls).toBe(2);
  });

  it('fails when a stream stops in the middle without closing', async () => {
    const provider = await answering((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
    });
    const { error, head } = await send(provider, 'm', { stream: true, timeoutMs: 1000 });
    expect(head?.status).toBe(200);
    expect(error).toMatchObject({ failure: 'timeout', billed: 'maybe' });
  });

  it('can be paused, gives nothing until it is resumed, and loses no byte', async () => {
    const text = 'x'.repeat(3_000_000);
    const provider = await answering((_, response) => {
      response.setHeader('content-type', 'application/json').end(text);
    });
    let resting = false;
    let rests = 0;
    const outcome = await send(provider, 'm', {
      onData(call) {
        expect(resting).toBe(false);
        resting = true;
        rests += 1;
        call().pause();
        let turns = 0;
        const wait = () => {
          turns += 1;
          if (turns < 5) {
            setImmediate(wait);
            return;
          }
          resting = false;
          call().resume();
        };
        wait();
      },
    });
    expect(outcome.error).toBeNull();
    expect(outcome.body.length).toBe(text.length);
    expect(rests).toBeGreaterThan(1);
  });

  it('fails when the answer is not what was asked for', async () => {
    const heads: [string, object, string][] = [
      ['application/json', {}, '{"x":1}'],
      ['text/html', {}, '<p>'],
      ['text/event-stream', { 'content-encoding': 'gzip' }, 'x'],
    ];
    for (const [type, headers, body] of heads) {
      const provider = await answering((_, response) => {
        response.writeHead(200, { 'content-type': type, ...headers }).end(body);
      });
      expect((await send(provider, 'm', { stream: true })).error, type).toMatchObject({ failure: 'bad_answer' });
    }
    const provider = await answering((_, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"error":{"code":"context_length_exceeded"}}');
    });
    expect((await send(provider, 'm', { stream: true })).error).toMatchObject({ failure: 'context_too_long' });
  });

  it('does not take more than 20 MB', async () => {
    const provider = await answering((_, response) => {
      response.setHeader('content-type', 'application/json').end(Buffer.alloc(21 * 1024 * 1024, 'x'));
    });
    expect((await send(provider, 'm')).error).toMatchObject({ failure: 'bad_answer', billed: 'maybe' });
  });

  it('understands when to come back, in every way that is said', async () => {
    const waits: [Record<string, string>, number][] = [
      [{ 'retry-after': '7' }, 7000],
      [{ 'retry-after': '9', 'retry-after-ms': '250' }, 250],
      [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    ];
    for (const [headers, expected] of waits) {
      const provider = await answering((_, response) => void response.writeHead(429, headers).end('{}'));
      expect((await send(provider, 'm')).error?.retryAfterMs).toBe(expected);
    }
    const soon = new Date(Date.now() + 3_600_000).toUTCString();
    const provider = await answering((_, response) => void response.writeHead(503, { 'retry-after': soon }).end());
    const wait = (await send(provider, 'm')).error?.retryAfterMs ?? 0;
    expect(wait).toBeGreaterThan(3_000_000);
  });

  it('reads the reason out of every form of error', async () => {
    const answers: [number, string, object][] = [
      [400, '{"error":{"message":"maximum context length is 8192 tokens"}}', { failure: 'context_too_long' }],
      [400, '{"error":{"innererror":{"code":"ResponsibleAIPolicyViolation"}}}', { failure: 'refused' }],
      [403, '{"error":"forbidden"}', { failure: 'auth', message: 'forbidden' }],
      [404, '{"error":{"code":"model_not_found","message":"gone"}}', { failure: 'unknown_model' }],
      [413, '', { failure: 'context_too_long' }],
      [422, '{"detail":"wrong"}', { failure: 'bad_request', message: 'wrong' }],
      [302, '', { failure: 'bad_answer', billed: 'maybe' }],
      [
        502,
        '<html>bad gateway</html>',
        { failure: 'server_error', message: 'it answered with status 502', billed: 'no' },
      ],
      [504, '', { failure: 'timeout', billed: 'maybe' }],
    ];
    for (const [status, body, expected] of answers) {
      const provider = await answering((_, response) => void response.writeHead(status).end(body));
      expect((await send(provider, 'm')).error, String(status)).toMatchObject(expected);
    }
  });

  it('reads no more of a failure than it needs', async () => {
    const provider = await answering((_, response) => {
      response.writeHead(500);
      response.write(Buffer.alloc(200_000, 'x'));
    });
    expect((await send(provider, 'm')).error).toMatchObject({ failure: 'server_error', status: 500 });
  });
});
