/** What the gateway does so that apps hear little of providers that are down, slow or different. */
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallResult } from '../../../policies/effects.ts';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { openSource } from '../../../server/providers/catalogue.ts';
import { UpstreamError } from '../../../server/providers/provider.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { withoutLacking } from '../../../server/wire/lacking.ts';
import { answer, type BehavingModels, delta, startBehavingModels, status } from './behaving-models.ts';
import { eventually, graphOf, idOf, newestRecord, publish, recordOf, replayAll, startGateway } from './harness.ts';

let models: BehavingModels;
let now = 0;

beforeAll(async () => {
  models = await startBehavingModels();
});
beforeEach(() => {
  models.fresh();
  const { upstreams } = models.gateway.running.gateway;
  now = performance.now();
  vi.spyOn(upstreams, 'now').mockImplementation(() => now);
  vi.spyOn(upstreams, 'chance').mockReturnValue(0);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  try {
    await replayAll(models.gateway);
  } finally {
    await models.stop();
  }
});

/** Asks as a client that may hang up. */
const asking = (model: string, signal: AbortSignal): Promise<Response> =>
  models.gateway.openai.chat.completions
    .create({ model, messages: [{ role: 'user', content: 'hello' }] }, { signal })
    .asResponse();

const callsOf = ({ trace }: RequestRecord): CallResult[] =>
  trace.flatMap(({ results }) => results ?? []).filter((result): result is CallResult => 'ok' in result);
const reasonOf = ({ trace }: RequestRecord): string => trace.at(-1)?.reason ?? '';
const two = { models: ['up/a', 'up/b'], coolDownSeconds: 0, timeoutSeconds: 20 };

/** Fails a few times as it is told, then answers. */
const failing = (times: number, fail: (response: ServerResponse) => void) => {
  let left = times;
  return (response: ServerResponse): void => (left-- > 0 ? fail(response) : answer(response, 'a', false));
};

describe('a retry', () => {
  it('comes when the provider has asked for it', async () => {
    models.behaviours.set('a', failing(2, status(429, { 'retry-after-ms': '3' })));
    const { text, record } = await models.ask(await models.policyOf('model', { model: 'up/a', retries: 2 }));
    expect(text).toContain('from a');
    expect(callsOf(record).map(({ ok, retryInMs }) => [ok, retryInMs])).toEqual([
      [false, 3],
      [false, 3],
      [true, undefined],
    ]);
    expect(reasonOf(record)).toBe('up/a answered at try 3.');
  });

  it('does not come where the provider asks for more time than there is: the next model is tried at once', async () => {
    models.behaviours.set('a', status(503, { 'retry-after': '30' }));
    const { text, record } = await models.ask(await models.policyOf('fallback', { ...two, retries: 3 }));
    expect(text).toContain('from b');
    expect(models.called()).toEqual(['a', 'b']);
    expect(callsOf(record)[0]).toMatchObject({ failure: 'server_error', retryAfterMs: 30_000, retryInMs: null });
  });

  it('does not come after what trying again would not change', async () => {
    models.behaviours.set('a', status(400));
    await models.ask(await models.policyOf('model', { model: 'up/a', retries: 5 }));
    expect(models.called()).toEqual(['a']);
  });

  it('is an attempt of the record, charged where the one before may be billed', async () => {
    models.behaviours.set(
      'a',
      failing(1, (response) => response.destroy()),
    );
    const { record } = await models.ask(await models.policyOf('model', { model: 'up/a', retries: 1 }));
    expect(record.attempts).toMatchObject([
      { ok: false, failure: 'connect', usageSource: 'estimated' },
      { ok: true, failure: null, cost: 30_000 },
    ]);
    expect(record.attempts[0]?.cost).toBeGreaterThan(0);
    expect(record.cost).toBe((record.attempts[0]?.cost ?? 0) + 30_000);
    expect(record.charges).toMatchObject([{ settled: record.cost }]);
  });

  it('ends with the client', async () => {
    models.behaviours.set('a', status(503, { 'retry-after': '10' }));
    const policy = await models.policyOf('model', { model: 'up/a', retries: 1, timeoutSeconds: 60 });
    const gone = new AbortController();
    const { gateway } = models;
    const asked = asking(policy, gone.signal);
    await eventually(() => expect(gateway.running.gateway.upstreams.resting).toBe(1));
    gone.abort();
    await expect(asked).rejects.toThrow();
    const record = await newestRecord(gateway, ({ status }) => status === 'aborted');
    expect(record).toMatchObject({ cost: 0, charges: [{ settled: 0 }] });
    expect(models.called()).toEqual(['a']);
  });
});

