/** Caches in a whole gateway: what is given again, to whom, in which form, and what never is. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { json, stream } from '../providers/upstream.ts';
import {
  API_KEY,
  type GatewayWithUpstream,
  graphOf,
  idOf,
  makeKey,
  publish,
  publishNext,
  recordOf,
  replayAll,
  startWithUpstream,
} from './harness.ts';

let gateway: GatewayWithUpstream;

const completion = (content: string, finish = 'stop') => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'one',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }],
  usage: { prompt_tokens: 20, completion_tokens: 30, total_tokens: 50 },
});
const piece = (delta: object, finish: string | null = null) => ({
  data: { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] },
});
const events = (...texts: string[]) => [
  ...texts.map((content) => piece({ content })),
  piece({}, 'stop'),
  { data: '[DONE]' },
];

beforeAll(async () => {
  gateway = await startWithUpstream();
});
afterAll(async () => {
  expect(await replayAll(gateway)).toBeGreaterThan(0);
  await gateway.stop();
});
afterEach(() => {
  vi.useRealTimers();
});

let made = 0;
const graphWith = (settings: object): unknown =>
  graphOf(
    {
      enter: ['request', {}],
      protect: ['redact', { rules: [{ detect: 'email', action: 'placeholder' }] }],
      kept: ['cache', { ...settings }],
      call: ['model', { model: 'sandbox/small', retries: 0 }],
      up: ['model', { model: 'up/one', retries: 0 }],
      which: [
        'match',
        { cases: [{ port: 'up', label: '', when: { fact: 'tags.to', operator: 'equal', value: 'up' } }] },
      ],
    },
    [
      'enter.next > protect',
      'protect.clean > kept',
      'protect.found > kept',
      'kept.miss > which',
      'which.up > up',
      'which.else > call',
    ],
  );

interface Cached {
  readonly id: string;
  readonly model: string;
  ask(content: string, more?: object, headers?: Record<string, string>): Promise<Response>;
}

/** Publishes a policy with a cache; its requests go to the test's own upstream. */
async function withCache(settings: object = {}): Promise<Cached> {
  made += 1;
  const model = `policy/cache-${made}`;
  const id = await publish(gateway, `cache-${made}`, graphWith(settings));
  return {
    id,
    model,
    ask: (content, more = {}, headers = {}) =>
      gateway.chat(
        { model, messages: [{ role: 'user', content }], ...more },
        { 'x-signalbox-tags': 'to=up', ...headers },
      ),
  };
}

const saidBy = async (response: Response): Promise<string> => {
  const body = (await response.json()) as ReturnType<typeof completion>;
  return body.choices[0]?.message.content ?? '';
};
const cacheOf = (response: Response): string | null => response.headers.get('x-signalbox-cache');

/** Texts of a stream, put together. */
const streamed = (text: string): string =>
  text
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] })
    .map(({ choices }) => choices[0]?.delta.content ?? '')
    .join('');

