/** Throttles in a whole gateway: real sockets before and behind it. */
import type { ServerResponse } from 'node:http';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ThrottleResult } from '../../../policies/effects.ts';
import { openSource } from '../../../server/providers/catalogue.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { json, startUpstream } from '../providers/upstream.ts';
import {
  API_KEY,
  atRest,
  eventually,
  type GatewayWithUpstream,
  graphOf,
  idOf,
  newestRecord,
  publish,
  publishNext,
  recordOf,
  replayAll,
  startGateway,
  startWithUpstream,
} from './harness.ts';

let gateway: GatewayWithUpstream;

const completion = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'one',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 20, completion_tokens: 30, total_tokens: 50 },
};
const answers = json(200, completion);

beforeAll(async () => {
  gateway = await startWithUpstream();
  gateway.answer = answers;
});
afterAll(async () => {
  expect(await replayAll(gateway)).toBeGreaterThan(0);
  await gateway.stop();
});
afterEach(() => {
  vi.useRealTimers();
  gateway.answer = answers;
});

let made = 0;
const graphWith = (settings: object, more: Parameters<typeof graphOf>[0] = {}, ways: readonly string[] = []): unknown =>
  graphOf(
    {
      enter: ['request', {}],
      slow: ['throttle', { ...settings }],
      call: ['model', { model: 'up/one', retries: 0 }],
      ...more,
    },
    ['enter.next > slow', 'slow.within > call', ...ways],
  );

/** Publishes a policy with a throttle before its model, and gives a request for it. */
async function throttled(
  settings: object,
  more: Parameters<typeof graphOf>[0] = {},
  ways: readonly string[] = [],
): Promise<{ model: string; messages: object[] }> {
  made += 1;
  await publish(gateway, `throttle-${made}`, graphWith(settings, more, ways));
  return { model: `policy/throttle-${made}`, messages: [{ role: 'user', content: 'hi' }] };
}

const throttleOf = (record: RequestRecord): ThrottleResult | undefined =>
  record.trace.flatMap((step) => step.results ?? []).find((one): one is ThrottleResult => 'waitedMs' in one);

const limitsOf = ({ headers }: Response, name: string): (string | null)[] =>
  ['limit', 'remaining', 'reset'].map((part) => headers.get(`x-ratelimit-${part}-${name}`));

async function errorOf(response: Response): Promise<Record<string, string>> {
  const { error } = (await response.json()) as { error: Record<string, string> };
  return error;
}

/** Upstream answers that the test gives when it wants to. */
function hold(): ServerResponse[] {
  const held: ServerResponse[] = [];
  gateway.answer = (response) => held.push(response);
  return held;
}

/** A gateway whose clock for throttles stands still until the test moves it. */
const stopClock = (): void => {
  vi.useFakeTimers({ toFake: ['performance'] });
};

