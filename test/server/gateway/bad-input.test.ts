/** Whatever an app sends, it gets an error in the protocol's shape; nothing stays held, and the gateway goes on. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ERRORS } from '../../../server/errors.ts';
import {
  API_KEY,
  atRest,
  eventually,
  type GatewayWithUpstream,
  idOf,
  makeKey,
  newestRecord,
  recordOf,
  replayAll,
  startWithUpstream,
} from './harness.ts';

let gateway: GatewayWithUpstream;
const MB = 1024 * 1024;
const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  gateway = await startWithUpstream({ environment: { BODY_LIMIT_MB: '1' } });
  gateway.answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"choices":[{"index":0,"message":{"role":"assistant","content":"fine"},"finish_reason":"stop"}]}');
  };
});
afterEach(async () => {
  await atRest(gateway);
  expect((await gateway.chat({ model: 'one', messages: [{ role: 'user', content: 'still there?' }] })).status).toBe(
    200,
  );
});
afterAll(async () => {
  try {
    await replayAll(gateway);
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
    await gateway.stop();
  }
});

const user = (content: unknown) => [{ role: 'user', content }];
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** Expects the error in the protocol's shape, with the status and type of the table. */
async function expectError(response: Response, code: keyof typeof ERRORS): Promise<Record<string, unknown>> {
  const body = z.object({ error: z.record(z.string(), z.unknown()) }).parse(await response.json());
  expect(body).toEqual({
    error: expect.objectContaining({ code, type: ERRORS[code].type, message: expect.any(String) }),
  });
  expect(response.status).toBe(ERRORS[code].status);
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(response.headers.get('x-should-retry')).toBe(ERRORS[code].retry ? null : 'false');
  return body.error;
}

describe('a body', () => {
  it.each([
    ['that is empty', '', 'invalid_json'],
    ['that is not JSON', '{"model":', 'invalid_json'],
    ['that is not an object', '["model"]', 'invalid_json'],
    ['with text after it', '{"model":"one","messages":[{"role":"user","content":"x"}]}{}', 'invalid_json'],
    ['with a key twice', '{"model":"one","model":"two","messages":[{"role":"user","content":"x"}]}', 'duplicate_key'],
    [
      'with a key twice, written otherwise',
      '{"model":"one","mod\\u0065l":"two","messages":[{"role":"user","content":"x"}]}',
      'duplicate_key',
    ],
    [
      'with a key twice deep inside',
      '{"model":"one","messages":[{"role":"user","content":"x","content":"y"}]}',
      'duplicate_key',
    ],
    ['that is too deep', `{"model":"one","messages":[{"role":"user","content":"x"}],"x":${deep(300)}}`, 'too_deep'],
    ['that is far too deep', `{"x":${deep(400_000)}}`, 'too_deep'],
    ['without messages', { model: 'one' }, 'invalid_request'],
    ['with empty messages', { model: 'one', messages: [] }, 'invalid_request'],
    ['without a model', { messages: user('x') }, 'invalid_request'],
    ['with a model that is no text', { model: 7, messages: user('x') }, 'invalid_request'],
    ['with a role that nobody has', { model: 'one', messages: [{ role: 'king', content: 'x' }] }, 'invalid_request'],
    ['with content that is a number', { model: 'one', messages: user(7) }, 'invalid_request'],
    ['with a negative limit', { model: 'one', messages: user('x'), max_tokens: -1 }, 'invalid_request'],
    ['with too many choices', { model: 'one', messages: user('x'), n: 1e9 }, 'invalid_request'],
    ['with stream as a text', { model: 'one', messages: user('x'), stream: 'true' }, 'invalid_request'],
    ['with a member in other letters', { model: 'one', messages: user('x'), MODEL: 'two' }, 'invalid_request'],
    ['for a model that nobody has', { model: 'nobody', messages: user('x') }, 'unknown_model'],
    ['for a model with an empty name', { model: 'up/', messages: user('x') }, 'unknown_model'],
    ['for a policy that nobody has', { model: 'policy/', messages: user('x') }, 'unknown_policy'],
  ] as const)('%s is refused', async (_what, body, code) => {
    const before = gateway.upstream.requests.length;
    const response = await gateway.chat(body);
    const error = await expectError(response, code);
    expect(error.request_id).toBe(idOf(response));
    expect(await recordOf(gateway, idOf(response))).toMatchObject({
      status: 'failed',
      errorCode: code,
      httpStatus: response.status,
      attempts: [],
      cost: 0,
    });
    expect(gateway.upstream.requests.length).toBe(before);
  });

  it('that is not UTF-8 is refused', async () => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}` },
      body: Buffer.from('{"model":"one","messages":[{"role":"user","content":"\xff\xfe"}]}', 'latin1'),
    });
    await expectError(response, 'invalid_json');
  });

  it('with names of objects that JavaScript has already is like any other', async () => {
    const response = await gateway.chat(
      '{"model":"one","__proto__":{"stream":true},"constructor":{},"metadata":{"__proto__":"x","constructor":"y"},"messages":[{"role":"user","content":"x"}]}',
    );
    expect(response.status).toBe(200);
    expect((await recordOf(gateway, idOf(response))).stream).toBe(false);
  });

  it('over the limit is refused, whether it says its length or not', async () => {
    const large = JSON.stringify({ model: 'one', messages: user('x'.repeat(2 * MB)) });
    expect(await expectError(await gateway.chat(large), 'body_too_large')).toMatchObject({
      message: expect.stringContaining('1 MB'),
    });
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 32; i++) controller.enqueue(Buffer.alloc(MB / 8, 'x'));
        controller.close();
      },
    });
    const chunked = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}` },
      body: pieces,
      duplex: 'half',
    });
    await expectError(chunked, 'body_too_large');
    expect(await recordOf(gateway, idOf(chunked))).toMatchObject({ errorCode: 'body_too_large' });
  });

  it('just below the limit is taken', async () => {
    expect((await gateway.chat({ model: 'one', messages: user('x'.repeat(MB - 100)) })).status).toBe(200);
  });
});

