/** Calls are kept within what an account allows a minute, before its vendor refuses them. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from '../../../server/gateway/pacing.ts';
import { fixedSource, openSource } from '../../../server/providers/catalogue.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { limitsSaid, resetMs } from '../../../server/providers/rate-limits.ts';
import { answer, type BehavingModels, startBehavingModels } from './behaving-models.ts';
import { eventually, newestRecord, passEverythingOn, replayAll, startGateway } from './harness.ts';

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
    const pace = new Pace();
    expect(pace.saidWaitMs(1e9, NOW)).toBe(0);
  });

  it('fills evenly, and is taken by every call', () => {
    const pace = new Pace();
    pace.said({ requests: said(60, 2, 58_000), tokens: null }, null, NOW);
    for (let i = 0; i < 2; i++) {
      expect(pace.saidWaitMs(0, NOW)).toBe(0);
      pace.take(0, NOW);
    }
    expect(pace.saidWaitMs(0, NOW)).toBe(1000);
    expect(pace.saidWaitMs(0, NOW + 400)).toBe(600);
    expect(pace.saidWaitMs(0, NOW + 1000)).toBe(0);
    expect(pace.saidWaitMs(0, NOW + 10_000_000)).toBe(0);
  });

  it('counts calls that the answer of an earlier one does not know of', () => {
    const pace = new Pace();
    pace.said({ requests: said(10, 10, 0), tokens: null }, null, NOW);
    const first = pace.take(0, NOW);
    for (let i = 0; i < 8; i++) pace.take(0, NOW);
    pace.said({ requests: said(10, 9, 6000), tokens: null }, first, NOW);
    expect(pace.saidWaitMs(0, NOW)).toBe(0);
    pace.take(0, NOW);
    expect(pace.saidWaitMs(0, NOW)).toBeGreaterThan(0);
  });

  it('leaves what is larger than all of it to the vendor', () => {
    const pace = new Pace();
    pace.said({ requests: null, tokens: said(1000, 0, 60_000) }, null, NOW);
    expect(pace.saidWaitMs(500, NOW)).toBe(30_000);
    expect(pace.saidWaitMs(1001, NOW)).toBe(0);
  });

  it('is never more than one’s own limit in any minute', () => {
    const pace = new Pace();
    const own = { requests: 2, tokens: 1000 };
    expect(pace.ownWaitMs(own, 600, NOW)).toBe(0);
    const paced = pace.take(600, NOW);
    expect(pace.ownWaitMs(own, 600, NOW)).toBe(60_000);
    pace.settle(paced, 100);
    expect(pace.ownWaitMs(own, 600, NOW)).toBe(0);
    pace.take(600, NOW);
    expect(pace.ownWaitMs(own, 1, NOW)).toBe(60_000);
    expect(pace.ownWaitMs(own, 1001, NOW)).toBe(Number.POSITIVE_INFINITY);
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
    expect(record.trace.at(-1)?.results).toMatchObject([{ ok: true, model: 'up/a', pacedMs: 100 }]);
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

describe('an account with limits of one’s own', () => {
  it('gets no more than these, whoever could answer', async () => {
    const models = await startBehavingModels();
    const source = openSource('own', ['m'], false);
    const limited = source.models().map((model) => ({ ...model, perMinute: { requests: 1 } }));
    const gateway = await startGateway({
      providers: [
        {
          provider: createOpenAiCompatible({ name: 'own', baseUrl: models.upstream.baseUrl, apiKey: null }),
          source: fixedSource('own', limited),
        },
      ],
    });
    try {
      await passEverythingOn(gateway);
      const ask = () => gateway.chat({ model: 'own/m', messages: [{ role: 'user', content: 'hello' }] });
      expect((await ask()).status).toBe(200);
      const second = await ask();
      expect(second.status).toBe(429);
      expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(50);
      expect(await second.json()).toMatchObject({ error: { code: 'upstream_rate_limited' } });
      expect(models.called()).toEqual(['m']);
    } finally {
      await gateway.stop();
      await models.stop();
    }
  });
});
