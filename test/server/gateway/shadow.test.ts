/** Copies for other models in a whole gateway: nobody waits for them, and all of them are accounted for. */
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ShadowResult } from '../../../policies/effects.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { json, sse, streamHead } from '../providers/upstream.ts';
import {
  atRest,
  eventually,
  type GatewayWithUpstream,
  graphOf,
  idOf,
  publish,
  recordOf,
  startWithUpstream,
} from './harness.ts';
import { boundOf, ask as spend, startSpending } from './spending.ts';

let gateway: GatewayWithUpstream;
/** Copies that have arrived and are not answered yet. */
let waiting: ServerResponse[] = [];

const completion = (content: string) => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'one',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 20, completion_tokens: 30, total_tokens: 50 },
});

beforeAll(async () => {
  gateway = await startWithUpstream();
  const rate = { aboveInputTokens: 0, input: 10e9, cachedInput: 10e9, cacheWrite: 10e9, output: 20e9 };
  await gateway.api('POST', '/prices', { model: 'up/one', price: [rate], reason: 'for a test' });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  waiting = [];
  gateway.answer = (response) => void waiting.push(response);
});
afterEach(() => {
  for (const response of waiting) response.destroy();
});

let made = 0;

/** Publishes a policy whose answers come from the sandbox and whose copies go to the test's own upstream. */
async function shadowed(settings: object = {}, budget: string | null = null): Promise<string> {
  made += 1;
  const graph = graphOf(
    {
      enter: ['request', {}],
      protect: ['redact', { rules: [{ detect: 'email', action: 'placeholder' }] }],
      ...(budget === null ? {} : { month: ['budget', { budget, warnAt: null, outputLimit: 40 }] as const }),
      copy: ['shadow', { model: 'up/one', share: 1, ...settings }],
      call: ['model', { model: 'sandbox/small' }],
    },
    [
      'enter.next > protect',
      `protect.clean > ${budget === null ? 'copy' : 'month'}`,
      `protect.found > ${budget === null ? 'copy' : 'month'}`,
      ...(budget === null ? [] : ['month.within > copy']),
      'copy.next > call',
    ],
  );
  await publish(gateway, `shadow-${made}`, graph);
  return `policy/shadow-${made}`;
}

const ask = (model: string, more: object = {}, content = 'hello'): Promise<Response> =>
  gateway.chat({ model, messages: [{ role: 'user', content }], ...more });

async function shadowIn(answer: Response): Promise<ShadowResult> {
  const { trace } = await recordOf(gateway, idOf(answer));
  const found = trace.flatMap(({ results }) => results ?? []).find((one): one is ShadowResult => 'shadow' in one);
  if (!found) throw new Error('the request met no shadow');
  return found;
}

/** The record of the copy, once it is there. */
async function copyOf(answer: Response): Promise<RequestRecord> {
  const { record } = await shadowIn(answer);
  return eventually(() => recordOf(gateway, record ?? ''));
}

async function newBudget(limit: number): Promise<string> {
  const { id } = await gateway.api<{ id: string }>('POST', '/budgets', {
    name: `copies ${made}`,
    scope: [],
    window: 'month',
    timeZone: 'UTC',
    unit: 'usd',
    limit,
    owner: null,
    reason: 'for a test',
  });
  return id;
}

const useOf = async (budget: string): Promise<{ spent: number; held: number } | undefined> => {
  const { budgets } = await gateway.api<{
    budgets: { budget: { id: string }; use: { spent: number; held: number }[] }[];
  }>('GET', '/budgets');
  return budgets.find((one) => one.budget.id === budget)?.use[0];
};