describe('a request that was answered before', () => {
  it('gets the same bytes at no cost, without a call, and its record says what it saved', async () => {
    const { model } = await withCache();
    const body = { model, messages: [{ role: 'user', content: 'hello there' }] };
    const first = await gateway.chat(body);
    const paid = Number(first.headers.get('x-signalbox-cost-usd'));
    const text = await first.text();
    expect([first.status, cacheOf(first)]).toEqual([200, 'miss']);
    expect(paid).toBeGreaterThan(0);

    const again = await gateway.chat(body);
    expect(await again.text()).toBe(text);
    expect([cacheOf(again), again.headers.get('x-signalbox-cost-usd')]).toEqual(['hit', '0.000000000']);
    expect(again.headers.get('x-signalbox-attempts')).toBe('0');
    expect(again.headers.get('x-signalbox-model')).toBe('sandbox/small');
    expect(again.headers.get('x-signalbox-path')).toBe('enter.next > protect.clean > kept');

    const record = await recordOf(gateway, idOf(again));
    expect(record).toMatchObject({ status: 'ok', cost: 0, model: 'sandbox/small', attempts: [] });
    expect(record.savedByCaching).toBe(Math.round(paid * 1e9));
    expect(record.savedByRouting).toBeUndefined();
    expect(record.content?.answer).toContain('assistant');
    expect(record.trace.at(-1)).toMatchObject({ node: 'kept', port: null, results: [{ cache: 'hit' }] });
  });

  it('is given values of its own where they were taken out', async () => {
    const { ask } = await withCache();
    gateway.answer = (response) => {
      const { messages } = JSON.parse(gateway.lastSent()) as { messages: { content: string }[] };
      json(200, completion(`You wrote: ${messages[0]?.content}`))(response);
    };
    const first = await ask('Write to ada@example.com');
    expect(await saidBy(first)).toBe('You wrote: Write to ada@example.com');
    expect(gateway.lastSent()).not.toContain('ada@example.com');
    const sent = gateway.upstream.requests.length;

    const same = await ask('Write to ada@example.com');
    expect([cacheOf(same), await saidBy(same)]).toEqual(['hit', 'You wrote: Write to ada@example.com']);
    const other = await ask('Write to bob@example.org');
    expect(await saidBy(other)).toBe('You wrote: Write to bob@example.org');
    // What is kept has no value in it, so that another's request may get it too where placeholders are alike.
    expect(gateway.upstream.requests.length - sent).toBe(cacheOf(other) === 'hit' ? 0 : 1);
  });

  it('streams as it did, event for event, with its values put back', async () => {
    const { ask } = await withCache();
    const placeholder = async (): Promise<string> => {
      const { messages } = JSON.parse(gateway.lastSent()) as { messages: { content: string }[] };
      return messages[0]?.content.split(' ').at(-1) ?? '';
    };
    gateway.answer = async (response) => {
      const name = await placeholder();
      stream(events('Hi ', name.slice(0, 4), name.slice(4), '!'))(response);
    };
    const first = await (await ask('I am ada@example.com', { stream: true })).text();
    expect(streamed(first)).toBe('Hi ada@example.com!');
    const sent = gateway.upstream.requests.length;
    const again = await ask('I am ada@example.com', { stream: true });
    expect(again.headers.get('content-type')).toContain('text/event-stream');
    expect([cacheOf(again), again.headers.get('x-signalbox-cost-usd')]).toEqual(['hit', '0.000000000']);
    expect(await again.text()).toBe(first);
    expect(gateway.upstream.requests.length).toBe(sent);
  });

  it('is told one plain text in the other form too', async () => {
    const { ask } = await withCache();
    gateway.answer = json(200, completion('Good morning'));
    await (await ask('hello')).text();
    const live = await ask('hello', { stream: true });
    const text = await live.text();
    expect([cacheOf(live), streamed(text)]).toEqual(['hit', 'Good morning']);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);

    gateway.answer = stream(events('Good ', 'night'));
    await (await ask('good bye', { stream: true })).text();
    const whole = await ask('good bye');
    expect([cacheOf(whole), await saidBy(whole)]).toEqual(['hit', 'Good night']);
  });

  it('is asked for anew where the other form would lose a part of it, and the step says so', async () => {
    const { ask } = await withCache();
    const call = { id: 't', type: 'function', function: { name: 'look', arguments: '{}' } };
    gateway.answer = json(200, {
      ...completion(''),
      choices: [
        { index: 0, message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' },
      ],
    });
    await (await ask('look')).text();
    gateway.answer = stream(events('fresh'));
    const live = await ask('look', { stream: true });
    expect([cacheOf(live), streamed(await live.text())]).toEqual(['miss', 'fresh']);
    const { trace } = await recordOf(gateway, idOf(live));
    expect(trace.find(({ node }) => node === 'kept')?.reason).toContain('cannot be retold');
  });
});