describe('requests in a time', () => {
  it('lets exactly the limit of five hundred at once pass, and as many again a second later', async () => {
    const body = await throttled({ limit: { requests: 20, per: 'second' }, scope: [] });
    stopClock();
    for (const count of [500, 40]) {
      const all = await Promise.all(Array.from({ length: count }, () => gateway.chat(body)));
      const texts = await Promise.all(all.map((response) => response.text()));
      expect(all.filter(({ status }) => status === 200)).toHaveLength(20);
      const refused = all.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(count - 20);
      expect(texts.filter((text) => text.includes('"rate_limited"'))).toHaveLength(count - 20);
      for (const one of refused) expect(limitsOf(one, 'requests')).toEqual(['20', '0', '1s']);
      vi.advanceTimersByTime(999);
      expect((await gateway.chat(body)).status).toBe(429);
      vi.advanceTimersByTime(1);
    }
  });

  it('tells the truth in its headers, and when to try again', async () => {
    const body = await throttled({ limit: { requests: 2, per: 'minute' }, scope: ['user'] });
    const ada = { 'x-signalbox-tags': 'user=ada' };
    stopClock();
    const first = await gateway.chat(body, ada);
    expect(limitsOf(first, 'requests')).toEqual(['2', '1', '1m0s']);
    expect(limitsOf(first, 'tokens')).toEqual([null, null, null]);
    vi.advanceTimersByTime(15_500);
    const stream = await gateway.chat({ ...body, stream: true }, ada);
    expect(limitsOf(stream, 'requests')).toEqual(['2', '0', '1m0s']);
    await stream.text();
    vi.advanceTimersByTime(1000);
    const third = await gateway.chat(body, ada);
    expect(third.status).toBe(429);
    expect(limitsOf(third, 'requests')).toEqual(['2', '0', '59s']);
    expect([third.headers.get('retry-after'), third.headers.get('x-should-retry')]).toEqual(['44', null]);
    const error = await errorOf(third);
    expect(error).toMatchObject({ code: 'rate_limited', type: 'rate_limit_error', scope: 'user=ada' });
    expect(error).toMatchObject({ limit: '2 requests a minute', used: '2 requests', amount: '1 request' });
    expect(error.message).toBe(
      'The limit of 2 requests a minute for user=ada is reached: 2 requests used, and this request counts for 1 request. Try again in 43.5 seconds, or ask the author of the policy for more.',
    );
    expect(throttleOf(await recordOf(gateway, idOf(third)))).toMatchObject({
      port: 'limited',
      limit: 2,
      used: 2,
      remaining: 0,
      waitedMs: 0,
      scope: 'user=ada',
    });
    expect(limitsOf(await gateway.chat(body, { 'x-signalbox-tags': 'user=grace' }), 'requests')[1]).toBe('1');
    vi.advanceTimersByTime(43_500);
    expect((await gateway.chat(body, ada)).status).toBe(200);
  });

  it('keeps what was counted when the limit is changed, and is not counted by what only asks', async () => {
    made += 1;
    const settings = (amount: number): object => ({ limit: { requests: amount, per: 'hour' }, scope: [] });
    const policy = await publish(gateway, `throttle-${made}`, graphWith(settings(1)));
    const body = { model: `policy/throttle-${made}`, messages: [{ role: 'user', content: 'hi' }] };
    expect((await gateway.chat(body, { 'x-signalbox-dry-run': 'true' })).status).toBe(200);
    expect((await gateway.chat(body)).status).toBe(200);
    const refused = await gateway.chat(body);
    expect(refused.status).toBe(429);
    // An app would wait as long as it is told; for most of an hour it had better fail.
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000);
    await publishNext(gateway, policy, graphWith(settings(2)));
    expect(limitsOf(await gateway.chat(body), 'requests').slice(0, 2)).toEqual(['2', '0']);
    expect((await gateway.chat(body)).status).toBe(429);
  });

  it('is an error that the SDK knows, and after which it tries again by itself', async () => {
    const ask = (openai: OpenAI, { model }: { model: string }) =>
      openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'hi' }] });
    const hourly = await throttled({ limit: { requests: 1, per: 'hour' }, scope: [] });
    await ask(gateway.openai, hourly);
    await expect(ask(gateway.openai, hourly)).rejects.toThrow(OpenAI.RateLimitError);
    await expect(ask(gateway.openai, hourly)).rejects.toMatchObject({ status: 429, code: 'rate_limited' });
    const patient = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: API_KEY, maxRetries: 2 });
    await expect(ask(patient, hourly)).rejects.toThrow(OpenAI.RateLimitError);
    const often = await throttled({ limit: { requests: 1, per: 'second' }, scope: [] });
    await ask(patient, often);
    expect((await ask(patient, often)).choices[0]?.message.content).toBe('Yes.');
  });

  it('says what the block behind it says as well, and goes another way where one is drawn', async () => {
    const settings = { limit: { requests: 1, per: 'hour' }, scope: [] };
    const blocked = await throttled(settings, { no: ['block', { status: 403, message: 'Not so fast.' }] }, [
      'slow.limited > no',
    ]);
    await gateway.chat(blocked);
    const refused = await gateway.chat(blocked);
    expect(refused.status).toBe(429);
    expect((await errorOf(refused)).message).toMatch(/^Not so fast\. The limit of 1 request an hour for /);

    const other = await throttled(settings, { other: ['model', { model: 'up/two' }] }, ['slow.limited > other']);
    await gateway.chat(other);
    const second = await gateway.chat(other);
    expect([second.status, second.headers.get('x-signalbox-model')]).toEqual([200, 'up/two']);
    expect(limitsOf(second, 'requests')[1]).toBe('0');
  });
});

