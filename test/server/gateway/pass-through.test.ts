/** What no node has changed reaches the upstream and the client as it was sent, byte for byte. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  API_KEY,
  eventually,
  type GatewayWithUpstream,
  graphOf,
  idOf,
  newestRecord,
  publish,
  recordOf,
  replayAll,
  startWithUpstream,
} from './harness.ts';

let gateway: GatewayWithUpstream;
beforeAll(async () => {
  gateway = await startWithUpstream();
});
afterAll(async () => {
  try {
    await replayAll(gateway);
  } finally {
    await gateway.stop();
  }
});

const DONE = 'data: [DONE]\n\n';
const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', ...fields })}\n\n`;
const delta = (fields: object, finish: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta: fields, finish_reason: finish }] });
const usage = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 };

/** Answers with these bytes. */
const answerWith = (text: string, contentType: string) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': contentType }).end(text);
};
const WHOLE = `{ "id":"c1",\n "object":"chat.completion", "vendor_field": {"é": 1.0e2},  "choices":[{"index":0,"message":{"role":"assistant","content":"h\\u00e9llo"},"finish_reason":"stop"}], "usage":${JSON.stringify(usage)} }\n`;

it('leaves every byte of a request and of its answer as it is', async () => {
  gateway.answer = answerWith(WHOLE, 'application/json');
  const body = `\n{ "messages" : [ {"role":"user" , "content":"caf\\u00e9 – ☕\\/", "name":"n"} ],\t"model":"one",\r\n "seed": 1.0e1, "an_unknown_field": {"deep":[1,2.50,{"x":null}]}, "big": 12345678901234567890 } `;
  const response = await gateway.chat(body);
  expect(gateway.lastSent()).toBe(body);
  expect(await response.text()).toBe(WHOLE);
  expect(response.headers.get('content-type')).toContain('application/json');
  expect((await recordOf(gateway, idOf(response))).usage).toMatchObject({ inputTokens: 11, outputTokens: 5 });
});

it('changes only the name of the model and the private members', async () => {
  gateway.answer = answerWith(WHOLE, 'application/json');
  await gateway.chat(
    '{ "metadata": {"ticket":"T-1"},  "model" : "up/one", "messages":[{"role":"user","content":"a  b"}],"x":0.10}',
  );
  expect(gateway.lastSent()).toBe('{ "model" : "one", "messages":[{"role":"user","content":"a  b"}],"x":0.10}');
});

it('keeps of a request its first million characters, however many bytes these are', async () => {
  gateway.answer = answerWith(WHOLE, 'application/json');
  const kept = async (characters: number): Promise<{ sent: string; request: string | undefined }> => {
    const content = 'ü'.repeat(characters);
    const response = await gateway.chat({ model: 'one', messages: [{ role: 'user', content }] });
    const { content: stored } = await recordOf(gateway, idOf(response));
    return { sent: gateway.lastSent(), request: stored?.request };
  };
  const fits = await kept(900_000);
  expect(fits.request === fits.sent, 'all of it is there').toBe(true);
  const { sent, request } = await kept(1_100_000);
  const more = sent.length - 1_000_000;
  expect(request === `${sent.slice(0, 1_000_000)}… (${more} more characters are not kept)`).toBe(true);
});

it('says that it does not know the cost of a model without a price', async () => {
  gateway.answer = answerWith(WHOLE, 'application/json');
  const response = await gateway.chat({ model: 'up/unlisted', messages: [{ role: 'user', content: 'hi' }] });
  expect(response.headers.get('x-signalbox-cost-usd')).toBe('unknown');
  expect((await recordOf(gateway, idOf(response))).attempts).toMatchObject([{ cost: null }]);
});

it('sends its id and the trace on, and keeps the key of the app to itself', async () => {
  gateway.answer = answerWith(WHOLE, 'application/json');
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const response = await gateway.chat(
    { model: 'one', messages: [{ role: 'user', content: 'hi' }] },
    { traceparent: trace },
  );
  const sent = gateway.upstream.requests.at(-1)?.head;
  expect(sent?.headers).toMatchObject({ 'x-request-id': idOf(response), traceparent: trace });
  expect(JSON.stringify(sent?.rawHeaders)).not.toContain(API_KEY);
});