describe('what is not the same request', () => {
  it.each([
    ['another text', 'other', {}],
    ['another limit on the answer', 'hello', { max_tokens: 7 }],
    ['another temperature', 'hello', { temperature: 0.3 }],
    ['somebody else to act for', 'hello', { user: 'bob' }],
  ])('%s', async (_name, content, more) => {
    const { ask } = await withCache();
    gateway.answer = json(200, completion('one'));
    await (await ask('hello', { max_tokens: 8 })).text();
    gateway.answer = json(200, completion('two'));
    const other = await ask(content, more);
    expect([cacheOf(other), await saidBy(other)]).toEqual(['miss', 'two']);
  });

  it('another version of the policy', async () => {
    const { id, ask } = await withCache({ keptSeconds: 60 });
    gateway.answer = json(200, completion('one'));
    await (await ask('hello')).text();
    await publishNext(gateway, id, graphWith({ keptSeconds: 61 }));
    expect(cacheOf(await ask('hello'))).toBe('miss');
  });

  it('another project, unless the whole organisation shares', async () => {
    const { teams } = await gateway.api<{ teams: { id: string }[] }>('GET', '/teams');
    const project = await gateway.api<{ id: string }>('POST', '/projects', { name: 'Aside', team: teams[0]?.id });
    const { token } = await makeKey(gateway, { project: project.id });
    const authorization = { authorization: `Bearer ${token}` };
    gateway.answer = json(200, completion('one'));
    const apart = await withCache();
    await (await apart.ask('hello')).text();
    expect(cacheOf(await apart.ask('hello', {}, authorization))).toBe('miss');
    const together = await withCache({ within: 'organisation' });
    await (await together.ask('hello')).text();
    expect(cacheOf(await together.ask('hello', {}, authorization))).toBe('hit');
  });
});

describe('an answer', () => {
  it('is not given any more when its time is over', async () => {
    const { ask } = await withCache({ keptSeconds: 60 });
    gateway.answer = json(200, completion('one'));
    await (await ask('hello')).text();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 59_000 });
    expect(cacheOf(await ask('hello'))).toBe('hit');
    vi.setSystemTime(Date.now() + 2000);
    expect(cacheOf(await ask('hello'))).toBe('miss');
  });

  it('is given fresh to an app that asks for it, and then to others too, where the policy allows it', async () => {
    const { ask } = await withCache();
    gateway.answer = json(200, completion('old'));
    await (await ask('hello')).text();
    gateway.answer = json(200, completion('new'));
    const fresh = await ask('hello', {}, { 'cache-control': 'max-age=0, no-cache' });
    expect([cacheOf(fresh), await saidBy(fresh)]).toEqual(['bypass', 'new']);
    expect(await saidBy(await ask('hello'))).toBe('new');

    const strict = await withCache({ mayBypass: false });
    await (await strict.ask('hello')).text();
    expect(cacheOf(await strict.ask('hello', {}, { 'cache-control': 'no-cache' }))).toBe('hit');
  });

  it.each([
    ['cut off', json(200, completion('Once upon', 'length'))],
    ['filtered', json(200, completion('', 'content_filter'))],
    ['an error', json(500, { error: { message: 'no' } })],
    ['not an answer', json(200, { choices: [] })],
  ])('is never kept when it is %s', async (_name, answer) => {
    const { ask } = await withCache();
    gateway.answer = answer;
    await (await ask('hello')).text();
    gateway.answer = json(200, completion('whole'));
    const again = await ask('hello');
    expect([cacheOf(again), await saidBy(again)]).toEqual(['miss', 'whole']);
  });

  it('is never kept when its stream broke off', async () => {
    const { ask } = await withCache();
    gateway.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(piece({ content: 'Once' }).data)}\n\n`, () => response.destroy());
    };
    await (await ask('hello', { stream: true })).text();
    gateway.answer = stream(events('whole'));
    const again = await ask('hello', { stream: true });
    expect([cacheOf(again), streamed(await again.text())]).toEqual(['miss', 'whole']);
  });
});

it('says that no cache was met where there is none', async () => {
  gateway.answer = json(200, completion('one'));
  const answer = await gateway.chat({ model: 'up/one', messages: [{ role: 'user', content: 'hi' }] });
  expect(cacheOf(answer)).toBe('off');
});

it('works for messages and responses as for chats', async () => {
  const { model } = await withCache();
  for (const [path, body] of [
    ['messages', { max_tokens: 50, messages: [{ role: 'user', content: 'hello' }] }],
    ['responses', { input: 'hello' }],
  ] as const) {
    const send = (stream: boolean) =>
      fetch(`${gateway.url}/v1/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, stream, ...body }),
      });
    const first = await send(false);
    expect(cacheOf(first), await first.clone().text()).toBe('miss');
    const text = await first.text();
    const again = await send(false);
    expect([cacheOf(again), await again.text()]).toEqual(['hit', text]);
    const live = await send(true);
    expect(cacheOf(live)).toBe('hit');
    expect(await live.text()).toMatch(/message_stop|response\.completed/);
  }
});