describe('time', () => {
  it('is over for a stream whose first content is late, however alive it is', async () => {
    models.behaviours.set('a', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write(delta({ role: 'assistant' })), 20);
      response.once('close', () => clearInterval(timer));
    });
    const policy = await models.policyOf('fallback', { ...two, firstTokenSeconds: 0.1 });
    const { text, record } = await models.ask(policy, { stream: true });
    expect(text).toContain('from b');
    expect(record.attempts[0]).toMatchObject({ failure: 'slow_start', usageSource: 'estimated' });
    expect(reasonOf(record)).toContain('up/a: its first words came too late');
  });

  it('is not over for a stream that goes on slowly once it has begun', async () => {
    models.behaviours.set('a', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(delta({ content: 'so far' }));
      setTimeout(() => response.end(`${delta({ content: ' so good' }, 'stop')}data: [DONE]\n\n`), 1100);
    });
    const policy = await models.policyOf('fallback', { ...two, firstTokenSeconds: 1, wholeSeconds: 1 });
    const { text, record } = await models.ask(policy, { stream: true });
    expect(text).toContain('so good');
    expect(record.status).toBe('ok');
  });

  it('is one for all models of a node where it says so', async () => {
    models.behaviours.set('a', (response) => {
      now += 1500;
      status(503)(response);
    });
    models.behaviours.set('b', (response) => {
      now += 600;
      status(503)(response);
    });
    const policy = await models.policyOf('fallback', { ...two, models: ['up/a', 'up/b', 'up/c'], wholeSeconds: 2 });
    const { response, record } = await models.ask(policy);
    expect(response.status).toBe(504);
    expect(models.called()).toEqual(['a', 'b']);
    expect(callsOf(record).map(({ failure }) => failure)).toEqual(['server_error', 'server_error', 'timeout']);
  });
});