const STREAM = [
  ': a comment\n\n',
  delta({ role: 'assistant', content: '' }),
  `data:{"id":"c1",  "object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"h\\u00e9"},"finish_reason":null}],"odd":1.0}\r\n\r\n`,
  ': keep alive\n\n',
  delta({ content: 'llo' }),
  delta({}, 'stop'),
];

it('forwards a stream as it came, without the usage event that the app did not ask for', async () => {
  gateway.answer = answerWith([...STREAM, chunk({ choices: [], usage }), DONE].join(''), 'text/event-stream');
  const response = await gateway.chat({ model: 'one', stream: true, messages: [{ role: 'user', content: 'hi' }] });
  expect(await response.text()).toBe([...STREAM, DONE].join(''));
  expect(JSON.parse(gateway.lastSent())).toMatchObject({ stream_options: { include_usage: true } });
  const record = await recordOf(gateway, idOf(response));
  expect(record.usage).toMatchObject({ inputTokens: 11, outputTokens: 5 });
  expect(record.content?.answer).toContain('héllo');
});

it('forwards the usage event that the app asked for, and does not touch its request', async () => {
  const stream = [...STREAM, chunk({ choices: [], usage }), DONE].join('');
  gateway.answer = answerWith(stream, 'text/event-stream');
  const body =
    '{"model":"one", "stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]}';
  const response = await gateway.chat(body);
  expect(await response.text()).toBe(stream);
  expect(gateway.lastSent()).toBe(body);
});

it('forwards a stream as it came however it is cut into pieces', async () => {
  const stream = [...STREAM, DONE].join('');
  gateway.answer = async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const byte of Buffer.from(stream)) {
      response.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    response.end();
  };
  const response = await gateway.chat({ model: 'one', stream: true, messages: [{ role: 'user', content: 'hi' }] });
  expect(await response.text()).toBe(stream);
});

it('gives each event to the client before the next one has come', async () => {
  let upstream: ServerResponse | undefined;
  gateway.answer = (response) => {
    upstream = response;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(delta({ content: 'first' }));
  };
  const response = await gateway.chat({ model: 'one', stream: true, messages: [{ role: 'user', content: 'hi' }] });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain('first');
  upstream?.write(delta({ content: 'second' }));
  expect((await reader.read()).value).toContain('second');
  upstream?.end(delta({}, 'stop') + DONE);
  let rest = '';
  for (let read = await reader.read(); !read.done; read = await reader.read()) rest += read.value;
  expect(rest).toBe(delta({}, 'stop') + DONE);
});

it('passes parallel tool calls on, whole and streamed', async () => {
  const calls = ['Oslo', 'Rome'].map((city, i) => ({
    id: `call_${i}`,
    type: 'function',
    function: { name: 'weather', arguments: JSON.stringify({ city }) },
  }));
  const request = {
    model: 'one',
    messages: [{ role: 'user' as const, content: 'hi' }],
    tools: [{ type: 'function' as const, function: { name: 'weather' } }],
    parallel_tool_calls: true,
  };
  gateway.answer = answerWith(
    JSON.stringify({
      choices: [
        { index: 0, message: { role: 'assistant', content: null, tool_calls: calls }, finish_reason: 'tool_calls' },
      ],
      usage,
    }),
    'application/json',
  );
  const whole = await gateway.openai.chat.completions.create(request);
  expect(whole.choices[0]?.message.tool_calls).toEqual(calls);
  const calling = calls.flatMap(({ function: called, ...call }, index) => [
    delta({ tool_calls: [{ index, ...call, function: { name: called.name, arguments: '' } }] }),
    delta({ tool_calls: [{ index, function: { arguments: called.arguments.slice(0, 5) } }] }),
    delta({ tool_calls: [{ index, function: { arguments: called.arguments.slice(5) } }] }),
  ]);
  gateway.answer = answerWith(
    [delta({ role: 'assistant' }), ...calling, delta({}, 'tool_calls'), DONE].join(''),
    'text/event-stream',
  );
  const streamed = await gateway.openai.chat.completions.stream(request).finalChatCompletion();
  expect(streamed.choices[0]?.message.tool_calls).toMatchObject(calls);
});