describe('tokens', () => {
  const limit = { tokens: 1000, per: 'hour', outputTokens: 600 };

  it('are taken by an estimate, and corrected to what was really used', async () => {
    const body = await throttled({ limit, scope: [] });
    const held = hold();
    const first = gateway.chat(body);
    await eventually(() => expect(held).toHaveLength(1));
    const during = await gateway.chat(body);
    expect(during.status).toBe(429);
    expect(limitsOf(during, 'tokens').slice(0, 2)).toEqual(['1000', '399']);
    expect((await errorOf(during)).used).toBe('601 tokens');
    gateway.answer = answers;
    held[0]?.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completion));
    expect(limitsOf(await first, 'tokens').slice(0, 2)).toEqual(['1000', '950']);
    expect(limitsOf(await gateway.chat(body), 'tokens')[1]).toBe('900');
  });

  it('are given back where a request was not billed, and refused where they can never fit', async () => {
    const body = await throttled({ limit, scope: [] });
    gateway.answer = json(503, { error: { message: 'down' } });
    const failed = await gateway.chat(body);
    expect([failed.status, limitsOf(failed, 'tokens')[1]]).toEqual([502, '1000']);
    gateway.answer = answers;
    const tooLarge = await gateway.chat({ ...body, max_tokens: 5000 });
    expect([tooLarge.status, tooLarge.headers.get('x-should-retry')]).toEqual([400, 'false']);
    expect(await errorOf(tooLarge)).toMatchObject({ code: 'request_over_limit', amount: '5,001 tokens' });
  });
});