describe('a model that keeps failing', () => {
  it('is passed over, tried by one request after a while, and taken back when it answers', async () => {
    models.behaviours.set('a', status(503));
    const policy = await models.policyOf('fallback', two);
    for (let i = 0; i < 5; i++) await models.ask(policy);
    models.upstream.requests.splice(0);
    const { text, record } = await models.ask(policy);
    expect(text).toContain('from b');
    expect(models.called()).toEqual(['b']);
    expect(callsOf(record)[0]).toMatchObject({ failure: 'cooling_down', retryAfterMs: 5000 });

    now += 5000;
    models.behaviours.delete('a');
    let release = (): void => undefined;
    models.behaviours.set('a', (response) => {
      release = () => answer(response, 'a', false);
    });
    const probe = models.ask(policy);
    await eventually(() => expect(models.called()).toEqual(['b', 'a']));
    expect((await models.ask(policy)).text).toContain('from b');
    release();
    expect((await probe).text).toContain('from a');
    models.behaviours.delete('a');
    expect((await models.ask(policy)).text).toContain('from a');
  });

  it('is called all the same where nobody else could answer', async () => {
    models.behaviours.set('a', status(503));
    const alone = await models.policyOf('model', { model: 'up/a', retries: 0 });
    for (let i = 0; i < 7; i++) await models.ask(alone);
    expect(models.called()).toHaveLength(7);
    models.behaviours.set('b', status(503));
    const both = await models.policyOf('fallback', two);
    for (let i = 0; i < 5; i++) await models.ask(both);
    models.behaviours.clear();
    const { text, record } = await models.ask(both);
    expect(text).toContain('from a');
    expect(callsOf(record).map(({ failure, ok }) => [ok, failure])).toEqual([
      [false, 'cooling_down'],
      [false, 'cooling_down'],
      [true, undefined],
    ]);
  });

  it('gets another probe when the client of the first one hangs up', async () => {
    models.behaviours.set('a', status(503));
    const policy = await models.policyOf('fallback', two);
    for (let i = 0; i < 5; i++) await models.ask(policy);
    now += 5000;
    models.behaviours.set('a', () => undefined);
    const gone = new AbortController();
    const probe = asking(policy, gone.signal);
    await eventually(() => expect(models.called().filter((one) => one === 'a')).toHaveLength(6));
    gone.abort();
    await expect(probe).rejects.toThrow();
    await newestRecord(models.gateway, ({ status }) => status === 'aborted');
    models.behaviours.clear();
    expect((await models.ask(policy)).text).toContain('from a');
  });

  it('is one whose answers break off, too', async () => {
    models.behaviours.set('a', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(delta({ content: 'so far so good' }), () => response.destroy());
    });
    const policy = await models.policyOf('fallback', two);
    for (let i = 0; i < 5; i++) await models.ask(policy, { stream: true });
    expect((await models.ask(policy, { stream: true })).text).toContain('from b');
  });

  it('is shown with how it has been doing', async () => {
    models.behaviours.set('a', status(503));
    const policy = await models.policyOf('fallback', two);
    for (let i = 0; i < 5; i++) await models.ask(policy);
    type Listed = { models: { id: string; health: unknown }[] };
    const { models: listed } = await models.gateway.api<Listed>('GET', '/models');
    const healthOf = (id: string): unknown => listed.find((one) => one.id === id)?.health;
    expect(healthOf('up/a')).toEqual({
      state: 'open',
      openInMs: 5000,
      calls: 5,
      errorRate: 1,
      firstTokenMs: null,
      tokensPerSecond: null,
      underWay: 0,
    });
    expect(healthOf('up/b')).toMatchObject({ state: 'closed', calls: 5, errorRate: 0, underWay: 0 });
    expect(healthOf('up/c')).toBeNull();
  });
});

