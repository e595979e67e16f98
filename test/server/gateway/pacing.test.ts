/** Calls are kept within what an account allows a minute, before its vendor refuses them. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Allowance } from '../../../server/gateway/allowance.ts';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { fixedSource, openSource } from '../../../server/providers/catalogue.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import type { Provider } from '../../../server/providers/provider.ts';
import { limitsSaid, resetMs } from '../../../server/providers/rate-limits.ts';
import { startUpstream, type Upstream } from '../providers/upstream.ts';
import { answer, type BehavingModels, startBehavingModels, status } from './behaving-models.ts';
import {
  eventually,
  graphOf,
  idOf,
  newestRecord,
  passEverythingOn,
  publish,
  recordOf,
  replayAll,
  startGateway,
  type TestGateway,
} from './harness.ts';

const NOW = 1_000_000;
const said = (limit: number, remaining: number, fullInMs: number) => ({ limit, remaining, fullInMs });

describe('the limits that a vendor tells of', () => {
  it.each([
    ['1s', 1000],
    ['6m0s', 360_000],
    ['120ms', 120],
    ['1h2m3.5s', 3_723_500],
    ['0', 0],
    ['7.66', 7660],
    ['2026-11-22T08:00:10Z', 10_000],
    ['2026-11-22T07:00:00Z', 0],
    ['soon', null],
    ['', null],
  ])('reads the time %s', (text, milliseconds) => {
    expect(resetMs(text, Date.parse('2026-11-22T08:00:00Z'))).toBe(milliseconds);
  });

  it('are read from the heads that vendors document', () => {
    const openAi = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-tokens': '6m0s',
    };
    expect(limitsSaid(openAi, 0)).toEqual({ requests: said(60, 59, 1000), tokens: said(150_000, 149_984, 360_000) });
    const anthropic = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '1970-01-01T00:00:02Z',
    };
    expect(limitsSaid(anthropic, 0)).toEqual({ requests: said(50, 49, 2000), tokens: null });
    expect(limitsSaid({ 'content-type': 'application/json' }, 0)).toBeNull();
    expect(limitsSaid({ 'x-ratelimit-limit-requests': 'many' }, 0)).toEqual({ requests: null, tokens: null });
  });
});

describe('what an account allows', () => {
  it('is not guessed before its vendor has said it', () => {
    const allowance = new Allowance();
    expect(allowance.saidWaitMs(1e9, NOW)).toBe(0);
  });

  it('fills evenly, and is taken by every call', () => {
    const allowance = new Allowance();
    allowance.said({ requests: said(60, 2, 58_000), tokens: null }, null, NOW);
    for (let i = 0; i < 2; i++) {
      expect(allowance.saidWaitMs(0, NOW)).toBe(0);
      allowance.take(0, NOW);
    }
    expect(allowance.saidWaitMs(0, NOW)).toBe(1000);
    expect(allowance.saidWaitMs(0, NOW + 400)).toBe(600);
    expect(allowance.saidWaitMs(0, NOW + 1000)).toBe(0);
    expect(allowance.saidWaitMs(0, NOW + 10_000_000)).toBe(0);
  });

  it('counts calls that the answer of an earlier one does not know of', () => {
    const allowance = new Allowance();
    allowance.said({ requests: said(10, 10, 0), tokens: null }, null, NOW);
    const first = allowance.take(0, NOW);
    for (let i = 0; i < 8; i++) allowance.take(0, NOW);
    allowance.said({ requests: said(10, 9, 6000), tokens: null }, first, NOW);
    expect(allowance.saidWaitMs(0, NOW)).toBe(0);
    allowance.take(0, NOW);
    expect(allowance.saidWaitMs(0, NOW)).toBeGreaterThan(0);
  });

  it('leaves what is larger than all of it to the vendor', () => {
    const allowance = new Allowance();
    allowance.said({ requests: null, tokens: said(1000, 0, 60_000) }, null, NOW);
    expect(allowance.saidWaitMs(500, NOW)).toBe(30_000);
    expect(allowance.saidWaitMs(1001, NOW)).toBe(0);
  });

  it('is never more than one’s own limit in any minute', () => {
    const allowance = new Allowance();
    const own = { requests: 2, tokens: 1000 };
    expect(allowance.ownWaitMs(own, 600, NOW)).toBe(0);
    const paced = allowance.take(600, NOW);
    expect(allowance.ownWaitMs(own, 600, NOW)).toBe(60_000);
    allowance.settle(paced, 100);
    expect(allowance.ownWaitMs(own, 600, NOW)).toBe(0);
    allowance.take(600, NOW);
    expect(allowance.ownWaitMs(own, 1, NOW)).toBe(60_000);
    expect(allowance.ownWaitMs(own, 1001, NOW)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a gateway', () => {
  let models: BehavingModels;
  beforeAll(async () => {
    models = await startBehavingModels();
  });
  beforeEach(() => models.fresh());
  afterAll(async () => {
    try {
      await replayAll(models.gateway);
    } finally {
      await models.stop();
    }
  });

  const saying =
    (model: string, remaining: number, reset: string) =>
    (response: ServerResponse): void =>
      answer(response, model, false, {
        'x-ratelimit-limit-requests': '100',
        'x-ratelimit-remaining-requests': String(remaining),
        'x-ratelimit-reset-requests': reset,
      });
  const list = { models: ['up/a', 'up/b'], coolDownSeconds: 0 };

  it('moves on from an account that has no room left', async () => {
    models.behaviours.set('a', saying('a', 0, '10m0s'));
    const policy = await models.policyOf('fallback', list);
    await models.ask(policy);
    const { text, record } = await models.ask(policy);
    expect(text).toContain('from b');
    expect(models.called()).toEqual(['a', 'b']);
    expect(record.attempts).toHaveLength(1);
    expect(record.trace.at(-1)?.reason).toContain('up/a: its account has no room for more in this minute');
  });

  it('waits for room where its node says so', async () => {
    const { upstreams } = models.gateway.running.gateway;
    let now = NOW;
    const clock = vi.spyOn(upstreams, 'now').mockImplementation(() => now);
    // A hundred in ten seconds: one of them in a tenth of a second.
    models.behaviours.set('a', saying('a', 0, '10s'));
    const policy = await models.policyOf('fallback', { ...list, waitSeconds: 5 });
    await models.ask(policy);
    const asked = models.ask(policy);
    await eventually(() => expect(upstreams.resting).toBe(1));
    now += 101;
    const { text, record } = await asked;
    clock.mockRestore();
    expect(text).toContain('from a');
    expect(record.trace.at(-1)?.results).toMatchObject([{ ok: true, model: 'up/a', pacedMs: 101 }]);
  });

  it('asks all the same where nobody else could answer: then it is for the vendor to refuse', async () => {
    models.behaviours.set('a', saying('a', 0, '10m0s'));
    const policy = await models.policyOf('model', { model: 'up/a' });
    await models.ask(policy);
    expect((await models.ask(policy)).text).toContain('from a');
    const alone = await models.policyOf('fallback', { ...list, models: ['up/a'] });
    expect((await models.ask(alone)).text).toContain('from a');
  });

  it('ends the wait of a client that hangs up, and sends nothing', async () => {
    models.behaviours.set('a', saying('a', 0, '1h0m0s'));
    const policy = await models.policyOf('fallback', { ...list, waitSeconds: 300, timeoutSeconds: 600 });
    await models.ask(policy);
    const gone = new AbortController();
    const { gateway } = models;
    const asked = gateway.openai.chat.completions
      .create({ model: policy, messages: [{ role: 'user', content: 'hello' }] }, { signal: gone.signal })
      .asResponse();
    await eventually(() => expect(gateway.running.gateway.upstreams.resting).toBe(1));
    gone.abort();
    await expect(asked).rejects.toThrow();
    const record = await newestRecord(gateway, ({ status }) => status === 'aborted');
    expect(record.attempts).toEqual([]);
    expect(models.called()).toEqual(['a']);
  });
});

describe('several requests that wait for room', () => {
  it('come one after the other, and move up when the first of them hangs up', async () => {
    const models = await startBehavingModels();
    const { gateway } = models;
    const { upstreams } = gateway.running.gateway;
    try {
      // Ten thousand tokens in ten minutes, of which two hundred are left.
      models.behaviours.set('a', (response) =>
        answer(response, 'a', false, {
          'x-ratelimit-limit-tokens': '10000',
          'x-ratelimit-remaining-tokens': '200',
          'x-ratelimit-reset-tokens': '9m48s',
        }),
      );
      const policy = await models.policyOf('fallback', {
        models: ['up/a', 'up/b'],
        coolDownSeconds: 0,
        waitSeconds: 300,
        timeoutSeconds: 600,
      });
      await models.ask(policy);
      const gone = new AbortController();
      const messages = [{ role: 'user' as const, content: 'hello' }];
      const large = gateway.openai.chat.completions
        .create({ model: policy, messages, max_tokens: 4000 }, { signal: gone.signal })
        .asResponse();
      await eventually(() => expect(upstreams.resting).toBe(1));
      // There would be room for it, but not before the large one.
      const small = models.ask(policy, { max_tokens: 20 });
      await eventually(() => expect(upstreams.resting).toBe(2));
      const atOnce = await models.policyOf('fallback', { models: ['up/a', 'up/b'], coolDownSeconds: 0 });
      const passing = await models.ask(atOnce, { max_tokens: 20 });
      expect(passing.text).toContain('from b');
      expect(passing.record.trace.at(-1)?.results?.[0]).toMatchObject({
        failure: 'account_full',
        message: 'its account may do no more in this minute, and 2 calls wait for room before it',
      });
      expect(models.called()).toEqual(['a', 'b']);
      gone.abort();
      await expect(large).rejects.toThrow();
      const { text, record } = await small;
      expect(text).toContain('from a');
      expect(record.trace.at(-1)?.results).toMatchObject([{ ok: true, model: 'up/a' }]);
      expect(models.called()).toEqual(['a', 'b', 'a']);
    } finally {
      await models.stop();
    }
  });
});

describe('an account with limits of one’s own', () => {
  /** A gateway with one account, whose model may be asked so often a minute. */
  async function limitedTo(
    requests: number,
    provider: Provider,
    name: string,
    use: (gateway: TestGateway) => Promise<void>,
  ): Promise<void> {
    const limited = openSource(provider.name, [name], false)
      .models()
      .map((model) => ({ ...model, perMinute: { requests } }));
    const gateway = await startGateway({ providers: [{ provider, source: fixedSource(provider.name, limited) }] });
    try {
      await use(gateway);
    } finally {
      await gateway.stop();
    }
  }
  let upstream: Upstream;
  let respond: (response: ServerResponse) => void;
  beforeAll(async () => {
    upstream = await startUpstream((response) => respond(response));
  });
  beforeEach(() => {
    upstream.requests.splice(0);
    respond = (response) => answer(response, 'm', false);
  });
  afterAll(() => upstream.close());
  const messages = [{ role: 'user', content: 'hello' }];
  const own = () => createOpenAiCompatible({ name: 'own', baseUrl: upstream.baseUrl, apiKey: null });
  const dropping = (model: string) =>
    graphOf({ enter: ['request', {}], call: ['model', { model, dropLacking: true }] }, ['enter.next > call']);

  it('gets no more than these, whoever could answer', async () => {
    await limitedTo(1, own(), 'm', async (gateway) => {
      await passEverythingOn(gateway);
      const ask = () => gateway.chat({ model: 'own/m', messages });
      expect((await ask()).status).toBe(200);
      const second = await ask();
      expect(second.status).toBe(429);
      expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(50);
      expect(await second.json()).toMatchObject({ error: { code: 'upstream_rate_limited' } });
      expect(upstream.requests).toHaveLength(1);
    });
  });

  it('gets no more either where a call is made again without what its model refused', async () => {
    respond = status(400, {}, 'Unrecognized request argument supplied: seed');
    await limitedTo(1, own(), 'm', async (gateway) => {
      await publish(gateway, 'again', dropping('own/m'));
      const response = await gateway.chat({ model: 'policy/again', messages, seed: 1 });
      expect(response.status).toBe(429);
      const record = await recordOf(gateway, idOf(response));
      expect(record.attempts).toMatchObject([{ ok: false, failure: 'bad_request' }]);
      expect(record.trace.at(-1)?.results).toMatchObject([{ failure: 'account_full', dropped: ['the seed'] }]);
      expect(upstream.requests).toHaveLength(1);
    });
  });

  it('loses none of it to what was never sent', async () => {
    respond = (response) => {
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
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message));
    };
    const claude = createAnthropic({ name: 'claude', baseUrl: upstream.baseUrl, apiKey: 'none' });
    await limitedTo(1, claude, 'claude-3-haiku', async (gateway) => {
      await publish(gateway, 'unsent', dropping('claude/claude-3-haiku'));
      const body = { model: 'policy/unsent', messages, max_tokens: 50 };
      // The protocol of its vendor has no place for these: each is dropped before anything goes out.
      const response = await gateway.chat({ ...body, seed: 7, logit_bias: { 1: 1 } });
      expect(await response.text()).toContain('from claude');
      expect((await gateway.chat(body)).status).toBe(429);
    });
  });
});