describe('calls at once', () => {
  const limit = { calls: 1 };

  it.each([
    ['answers', answers],
    ['fails', json(500, {})],
    ['answers with something else', (response: ServerResponse) => response.end('<html>')],
    ['breaks off', (response: ServerResponse) => response.destroy()],
    [
      'breaks off in mid-stream',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"choices":[{"index":0,"delta":{"content":"Ye"},"finish_reason":null}]}\n\n', () =>
          response.destroy(),
        );
      },
    ],
  ] as const)('are given back when the upstream %s', async (name, ending) => {
    const body = await throttled({ limit, scope: [] });
    const held = hold();
    const first = gateway.chat({ ...body, stream: name.endsWith('stream') });
    await eventually(() => expect(held).toHaveLength(1));
    expect((await gateway.chat(body)).status).toBe(429);
    gateway.answer = answers;
    if (held[0]) ending(held[0]);
    await first.then((response) => response.text()).catch(() => undefined);
    expect((await gateway.chat(body)).status).toBe(200);
  });

  it('are given back when the client hangs up, before the answer or in the middle of it', async () => {
    const body = await throttled({ limit, scope: [] });
    for (const stream of [false, true]) {
      const held = hold();
      const gone = new AbortController();
      const first = fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}` },
        body: JSON.stringify({ ...body, stream }),
        signal: gone.signal,
      });
      const ended = first.then((response) => response.text()).catch((error: Error) => error.name);
      await eventually(() => expect(held).toHaveLength(1));
      if (stream) {
        held[0]?.writeHead(200, { 'content-type': 'text/event-stream' });
        held[0]?.write('data: {"choices":[{"index":0,"delta":{"content":"Ye"},"finish_reason":null}]}\n\n');
        await first;
      }
      gone.abort();
      expect(await ended).toBe('AbortError');
      gateway.answer = answers;
      await eventually(async () => expect((await gateway.chat(body)).status).toBe(200));
    }
  });

  it('are never more than the limit, and given back once, however requests end', async () => {
    const body = await throttled({ limit: { calls: 3 }, scope: [], waitSeconds: 60 });
    let running = 0;
    let most = 0;
    gateway.answer = (response) => {
      running += 1;
      most = Math.max(most, running);
      response.once('close', () => {
        running -= 1;
      });
      const kind = gateway.upstream.requests.length % 3;
      setImmediate(() => {
        if (kind === 0) answers(response);
        else if (kind === 1) json(500, {})(response);
        else response.destroy();
      });
    };
    const all = await Promise.all(Array.from({ length: 60 }, () => gateway.chat(body)));
    await Promise.all(all.map((response) => response.text()));
    expect(all.map(({ status }) => status).filter((status) => status === 429)).toEqual([]);
    expect(most).toBe(3);
    // What was given back twice would let a fourth pass.
    const held = hold();
    const last = Array.from({ length: 4 }, () => gateway.chat(body));
    await eventually(() => expect(held).toHaveLength(3));
    held.forEach((response) => {
      answers(response);
    });
    await eventually(() => expect(held).toHaveLength(4));
    if (held[3]) answers(held[3]);
    for (const response of await Promise.all(last)) expect(response.status).toBe(200);
  });
});

describe('waiting', () => {
  const settings = { limit: { calls: 1 }, scope: [], waitSeconds: 300 };
  const waitingIn = async (count: number): Promise<void> => {
    await eventually(() => expect(gateway.running.gateway.throttles.waiting).toBe(count));
  };

  it('ends when the client hangs up, and its place goes to the next', async () => {
    const body = await throttled(settings);
    const held = hold();
    const first = gateway.chat(body);
    await eventually(() => expect(held).toHaveLength(1));
    const gone = new AbortController();
    const second = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}` },
      body: JSON.stringify(body),
      signal: gone.signal,
    });
    await waitingIn(1);
    const third = gateway.chat(body);
    await waitingIn(2);
    gone.abort();
    await expect(second).rejects.toThrow();
    await waitingIn(1);
    const record = await newestRecord(gateway, ({ status }) => status === 'aborted');
    expect(throttleOf(record)).toMatchObject({ port: 'limited', why: 'hung_up' });
    expect(record.overheadMs).toBeLessThanOrEqual(record.durationMs);
    if (held[0]) answers(held[0]);
    await eventually(() => expect(held).toHaveLength(2));
    if (held[1]) answers(held[1]);
    expect([(await first).status, (await third).status]).toEqual([200, 200]);
    const waited = throttleOf(await recordOf(gateway, idOf(await third)));
    expect(waited).toMatchObject({ port: 'within', why: 'fits', used: 0, remaining: 0 });
    await atRest(gateway);
  });

  it('ends in words when the time is over', async () => {
    const body = await throttled({ ...settings, waitSeconds: 0.05 });
    const held = hold();
    const first = gateway.chat(body);
    await eventually(() => expect(held).toHaveLength(1));
    const second = await gateway.chat(body);
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await errorOf(second)).message).toMatch(
      /^The limit of 1 call at once for the organisation is reached: 1 call used, .* It waited [\d.]+ (milli)?seconds? in vain\. Try again when others have ended\.$/,
    );
    const record = await recordOf(gateway, idOf(second));
    expect(throttleOf(record)?.waitedMs).toBeGreaterThanOrEqual(49);
    expect(record.overheadMs).toBeLessThan(record.durationMs - 40);
    if (held[0]) answers(held[0]);
    await first;
  });

  it('ends with a request to come again when the gateway stops; what runs is finished', async () => {
    const held: ServerResponse[] = [];
    const upstream = await startUpstream((response) => held.push(response));
    const provider = createOpenAiCompatible({ name: 'up', baseUrl: upstream.baseUrl, apiKey: null });
    const other = await startGateway({ providers: [{ provider, source: openSource('up', ['one'], false) }] });
    await publish(other, 'slow', graphWith(settings));
    const body = { model: 'policy/slow', messages: [{ role: 'user', content: 'hi' }] };
    const first = other.chat(body);
    await eventually(() => expect(held).toHaveLength(1));
    const second = other.chat(body);
    await eventually(() => expect(other.running.gateway.throttles.waiting).toBe(1));
    const stopped = other.stop();
    const refused = await second;
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await errorOf(refused)).code).toBe('shutting_down');
    if (held[0]) answers(held[0]);
    expect((await first).status).toBe(200);
    await stopped;
    await upstream.close();
  });
});