it('changes what the drawing says, and nothing else', async () => {
  gateway.answer = answerWith(WHOLE, 'application/json');
  await publish(
    gateway,
    'strict',
    graphOf(
      {
        enter: ['request', {}],
        cap: ['limit', { maxOutputTokens: 50, temperature: 0, instructions: 'Be brief.', removeTools: true }],
        call: ['model', { model: 'up/two' }],
      },
      ['enter.next > cap', 'cap.next > call'],
    ),
  );
  const body =
    '{"model":"policy/strict","max_tokens":900, "messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"auto","seed":1.0}';
  await gateway.chat(body);
  expect(gateway.lastSent()).toBe(
    '{"model":"two","max_tokens":50, "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}],"seed":1.0,"temperature":0}',
  );
});

it('cancels the upstream when the client hangs up, before and after the head', async () => {
  for (const begun of [false, true]) {
    let closed: Promise<unknown> | undefined;
    gateway.answer = (response) => {
      closed = once(response, 'close');
      if (begun)
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(delta({ content: 'some text' }));
    };
    const controller = new AbortController();
    const asked = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}` },
      body: JSON.stringify({ model: 'one', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
      signal: controller.signal,
    });
    if (begun) await asked;
    await eventually(() => expect(closed).toBeDefined());
    controller.abort();
    if (!begun) await expect(asked).rejects.toThrow();
    await closed;
    const record = await newestRecord(gateway, ({ status }) => status === 'aborted');
    expect(record.attempts).toMatchObject([{ ok: false, usageSource: 'estimated' }]);
    expect(record.usage.inputTokens).toBeGreaterThan(0);
    expect(record.usage.outputTokens > 0).toBe(begun);
  }
});

it('gives up for a client that hangs up while it is not reading', async () => {
  let closed: Promise<unknown> | undefined;
  let ended = false;
  gateway.answer = (response) => {
    closed = once(response, 'close').then(() => {
      ended = true;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const more = (): void => {
      while (!ended && response.write(delta({ content: 'x'.repeat(64 * 1024) })));
    };
    response.on('drain', more);
    more();
  };
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  const body = JSON.stringify({ model: 'one', stream: true, messages: [{ role: 'user', content: 'hi' }] });
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await once(socket, 'readable');
  socket.destroy();
  await closed;
  expect(await newestRecord(gateway, ({ status }) => status === 'aborted')).toMatchObject({ stream: true });
});

it('holds the upstream back while the client does not read', async () => {
  const piece = Buffer.from(delta({ content: 'x'.repeat(64 * 1024) }));
  const pieces = 800;
  let written = 0;
  gateway.answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const more = (): void => {
      while (written < pieces) {
        written += 1;
        if (!response.write(piece)) {
          response.once('drain', more);
          return;
        }
      }
      response.end(delta({}, 'stop') + DONE);
    };
    more();
  };
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  const body = JSON.stringify({ model: 'one', stream: true, messages: [{ role: 'user', content: 'hi' }] });
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await once(socket, 'readable');
  // Nobody reads: what is on its way fills the buffers of the sockets, and then nothing moves.
  let last = -1;
  let still = 0;
  await eventually(() => {
    still = written === last ? still + 1 : 0;
    last = written;
    expect(still).toBeGreaterThan(40);
  });
  expect(written * piece.length).toBeLessThan(25 * 1024 * 1024);
  let received = 0;
  let end = '';
  socket.on('data', (bytes: Buffer) => {
    received += bytes.length;
    end = (end + bytes.toString('latin1')).slice(-100);
  });
  await once(socket, 'end');
  expect(written).toBe(pieces);
  expect(received).toBeGreaterThan(pieces * piece.length);
  expect(end).toContain('[DONE]');
  const record = await newestRecord(gateway, ({ status }) => status === 'ok');
  expect(record.content?.answer?.length).toBeLessThan(1_100_000);
  expect(record.content?.answer).toMatch(/\d+ more characters are not kept\)$/);
});