describe('a copy', () => {
  it('lets the answer come first, is as redacted as the request, and has a record of its own', async () => {
    const model = await shadowed();
    const answer = await ask(model, {}, 'Write to ada@example.com');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-signalbox-model')).toBe('sandbox/small');
    // The answer and its record are there while the copy is still waiting.
    const sent = await shadowIn(answer);
    expect(sent).toMatchObject({ shadow: 'sent', model: 'up/one' });
    await eventually(() => expect(waiting).toHaveLength(1));
    expect(gateway.lastSent()).not.toContain('ada@example.com');
    waiting.map(json(200, completion('From the other')));

    const copy = await copyOf(answer);
    expect(copy).toMatchObject({ status: 'shadow', shadowOf: idOf(answer), model: 'up/one', trace: [] });
    expect(copy.attempts).toMatchObject([{ node: 'copy', ok: true, usage: { inputTokens: 20, outputTokens: 30 } }]);
    expect(copy.content?.answer).toContain('From the other');
    expect(copy.content?.request).not.toContain('ada@example.com');
    expect(copy.cost).toBe(copy.attempts[0]?.cost);
    const real = await recordOf(gateway, idOf(answer));
    expect(real.attempts).toHaveLength(1);
    expect(real.shadowOf).toBeUndefined();
  });

  it('comes as a stream where the request does', async () => {
    const answer = await ask(await shadowed(), { stream: true });
    await answer.text();
    await eventually(() => expect(waiting).toHaveLength(1));
    const piece = (delta: object, finish: string | null = null) => ({
      data: { choices: [{ index: 0, delta, finish_reason: finish }] },
    });
    for (const response of waiting) {
      streamHead(response).end(
        sse([piece({ content: 'Also ' }), piece({ content: 'said' }), piece({}, 'stop'), { data: '[DONE]' }]),
      );
    }
    const copy = await copyOf(answer);
    expect(copy.attempts).toMatchObject([{ ok: true }]);
    expect(copy.content?.answer).toContain('Also said');
  });

  it('that fails or takes too long is recorded with what went wrong, and the answer is as it was', async () => {
    gateway.answer = json(503, { error: { message: 'away' } });
    const failing = await ask(await shadowed());
    expect(failing.status).toBe(200);
    expect(await copyOf(failing)).toMatchObject({
      status: 'shadow',
      model: null,
      cost: 0,
      attempts: [{ ok: false, failure: 'server_error', status: 503 }],
    });
    gateway.answer = (response) => void waiting.push(response);
    const slow = await ask(await shadowed({ timeoutSeconds: 1 }));
    expect(slow.status).toBe(200);
    const late = await copyOf(slow);
    expect(late.attempts).toMatchObject([{ ok: false, failure: 'timeout' }]);
    // It may have been billed.
    expect(late.usage.inputTokens).toBeGreaterThan(0);
  });

  it('is no request in sums of usage, and its cost has a place of its own', async () => {
    gateway.answer = json(200, completion('Copied'));
    const model = await shadowed();
    const copies = await Promise.all(Array.from({ length: 3 }, async () => copyOf(await ask(model))));
    const { totals } = await gateway.api<{ totals: { requests: number; cost: number; shadowCost: number }[] }>(
      'GET',
      `/usage?by=policy&policy=${copies[0]?.policy ?? ''}`,
    );
    const cost = copies.reduce((sum, one) => sum + one.cost, 0);
    expect(cost).toBeGreaterThan(0);
    expect(totals).toMatchObject([{ requests: 3, shadowCost: cost }]);
    expect(totals[0]?.cost).toBeGreaterThan(cost);
  });
});

describe('the money of a copy', () => {
  it('is held and settled apart, and the ledger agrees', async () => {
    const budget = await newBudget(1_000_000_000);
    const answer = await ask(await shadowed({}, budget));
    await eventually(() => expect(waiting).toHaveLength(1));
    const real = await recordOf(gateway, idOf(answer));
    const during = await useOf(budget);
    expect(during?.spent).toBe(real.cost);
    expect(during?.held).toBeGreaterThan(0);
    waiting.map(json(200, completion('Copied')));
    const copy = await copyOf(answer);
    expect(copy.charges).toMatchObject([{ budget, settled: copy.cost }]);
    await atRest(gateway);
    expect((await useOf(budget))?.spent).toBe(real.cost + copy.cost);
  });

  it('that does not fit is not spent: the request goes on without a copy, and its step says why', async () => {
    // Room for the request itself, and not for the dearer copy.
    const budget = await newBudget(300_000);
    const answer = await ask(await shadowed({}, budget));
    expect(answer.status, await answer.clone().text()).toBe(200);
    expect(await shadowIn(answer)).toEqual({ shadow: 'no_room', model: 'up/one', record: null });
    await atRest(gateway);
  });
});

