/** Details of the wire that upstreams, proxies and clients differ in: none of them changes what an app reads. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { brotliCompressSync, createGzip, gzipSync, constants as zlib } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  API_KEY,
  eventually,
  type GatewayWithUpstream,
  idOf,
  recordOf,
  replayAll,
  startWithUpstream,
} from './harness.ts';
import { openAiEnd, openAiPiece, openAiStream } from './recorded-streams.ts';

const MB = 1024 * 1024;

let gateway: GatewayWithUpstream;
let beating: GatewayWithUpstream;
beforeAll(async () => {
  gateway = await startWithUpstream();
  beating = await startWithUpstream({ environment: { STREAM_HEARTBEAT_SECONDS: '0.05' } });
});
afterAll(async () => {
  try {
    await replayAll(gateway);
  } finally {
    await gateway.stop();
    await beating.stop();
  }
});

const WHOLE = JSON.stringify({
  id: 'c1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Grüß Gott 🚦' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
});
const USAGE = { inputTokens: 9, outputTokens: 4 };
const STREAM = openAiStream.events.join('');
const EVENT_STREAM = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };

const ask = (stream: boolean, to: GatewayWithUpstream = gateway): Promise<Response> =>
  to.chat({
    model: 'one',
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
    messages: [{ role: 'user', content: 'hi' }],
  });
const errorOf = async (response: Response) =>
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }).parse(await response.json()).error;
const answerWith = (headers: Record<string, string>, body: Buffer | string, status = 200) => {
  gateway.answer = (response) => {
    response.writeHead(status, headers).end(body);
  };
};

describe('server-sent events', () => {
  it('with line ends of every kind, data of several lines and a byte order mark go through as they are', async () => {
    const [first = '', second = '', third = '', ...rest] = openAiStream.events;
    const lines = second.replace('"choices"', '\ndata: "choices"').trimEnd();
    const stream = `\ufeff${first.replaceAll('\n', '\r\n')}${lines.replaceAll('\n', '\r')}\r\r${third}${rest.join('')}`;
    answerWith(EVENT_STREAM, stream);
    const response = await ask(true);
    expect(Buffer.from(await response.arrayBuffer()).toString()).toBe(stream);
    const record = await recordOf(gateway, idOf(response));
    expect(record).toMatchObject({ status: 'ok', usage: USAGE });
    expect(record.content?.answer).toContain(openAiStream.text);
  });

  it('have comments added in silence only where that is switched on, and never inside of an event', async () => {
    expect(gateway.running.gateway.heartbeatMs).toBe(0);
    const [first = '', second = '', ...rest] = openAiStream.events;
    let upstream: ServerResponse | undefined;
    beating.answer = (response) => {
      upstream = response;
      response.writeHead(200, EVENT_STREAM).write(first + second + rest[0]?.slice(0, 20));
    };
    const response = await ask(true, beating);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (said: string): Promise<void> => {
      while (!text.includes(said)) text += (await reader.read()).value ?? expect.fail(text);
    };
    await until(': heartbeat\n\n: heartbeat\n\n');
    upstream?.end(rest.join('').slice(20));
    for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
    expect(text.replaceAll(': heartbeat\n\n', '')).toBe(STREAM);
    expect(await recordOf(beating, idOf(response))).toMatchObject({ status: 'ok', usage: USAGE });
  });

  it('have comments added neither before the answer begins, nor to an answer in one piece', async () => {
    let upstream: ServerResponse | undefined;
    beating.answer = (response) => {
      upstream = response;
      response.writeHead(200, EVENT_STREAM).flushHeaders();
    };
    const asked = ask(true, beating);
    await eventually(() => expect(upstream).toBeDefined());
    const begun = performance.now();
    await eventually(() => expect(performance.now() - begun).toBeGreaterThan(150));
    // The client may still be told of a failure, with its status.
    upstream?.end();
    expect((await asked).status).toBe(502);
    beating.answer = (response) => void response.writeHead(200, JSON_TYPE).end(WHOLE);
    expect(await (await ask(false, beating)).text()).toBe(WHOLE);
  });
});

describe('an answer that comes compressed', () => {
  const encodings: readonly (readonly [string, (bytes: Buffer | string) => Buffer])[] = [
    ['gzip', (bytes) => gzipSync(bytes)],
    ['br', (bytes) => brotliCompressSync(bytes)],
  ];

  it.each(encodings)('with %s is read, in one piece', async (encoding, compress) => {
    answerWith({ ...JSON_TYPE, 'content-encoding': encoding }, compress(WHOLE));
    const response = await ask(false);
    expect(await response.text()).toBe(WHOLE);
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'ok', usage: USAGE });
    expect(gateway.upstream.requests.at(-1)?.head.headers['accept-encoding']).toBe('gzip, br');
  });

  it.each(encodings)('with %s is read, as a stream that nobody asked to be compressed', async (encoding, compress) => {
    answerWith({ ...EVENT_STREAM, 'content-encoding': encoding }, compress(STREAM));
    const response = await ask(true);
    expect(await response.text()).toBe(STREAM);
    expect(gateway.upstream.requests.at(-1)?.head.headers['accept-encoding']).toBe('identity');
  });

  it.each(encodings)('with %s is read where it is carried over to another protocol', async (encoding, compress) => {
    for (const stream of [false, true]) {
      const type = stream ? EVENT_STREAM : JSON_TYPE;
      answerWith({ ...type, 'content-encoding': encoding }, compress(stream ? STREAM : WHOLE));
      const response = await fetch(`${gateway.url}/v1/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}` },
        body: JSON.stringify({ model: 'one', max_tokens: 9, stream, messages: [{ role: 'user', content: 'hi' }] }),
      });
      expect(await response.text()).toContain('🚦');
      expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'ok', usage: USAGE });
    }
  });

  it('gives each event on as soon as it has come', async () => {
    let more = (_text: string): void => undefined;
    let finish = (): void => undefined;
    gateway.answer = (response) => {
      response.writeHead(200, { ...EVENT_STREAM, 'content-encoding': 'gzip' });
      const gzip = createGzip();
      gzip.pipe(response);
      more = (text) => {
        gzip.write(text);
        gzip.flush(zlib.Z_SYNC_FLUSH);
      };
      finish = () => gzip.end();
      more(openAiPiece({ content: 'first' }));
    };
    const response = await ask(true);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('first');
    more(openAiPiece({ content: 'second' }));
    expect((await reader.read()).value).toContain('second');
    more(openAiEnd(2).join(''));
    finish();
    let rest = '';
    for (let read = await reader.read(); !read.done; read = await reader.read()) rest += read.value;
    expect(rest).toBe(openAiEnd(2).join(''));
  });

  it('and says what went wrong is understood', async () => {
    const body = gzipSync(JSON.stringify({ error: { code: 'context_length_exceeded', message: 'too long' } }));
    answerWith({ ...JSON_TYPE, 'content-encoding': 'gzip' }, body, 400);
    expect((await errorOf(await ask(false))).code).toBe('context_too_long');
  });

  it.each([
    ['that is broken', 'gzip', gzipSync(WHOLE).fill(0, 20, 40)],
    ['that lacks its end', 'gzip', gzipSync(WHOLE).subarray(0, 60)],
    ['that is not compressed at all', 'br', Buffer.from(WHOLE)],
    ['in a way that was not offered', 'zstd', Buffer.from(WHOLE)],
    ['twice', 'gzip, gzip', gzipSync(gzipSync(WHOLE))],
  ])('%s is an error', async (_what, encoding, body) => {
    answerWith({ ...JSON_TYPE, 'content-encoding': encoding }, body);
    const response = await ask(false);
    const error = await errorOf(response);
    expect([response.status, error.code]).toEqual([502, 'upstream_bad_answer']);
    expect(error.message).toMatch(/compressed/);
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'failed', errorCode: error.code });
  });

  it('and grows without end is given up, in one piece and as one event, with little memory', async () => {
    // 2 GB of spaces in 2 MB, of which no more than 20 MB are ever unpacked.
    const piece = gzipSync(Buffer.alloc(64 * MB, ' '));
    const bomb = Buffer.concat(Array.from({ length: 32 }, () => piece));
    for (const [stream, headers] of [
      [false, JSON_TYPE],
      [true, EVENT_STREAM],
    ] as const) {
      answerWith({ ...headers, 'content-encoding': 'gzip' }, bomb);
      const before = process.memoryUsage().rss;
      const error = await errorOf(await ask(stream));
      expect(error.code).toBe('upstream_bad_answer');
      expect(error.message).toContain('20 MB');
      expect(process.memoryUsage().rss - before).toBeLessThan(300 * MB);
    }
  });

  it('is held back while the client does not read', async () => {
    // Letters that hardly compress, so that what is on its way can be counted.
    const pieces = 600;
    let written = 0;
    gateway.answer = (response) => {
      response.writeHead(200, { ...EVENT_STREAM, 'content-encoding': 'gzip' });
      const gzip = createGzip({ level: 0 });
      gzip.pipe(response);
      const piece = openAiPiece({ content: 'x'.repeat(64 * 1024) });
      const more = (): void => {
        while (written < pieces) {
          written += 1;
          if (!gzip.write(piece)) {
            gzip.once('drain', more);
            return;
          }
        }
        gzip.end(openAiEnd(1).join(''));
      };
      more();
    };
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    const body = JSON.stringify({ model: 'one', stream: true, messages: [{ role: 'user', content: 'hi' }] });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await once(socket, 'readable');
    let last = -1;
    let still = 0;
    await eventually(() => {
      still = written === last ? still + 1 : 0;
      last = written;
      expect(still).toBeGreaterThan(40);
    });
    expect(written).toBeLessThan(400);
    let end = '';
    let received = 0;
    socket.on('data', (bytes: Buffer) => {
      received += bytes.length;
      end = (end + bytes.toString('latin1')).slice(-100);
    });
    await once(socket, 'end');
    expect(received).toBeGreaterThan(pieces * 64 * 1024);
    expect(end).toContain('[DONE]');
  });
});

describe('connections', () => {
  it('are kept, to upstreams and from clients', async () => {
    answerWith(JSON_TYPE, WHOLE);
    const client = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    const body = JSON.stringify({ model: 'one', messages: [{ role: 'user', content: 'hi' }] });
    let received = '';
    client.on('data', (bytes: Buffer) => {
      received += bytes.toString('utf8');
    });
    const before = gateway.upstream.requests.length;
    for (let i = 1; i <= 3; i += 1) {
      client.write(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      await eventually(() => expect(received.split(WHOLE)).toHaveLength(i + 1));
    }
    client.destroy();
    expect(received.match(/HTTP\/1\.1 200 /g)).toHaveLength(3);
    expect(received).not.toMatch(/connection: close/i);
    const sockets = gateway.upstream.requests.slice(before).map(({ head }) => head.socket);
    expect(sockets).toHaveLength(3);
    expect(new Set(sockets).size).toBe(1);
  });

  it('carry the ids of a request: ours to the upstream and the client, the upstream’s into the record', async () => {
    for (const name of ['x-request-id', 'request-id']) {
      answerWith({ ...JSON_TYPE, [name]: `vendor_${name}` }, WHOLE);
      const response = await ask(false);
      const id = idOf(response);
      expect(id).toMatch(/^req_/);
      expect(gateway.upstream.requests.at(-1)?.head.headers['x-request-id']).toBe(id);
      expect((await recordOf(gateway, id)).attempts).toMatchObject([{ upstreamId: `vendor_${name}` }]);
    }
  });
});