describe('what a model lacks', () => {
  const lacking = (name: string) => (response: ServerResponse) => {
    const body = JSON.parse(models.upstream.requests.at(-1)?.body ?? '{}');
    if (!(name in body)) answer(response, 'a', false);
    else status(400, {}, `Unsupported parameter: '${name}' is not supported with this model.`)(response);
  };

  it('is dropped by a fallback, which says so', async () => {
    models.behaviours.set('a', lacking('reasoning_effort'));
    const { text, record } = await models.ask(await models.policyOf('fallback', two), { reasoning_effort: 'high' });
    expect(text).toContain('from a');
    expect(record.attempts).toMatchObject([
      { ok: false, failure: 'bad_request', cost: 0 },
      { ok: true, cost: 30_000 },
    ]);
    expect(callsOf(record)).toMatchObject([{ ok: true, dropped: ['the effort of reasoning'] }]);
    expect(reasonOf(record)).toBe('up/a answered without the effort of reasoning, which it lacks.');
    expect(JSON.parse(models.upstream.requests.at(-1)?.body ?? '{}')).not.toHaveProperty('reasoning_effort');
  });

  it('is dropped before anything is sent where the protocol of its vendor has no place for it', async () => {
    const { upstream, behaviours } = models;
    const provider = createAnthropic({ name: 'claude', baseUrl: upstream.baseUrl, apiKey: 'none' });
    const source = openSource('claude', ['claude-3-haiku'], true);
    const gateway = await startGateway({ providers: [{ provider, source }] });
    // Shape after the public documentation of Anthropic's messages, made by hand.
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-3-haiku',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'from claude' }],
      usage: { input_tokens: 9, output_tokens: 3 },
    };
    behaviours.set('claude-3-haiku', (response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message));
    });
    try {
      const call = ['fallback', { models: ['claude/claude-3-haiku'] }] as const;
      await publish(gateway, 'claude', graphOf({ enter: ['request', {}], call }, ['enter.next > call']));
      const response = await gateway.chat({
        model: 'policy/claude',
        messages: [{ role: 'user', content: 'hello' }],
        reasoning_effort: 'high',
        logit_bias: { 1: 1 },
        seed: 7,
      });
      expect(await response.text()).toContain('from claude');
      const record = await recordOf(gateway, idOf(response));
      expect(record.attempts).toMatchObject([{ ok: true }]);
      expect(callsOf(record)).toMatchObject([
        { ok: true, dropped: ['biases of tokens', 'the seed', 'the effort of reasoning'] },
      ]);
      expect(upstream.requests).toHaveLength(1);
    } finally {
      await gateway.stop();
    }
  });

  it('is an error of a model node that does not say otherwise', async () => {
    models.behaviours.set('a', lacking('top_k'));
    const { response } = await models.ask(await models.policyOf('model', { model: 'up/a' }), { top_k: 5 });
    expect(response.status).toBe(400);
    const drops = await models.policyOf('model', { model: 'up/a', dropLacking: true });
    expect((await models.ask(drops, { top_k: 5 })).response.status).toBe(200);
  });

  it('is never a tool or the form of the answer', async () => {
    models.behaviours.set('a', lacking('tools'));
    const tools = [{ type: 'function', function: { name: 'look', parameters: {} } }];
    const { response } = await models.ask(await models.policyOf('fallback', two), { tools });
    expect(response.status).toBe(400);
  });

  const body = (fields: object) => Buffer.from(JSON.stringify({ model: 'm', ...fields }));
  const refused = (message: string, failure: 'unsupported' | 'bad_request' = 'unsupported') =>
    new UpstreamError(failure, message, { billed: 'no' });

  it.each([
    ['chat.completions', { logprobs: true, top_logprobs: 3 }, 'no logprobs true', {}, 'log probabilities'],
    ['chat.completions', { seed: 1 }, 'no seed 1', {}, 'the seed'],
    [
      'chat.completions',
      { reasoning_effort: 'xhigh' },
      'reasoning_effort',
      { reasoning_effort: 'high' },
      'the effort of reasoning “xhigh” (sent as “high”)',
    ],
    ['messages', { thinking: { type: 'enabled' } }, 'no thinking', {}, 'the effort of reasoning'],
    [
      'messages',
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      'no disable_parallel_tool_use',
      { tool_choice: { type: 'auto' } },
      'whether tools are called in parallel',
    ],
    [
      'responses',
      { reasoning: { effort: 'minimal', summary: 'auto' } },
      'reasoning.effort "minimal"',
      { reasoning: { effort: 'low', summary: 'auto' } },
      'the effort of reasoning “minimal” (sent as “low”)',
    ],
    ['responses', { text: { verbosity: 'low' } }, 'no text.verbosity', {}, 'the verbosity'],
  ] as const)('is taken out of %s: %j', (endpoint, fields, message, left, dropped) => {
    const less = withoutLacking(body(fields), endpoint, refused(message));
    expect(less?.dropped).toBe(dropped);
    expect(JSON.parse(less?.body.toString() ?? '')).toEqual({ model: 'm', ...left });
  });

  it('is told from a wrong value, and from what is not in the request', () => {
    const wrong = refused('temperature must be at most 2', 'bad_request');
    expect(withoutLacking(body({ temperature: 3 }), 'chat.completions', wrong)).toBeNull();
    expect(withoutLacking(body({}), 'chat.completions', refused('no top_k'))).toBeNull();
    expect(withoutLacking(body({ top_k: 1 }), 'chat.completions', refused('no image'))).toBeNull();
  });
});
