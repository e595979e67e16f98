/** What happens when a model does not answer: who is tried next, who pays, and what the app sees. */
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSource } from '../../../server/providers/catalogue.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { startUpstream, type Upstream } from '../providers/upstream.ts';
import { graphOf, idOf, publish, recordOf, replayAll, startGateway, type TestGateway } from './harness.ts';

let gateway: TestGateway;
let upstream: Upstream;
/** What each model does; others answer. */
const behaviours = new Map<string, (response: ServerResponse) => void>();
let budget = '';
let policies = 0;

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (fields: object, finish: string | null = null): string =>
  data({ id: 'c', choices: [{ index: 0, delta: fields, finish_reason: finish }] });
const usage = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 };

function answer(response: ServerResponse, model: string, stream: boolean): void {
  if (stream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      `${delta({ role: 'assistant' })}${delta({ content: `from ${model}` })}${delta({}, 'stop')}${data({ choices: [], usage })}data: [DONE]\n\n`,
    );
  } else {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        choices: [{ index: 0, message: { role: 'assistant', content: `from ${model}` }, finish_reason: 'stop' }],
        usage,
      }),
    );
  }
}

beforeAll(async () => {
  upstream = await startUpstream((response) => {
    const { model, stream } = JSON.parse(upstream.requests.at(-1)?.body ?? '{}');
    const behaviour = behaviours.get(model);
    if (behaviour) behaviour(response);
    else answer(response, model, stream === true);
  });
  // A port on which nobody listens any more.
  const closed = createServer();
  const port = await new Promise<number>((resolve) => {
    closed.listen(0, '127.0.0.1', () => {
      const address = closed.address();
      closed.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  gateway = await startGateway({
    providers: [
      {
        provider: createOpenAiCompatible({ name: 'up', baseUrl: upstream.baseUrl, apiKey: null }),
        source: openSource('up', ['a', 'b', 'c'], true),
      },
      {
        provider: createOpenAiCompatible({ name: 'gone', baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: null }),
        source: openSource('gone', ['m'], true),
      },
    ],
  });
  // A dollar for a million tokens, in and out.
  for (const model of ['up/a', 'up/b', 'up/c', 'gone/m']) {
    const rate = { aboveInputTokens: 0, input: 1e9, cachedInput: 1e9, cacheWrite: 1e9, output: 1e9 };
    await gateway.api('POST', '/prices', { model, price: [rate], reason: 'for a test' });
  }
  ({ id: budget } = await gateway.api<{ id: string }>('POST', '/budgets', {
    name: 'Purse',
    scope: [],
    window: 'month',
    timeZone: 'UTC',
    unit: 'usd',
    limit: 1e9,
    owner: null,
    reason: 'for a test',
  }));
});
beforeEach(() => upstream.requests.splice(0));
afterEach(() => behaviours.clear());
afterAll(async () => {
  try {
    await replayAll(gateway);
  } finally {
    const stopped = gateway.stop();
    await upstream.close();
    await stopped;
  }
});

/** Makes a policy of one node behind the budget and asks it. */
async function asking(
  kind: 'fallback' | 'model',
  settings: Record<string, unknown>,
  body: Record<string, unknown> = {},
) {
  policies += 1;
  const name = `p${policies}`;
  await publish(
    gateway,
    name,
    graphOf(
      { enter: ['request', {}], pay: ['budget', { budget, warnAt: null, outputLimit: 100 }], call: [kind, settings] },
      ['enter.next > pay', 'pay.within > call'],
    ),
  );
  const ask = async () => {
    const response = await gateway.chat({
      model: `policy/${name}`,
      messages: [{ role: 'user', content: 'hello' }],
      ...body,
    });
    const text = await response.text();
    return { response, text, record: await recordOf(gateway, idOf(response)) };
  };
  return { ask, ...(await ask()) };
}
const called = (): string[] => upstream.requests.map(({ body }) => JSON.parse(body).model);
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end('{"error":{"message":"no"}}');
  };
const moveOn = { models: ['up/a', 'up/b'], coolDownSeconds: 0, timeoutSeconds: 20 };

/** What the first model does, as which failure it counts, and whether it may have been billed. */
const TROUBLES: [what: string, failure: string, billed: boolean, behaviour: (response: ServerResponse) => void][] = [
  ['429', 'rate_limited', false, status(429)],
  ['500', 'server_error', false, status(500)],
  ['503', 'server_error', false, status(503)],
  [
    'a web page',
    'bad_answer',
    true,
    (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  ],
  [
    'an empty answer',
    'bad_answer',
    true,
    (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(),
  ],
  [
    'a JSON that is cut off',
    'bad_answer',
    true,
    (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[{"ind'),
  ],
  [
    'an answer without choices',
    'bad_answer',
    true,
    (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}'),
  ],
  [
    'an error in a good answer',
    'server_error',
    true,
    (response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}'),
  ],
  ['a connection that breaks before the head', 'connect', true, (response) => void response.destroy()],
];

describe.each([false, true])('a fallback (stream: %s)', (stream) => {
  it.each(TROUBLES)('moves on after %s', async (_what, failure, billed, behaviour) => {
    behaviours.set('a', behaviour);
    const { response, text, record } = await asking('fallback', moveOn, { stream });
    expect(response.status).toBe(200);
    expect(text).toContain('from b');
    expect(response.headers.get('x-signalbox-model')).toBe('up/b');
    expect(response.headers.get('x-signalbox-attempts')).toBe('2');
    const [first, second] = record.attempts;
    // A document in place of a stream is no answer, whatever it says.
    expect(first).toMatchObject({
      model: 'up/a',
      ok: false,
      failure: stream && billed && failure !== 'connect' ? expect.any(String) : failure,
    });
    expect(first?.cost === 0, 'charged unless it surely was not billed').toBe(!billed);
    expect(second).toMatchObject({ model: 'up/b', ok: true, cost: 30_000, usageSource: 'provider' });
    expect(record.cost).toBe((first?.cost ?? 0) + 30_000);
    expect(record.charges).toMatchObject([{ settled: record.cost }]);
  });

  it('moves on from a model that nobody serves', async () => {
    const { text, record } = await asking('fallback', { ...moveOn, models: ['gone/m', 'up/b'] }, { stream });
    expect(text).toContain('from b');
    expect(record.attempts[0]).toMatchObject({ model: 'gone/m', failure: 'connect', cost: 0 });
  });

  it('moves on from a model that is silent, which may cost', async () => {
    behaviours.set('a', () => undefined);
    const { text, record } = await asking('fallback', { ...moveOn, timeoutSeconds: 1 }, { stream });
    expect(text).toContain('from b');
    expect(record.attempts[0]).toMatchObject({ failure: 'timeout', usageSource: 'estimated' });
    expect(record.attempts[0]?.cost).toBeGreaterThan(0);
  });

  it('does not move on after what the drawing does not list', async () => {
    behaviours.set('a', status(400));
    const { response, text } = await asking('fallback', moveOn, { stream });
    expect(response.status).toBe(400);
    expect(text).toContain('upstream_invalid');
    expect(called()).toEqual(['a']);
  });
});

describe('a stream', () => {
  it('moves on when it breaks off before its first content', async () => {
    behaviours.set('a', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`: wait\n\n${delta({ role: 'assistant', content: '' })}`, () => response.destroy());
    });
    const { text, record } = await asking('fallback', moveOn, { stream: true });
    expect(text).toContain('from b');
    expect(text).not.toContain('wait');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(record.attempts.map(({ failure }) => failure)).toEqual(['server_error', null]);
  });

  it('moves on when it brings an error before its first content', async () => {
    behaviours.set('a', (response) => {
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(data({ error: { message: 'no', code: 429 } }));
    });
    expect((await asking('fallback', moveOn, { stream: true })).text).toContain('from b');
  });

  it('moves on when nothing but comments comes for as long as patience lasts', async () => {
    behaviours.set('a', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write(': still there\n\n'), 50);
      response.once('close', () => clearInterval(timer));
    });
    const { text, record } = await asking('fallback', { ...moveOn, timeoutSeconds: 1 }, { stream: true });
    expect(text).toContain('from b');
    expect(record.attempts[0]).toMatchObject({ failure: 'timeout' });
  });

  it('ends with an error and without [DONE] when it breaks off after its first content', async () => {
    behaviours.set('a', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(delta({ content: 'so far so good' }), () => response.destroy());
    });
    const { response, text, record } = await asking('fallback', moveOn, { stream: true });
    expect(response.status).toBe(200);
    expect(text).toContain('so far so good');
    expect(text).not.toContain('[DONE]');
    const last = JSON.parse(text.trim().split('\n\n').at(-1)?.slice(6) ?? '');
    expect(last).toMatchObject({ error: { code: 'upstream_broken', type: 'server_error', request_id: record.id } });
    expect(called()).toEqual(['a']);
    expect(record).toMatchObject({
      status: 'failed',
      errorCode: 'upstream_broken',
      attempts: [{ ok: false, usageSource: 'estimated' }],
    });
    expect(record.cost).toBeGreaterThan(0);
    expect(record.charges).toMatchObject([{ settled: record.cost }]);
  });

  it('ends with an error when only comments come after its first content', async () => {
    behaviours.set('a', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(delta({ content: 'so far' }));
      const timer = setInterval(() => response.write(': still there\n\n'), 50);
      response.once('close', () => clearInterval(timer));
    });
    const { text } = await asking('fallback', { ...moveOn, timeoutSeconds: 1 }, { stream: true });
    expect(text).toContain('upstream_broken');
    expect(text).not.toContain('[DONE]');
  });

  it('is whole once it has its finish reason, even if the connection breaks or is never closed', async () => {
    for (const ending of ['', 'data: [DONE]\n\n']) {
      behaviours.set('a', (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(delta({ content: 'all of it' }) + delta({}, 'stop') + ending, () => {
          if (ending === '') response.destroy();
        });
      });
      const { text, record } = await asking('fallback', { ...moveOn, timeoutSeconds: 1 }, { stream: true });
      expect(text).toContain('all of it');
      expect(text).not.toContain('error');
      expect(text).toContain('"finish_reason":"stop"');
      expect(record).toMatchObject({ status: 'ok', attempts: [{ ok: true, usageSource: 'estimated' }] });
    }
  });
});

describe('a whole answer', () => {
  it('is not begun by blank lines, however many come', async () => {
    behaviours.set('a', (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write('\n'), 50);
      response.once('close', () => clearInterval(timer));
    });
    const { text, record } = await asking('fallback', { ...moveOn, timeoutSeconds: 1 });
    expect(text).toContain('from b');
    expect(record.attempts[0]).toMatchObject({ failure: 'timeout' });
  });
});

describe('a model that failed', () => {
  it('is left alone for the cool-down, and longer where its provider asks for it', async () => {
    behaviours.set('a', status(429, { 'retry-after': '600' }));
    const { ask } = await asking('fallback', { ...moveOn, coolDownSeconds: 0.001 });
    expect(called()).toEqual(['a', 'b']);
    const { record } = await ask();
    expect(called()).toEqual(['a', 'b', 'b']);
    expect(record.attempts).toHaveLength(1);
    expect(record.trace.at(-1)?.reason).toContain('left alone');
    gateway.running.gateway.coolDowns.failed('up/a', 'server_error', 0, 1, null);
  });

  it('is left alone from the moment at which it failed, not from that of the request', async () => {
    behaviours.set('c', () => undefined);
    const { ask } = await asking('fallback', { models: ['up/c', 'up/b'], coolDownSeconds: 1.9, timeoutSeconds: 2 });
    await ask();
    expect(called()).toEqual(['c', 'b', 'b']);
  });
});

describe('a model node', () => {
  it('tries again as often as it says, and each time only what passes', async () => {
    let failures = 2;
    behaviours.set('a', (response) => (failures-- > 0 ? status(503)(response) : answer(response, 'a', false)));
    const { text, response } = await asking('model', { model: 'up/a', retries: 2 });
    expect(text).toContain('from a');
    expect(response.headers.get('x-signalbox-attempts')).toBe('3');
    behaviours.set('a', status(401));
    const refused = await asking('model', { model: 'up/a', retries: 2 });
    expect(refused.response.status).toBe(502);
    expect(refused.text).toContain('upstream_auth');
    expect(refused.record.attempts).toHaveLength(1);
  });

  it('gives up with the error of the last call', async () => {
    behaviours.set('a', status(503));
    const { response, text, record } = await asking('model', { model: 'up/a', retries: 1 });
    expect(response.status).toBe(502);
    expect(text).toContain('upstream_error');
    expect(called()).toEqual(['a', 'a']);
    expect(record).toMatchObject({ status: 'failed', cost: 0, charges: [{ settled: 0 }] });
  });
});

describe('models that cannot take a request', () => {
  const audio = {
    messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] }],
  };

  it('are skipped', async () => {
    const name = 'skips';
    await publish(
      gateway,
      name,
      graphOf({ enter: ['request', {}], call: ['fallback', { ...moveOn, models: ['sandbox/small', 'up/b'] }] }, [
        'enter.next > call',
      ]),
    );
    const response = await gateway.chat({ ...audio, model: `policy/${name}` });
    expect(await response.text()).toContain('from b');
    expect(response.headers.get('x-signalbox-attempts')).toBe('1');
  });

  it('do not hide why the model failed that was called', async () => {
    behaviours.set('a', status(503));
    const name = 'hides';
    await publish(
      gateway,
      name,
      graphOf({ enter: ['request', {}], call: ['fallback', { ...moveOn, models: ['up/a', 'sandbox/small'] }] }, [
        'enter.next > call',
      ]),
    );
    const response = await gateway.chat({ ...audio, model: `policy/${name}` });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { code: 'upstream_error' } });
  });

  it('are named when there is no other', async () => {
    const name = 'cannot';
    await publish(
      gateway,
      name,
      graphOf({ enter: ['request', {}], call: ['model', { model: 'sandbox/small' }] }, ['enter.next > call']),
    );
    const response = await gateway.chat({ ...audio, model: `policy/${name}` });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'model_unsupported', message: expect.stringContaining('audio') },
    });
  });
});
