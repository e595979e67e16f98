/** What happens when a model does not answer: who is tried next, who pays, and what the app sees. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answered,
  answer,
  type BehavingModels,
  type Behaviour,
  data,
  delta,
  startBehavingModels,
  status,
} from './behaving-models.ts';
import { graphOf, publish, replayAll, type TestGateway } from './harness.ts';

let models: BehavingModels;
let gateway: TestGateway;
let behaviours: Map<string, Behaviour>;

beforeAll(async () => {
  models = await startBehavingModels();
  ({ gateway, behaviours } = models);
});
beforeEach(() => models.fresh());
afterAll(async () => {
  try {
    await replayAll(gateway);
  } finally {
    await models.stop();
  }
});

/** Makes a policy of one node behind the budget and asks it. */
async function asking(
  kind: 'fallback' | 'model',
  settings: Record<string, unknown>,
  body: Record<string, unknown> = {},
): Promise<Answered & { ask: () => Promise<Answered> }> {
  const name = await models.policyOf(kind, settings);
  const ask = () => models.ask(name, body);
  return { ask, ...(await ask()) };
}
const called = (): string[] => models.called();
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
    expect(record.attempts.map(({ failure }) => failure)).toEqual(['broken', null]);
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