it('leaves counters, ledger and records in agreement under many at once, where copies and requests share a budget', async () => {
  const spending = await startSpending(null);
  try {
    // Room for some of the requests, and for fewer of their copies.
    const body = spend('hello');
    const { id, limit } = await spending.budget({ limit: 12 * boundOf(body).cost + 4 * boundOf(body, 'large').cost });
    await spending.use(
      {
        enter: ['request', {}],
        pay: ['budget', { budget: id, warnAt: null }],
        copy: ['shadow', { model: 'sandbox/large', share: 1 }],
        call: ['model', { model: 'asked', retries: 0 }],
      },
      ['enter.next > pay', 'pay.within > copy', 'copy.next > call'],
    );
    spending.faults.set('large', 'delay=50');
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => spending.chat(spend('hello', { stream: i % 2 === 0 }))),
    );
    await Promise.all(answers.map((answer) => answer.text()));
    await spending.running.gateway.shadows.drain(20_000);
    await spending.settled();
    const { records } = await spending.api<{ records: RequestRecord[] }>('GET', '/records?status=shadow&limit=200');
    expect(records.length).toBeGreaterThan(0);
    const [cell] = spending.cells(id);
    expect(cell?.spent).toBeGreaterThan(records.reduce((sum, { cost }) => sum + cost, 0));
    expect(cell?.spent).toBeLessThanOrEqual(limit);
  } finally {
    await spending.stop();
  }
});

it.each([
  ['not among the share', { share: 0 }, 'not_chosen'],
  ['no such model', { model: 'sandbox/nothing', share: 1 }, 'unknown_model'],
])('no copy is sent: %s', async (_name, settings, why) => {
  made += 1;
  // A model that nobody offers stops a publish, so it is asked for by the app.
  const isUnknown = why === 'unknown_model';
  const graph = graphOf(
    {
      enter: ['request', {}],
      copy: ['shadow', { ...settings, ...(isUnknown ? { model: 'asked' } : { model: 'up/one' }) }],
      call: ['model', { model: 'sandbox/small' }],
    },
    ['enter.next > copy', 'copy.next > call'],
  );
  await publish(gateway, `shadow-${made}`, graph);
  const answer = await ask(`policy/shadow-${made}`);
  expect(answer.status).toBe(200);
  expect(await shadowIn(answer)).toMatchObject({ shadow: why, record: null });
  expect(waiting).toHaveLength(0);
});

it('waits for copies under way when it is told to stop, and their records are written', async () => {
  const other = await startWithUpstream();
  const held: ServerResponse[] = [];
  other.answer = (response) => void held.push(response);
  const graph = graphOf(
    {
      enter: ['request', {}],
      copy: ['shadow', { model: 'up/one', share: 1 }],
      call: ['model', { model: 'sandbox/small' }],
    },
    ['enter.next > copy', 'copy.next > call'],
  );
  await publish(other, 'last', graph);
  const answer = await other.chat({ model: 'policy/last', messages: [{ role: 'user', content: 'hi' }] });
  expect(answer.status).toBe(200);
  await eventually(() => expect(held).toHaveLength(1));
  const written: RequestRecord[] = [];
  const { writer } = other.running.gateway;
  const record = writer.record.bind(writer);
  writer.record = async (one) => {
    await record(one);
    written.push(one);
  };
  const stopped = other.running.stop();
  for (const response of held) json(200, completion('At last'))(response);
  await stopped;
  expect(written).toMatchObject([{ status: 'shadow', attempts: [{ ok: true }] }]);
  await other.upstream.close();
});