describe('a name that cannot stand in a header', () => {
  it.each([
    ['half a character', 'up/\ud800'],
    ['the end of a line', 'up/\u0000\r\nx: y'],
    ['a great length', `up/${'é'.repeat(20_000)}`],
    ['a character beyond Latin', 'up/☕'],
  ])('for %s does no harm', async (_what, model) => {
    for (const stream of [false, true]) {
      const response = await gateway.chat(JSON.stringify({ model, stream, messages: user('x') }));
      expect([200, 502]).toContain(response.status);
      expect(await response.text()).not.toBe('');
      expect((await recordOf(gateway, idOf(response))).attempts).toHaveLength(1);
    }
  });
});

describe('a key', () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ model: 'one', messages: user('x') }),
    });

  it('has to be sent, known, and not revoked; otherwise nobody is charged and nothing recorded', async () => {
    const before = gateway.upstream.requests.length;
    await expectError(await ask({}), 'missing_key');
    await expectError(await ask({ authorization: 'Bearer ' }), 'missing_key');
    await expectError(await ask({ authorization: 'Basic abc' }), 'missing_key');
    await expectError(await ask({ authorization: 'Bearer sb_nobody' }), 'invalid_key');
    await expectError(await ask({ 'x-api-key': 'sb_nobody' }), 'invalid_key');
    const { token, key } = await makeKey(gateway);
    expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(200);
    await gateway.api('POST', `/keys/${key.id}/revoke`, { reason: 'for a test' });
    const revoked = await ask({ authorization: `Bearer ${token}` });
    await expectError(revoked, 'revoked_key');
    await expect(recordOf(gateway, idOf(revoked))).rejects.toThrow('404');
    expect(gateway.upstream.requests.length).toBe(before + 1);
    await expectError(await fetch(`${gateway.url}/v1/models`), 'missing_key');
    await expectError(
      await fetch(`${gateway.url}/v1/requests/req_1`, { headers: { 'x-api-key': 'sb_nobody' } }),
      'invalid_key',
    );
  });

  it('may stand in either header, and its scheme in any letters', async () => {
    expect((await ask({ 'x-api-key': API_KEY })).status).toBe(200);
    expect((await ask({ authorization: `bearer ${API_KEY}` })).status).toBe(200);
  });
});

describe('an address', () => {
  it('that is none is not found, and a method that it does not have is not allowed', async () => {
    const headers = { authorization: `Bearer ${API_KEY}` };
    await expectError(await fetch(`${gateway.url}/v1/completions`, { method: 'POST', headers }), 'not_found');
    const wrong = await fetch(`${gateway.url}/v1/chat/completions`, { headers });
    expect(wrong.headers.get('allow')).toBe('POST');
    await expectError(wrong, 'method_not_allowed');
    await expectError(await fetch(`${gateway.url}/v1/models`, { method: 'DELETE', headers }), 'method_not_allowed');
  });
});

describe('a client that hangs up', () => {
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    return socket;
  };
  const head = (length: number): string =>
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\ncontent-length: ${length}\r\n\r\n`;

  it('in the middle of its head or of its body leaves nothing behind', async () => {
    const first = await open();
    first.write(head(10).slice(0, 40));
    first.destroy();
    const second = await open();
    second.write(`${head(500_000)}{"model":"one",`);
    // The bytes have arrived once the gateway counts them.
    await eventually(() => expect(gateway.running.gateway.inFlight.bytes).toBeGreaterThan(0));
    second.destroy();
    const record = await newestRecord(gateway, ({ status }) => status === 'aborted');
    expect(record).toMatchObject({ errorCode: 'client_closed', requestedModel: '', attempts: [], policy: null });
  });

  it('right after its request ends the call for it', async () => {
    const answer = gateway.answer;
    let called: Promise<unknown> | undefined;
    gateway.answer = (response) => {
      called = once(response, 'close');
    };
    try {
      const socket = await open();
      const body = JSON.stringify({ model: 'one', messages: user('x') });
      socket.write(head(body.length) + body);
      await eventually(() => expect(called).toBeDefined());
      socket.destroy();
      await called;
      expect(await newestRecord(gateway, ({ status }) => status === 'aborted')).toMatchObject({
        attempts: [{ failure: 'aborted' }],
      });
    } finally {
      gateway.answer = answer;
    }
  });

  it('does not end the requests of others, nor the next one on its way', async () => {
    const socket = await open();
    const body = JSON.stringify({ model: 'one', messages: user('x') });
    socket.write((head(body.length) + body).repeat(3));
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    await eventually(() => expect(received.match(/HTTP\/1\.1 200/g)).toHaveLength(3));
    socket.destroy();
  });
});
