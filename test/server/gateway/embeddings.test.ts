/** Embeddings through a whole gateway: the openai package, budgets, redaction, models that cannot embed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { costOf } from '../../../policies/price.ts';
import { NO_USAGE } from '../../../policies/request.ts';
import { SANDBOX_MODELS } from '../../../server/providers/sandbox/sandbox.ts';
import { json } from '../providers/upstream.ts';
import {
  API_KEY,
  atRest,
  type GatewayWithUpstream,
  graphOf,
  idOf,
  publish,
  recordOf,
  replayAll,
  startWithUpstream,
} from './harness.ts';

const EMAIL = 'ada.lovelace@engines.example';

let gateway: GatewayWithUpstream;
beforeAll(async () => {
  gateway = await startWithUpstream();
});
beforeEach(() => {
  gateway.answer = (response) => response.destroy();
});
afterAll(async () => {
  try {
    expect(await replayAll(gateway)).toBeGreaterThan(10);
  } finally {
    await gateway.stop();
  }
});

const call = (model: string) => ['model', { model, timeoutSeconds: 20, retries: 0 }] as const;

/** A request without any package, since those make texts of tokens and hide what was answered. */
const embed = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/v1/embeddings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const answered = (tokens: number) =>
  json(200, {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.25] }],
    model: 'one',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });

const lengthOf = (vector: readonly number[]) => Math.hypot(...vector);
const likeness = (a: readonly number[], b: readonly number[]) => a.reduce((sum, one, i) => sum + one * (b[i] ?? 0), 0);

describe('the openai package', () => {
  it('gets the same vectors as base64, which it asks for by itself, and as numbers', async () => {
    const input = ['a sentence about trains', 'a sentence about trains and signals', 'Zahnbürste'];
    const request = { model: 'sandbox/embed', input };
    const { data, response } = await gateway.openai.embeddings.create(request).withResponse();
    const plain = await gateway.openai.embeddings.create({ ...request, encoding_format: 'float' });
    expect(data.data.map(({ index }) => index)).toEqual([0, 1, 2]);
    for (const [i, { embedding }] of data.data.entries()) {
      expect(embedding).toHaveLength(256);
      expect(lengthOf(embedding)).toBeCloseTo(1, 5);
      for (const [at, value] of embedding.entries()) expect(value).toBeCloseTo(plain.data[i]?.embedding[at] ?? 9, 6);
    }
    const [first = [], second = [], third = []] = data.data.map(({ embedding }) => embedding);
    expect(likeness(first, second)).toBeGreaterThan(likeness(first, third));
    expect(response.headers.get('x-signalbox-model')).toBe('sandbox/embed');
    expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBeGreaterThan(0);
  });

  it('gets as many dimensions as it asks for', async () => {
    const { data } = await gateway.openai.embeddings.create({ model: 'sandbox/embed', input: 'x', dimensions: 8 });
    expect(data[0]?.embedding).toHaveLength(8);
  });

  it('sends tokens, whose number is the usage', async () => {
    const tokens = [
      [11, 22, 33],
      [44, 55],
    ];
    const { data, response } = await gateway.openai.embeddings
      .create({ model: 'sandbox/embed', input: tokens })
      .withResponse();
    expect(data.usage.prompt_tokens).toBe(5);
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ usage: { inputTokens: 5, outputTokens: 0 } });
  });

  it('is told of errors in their own shape', async () => {
    await expect(gateway.openai.embeddings.create({ model: 'sandbox/embed', input: [] })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
    await expect(
      gateway.openai.embeddings.create({ model: 'sandbox/embed?fault=429', input: 'x' }),
    ).rejects.toMatchObject({ status: 429, code: 'upstream_rate_limited' });
  });
});

describe('the record', () => {
  it('says what was asked and what it cost, and keeps no vectors', async () => {
    const response = await embed({ model: 'sandbox/embed', input: 'twenty letters, this.' });
    expect(response.status).toBe(200);
    await response.text();
    const record = await recordOf(gateway, idOf(response));
    const usage = { ...NO_USAGE, inputTokens: 6 };
    const price = SANDBOX_MODELS.find(({ id }) => id === 'sandbox/embed')?.price;
    expect(record).toMatchObject({
      endpoint: 'embeddings',
      status: 'ok',
      stream: false,
      model: 'sandbox/embed',
      usage,
      usageSource: 'provider',
      cost: price && costOf(usage, price),
      content: { answer: '{"embeddings":1,"dimensions":256}' },
    });
    expect(record.content?.request).toContain('twenty letters');
  });

  it('counts what a server does not report', async () => {
    gateway.answer = json(200, { object: 'list', data: [{ index: 0, embedding: [1] }] });
    const response = await embed({ model: 'up/one', input: [7, 8, 9] });
    expect(response.status).toBe(200);
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ usage: { inputTokens: 3, outputTokens: 0 } });
  });

  it('tells of an answer without embeddings as of a failure', async () => {
    gateway.answer = json(200, { object: 'list', data: [] });
    const response = await embed({ model: 'up/one', input: 'x' });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { code: 'upstream_bad_answer' } });
  });
});

describe('a policy', () => {
  it('goes to no model that cannot embed, and a chat to none that only embeds', async () => {
    await publish(
      gateway,
      'chat-only',
      graphOf({ enter: ['request', {}], call: call('sandbox/small') }, ['enter.next > call']),
    );
    await publish(
      gateway,
      'embed-only',
      graphOf({ enter: ['request', {}], call: call('sandbox/embed') }, ['enter.next > call']),
    );
    const refused = await embed({ model: 'policy/chat-only', input: 'x' });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      error: { code: 'model_unsupported', message: expect.stringContaining('sandbox/small does not make embeddings') },
    });
    const chat = await gateway.chat({ model: 'policy/embed-only', messages: [{ role: 'user', content: 'x' }] });
    expect(await chat.json()).toMatchObject({
      error: { code: 'model_unsupported', message: expect.stringContaining('makes embeddings and nothing else') },
    });
    expect((await embed({ model: 'policy/embed-only', input: 'x' })).status).toBe(200);
  });

  it('goes on from a model that cannot embed to one that can', async () => {
    await publish(
      gateway,
      'second-try',
      graphOf({ enter: ['request', {}], first: call('sandbox/large'), last: call('sandbox/embed') }, [
        'enter.next > first',
        'first.failed > last',
      ]),
    );
    const response = await embed({ model: 'policy/second-try', input: 'x' });
    expect(response.headers.get('x-signalbox-model')).toBe('sandbox/embed');
    expect(response.headers.get('x-signalbox-path')).toContain('first.failed > last');
  });

  const careful = (model: string, action: string) =>
    graphOf(
      {
        enter: ['request', {}],
        protect: ['redact', { rules: [{ detect: 'email', action }] }],
        call: call(model),
      },
      ['enter.next > protect', 'protect.clean > call', 'protect.found > call'],
    );

  it.each(['placeholder', 'mask'])(
    'redacts every text by %s before it leaves, and puts nothing back',
    async (action) => {
      await publish(gateway, `careful-${action}`, careful('up/one', action));
      gateway.answer = answered(9);
      const response = await embed({
        model: `policy/careful-${action}`,
        input: ['hello', `write to ${EMAIL}`],
        user: EMAIL,
      });
      expect(response.status).toBe(200);
      expect(gateway.lastSent()).not.toContain('lovelace');
      expect(JSON.parse(gateway.lastSent()).input).toEqual(['hello', expect.stringMatching(/^write to \[/)]);
      expect(response.headers.get('x-signalbox-redactions')).toBe('2');
      expect(JSON.stringify((await recordOf(gateway, idOf(response))).content)).not.toContain('lovelace');
    },
  );

  it('refuses tokens where it has private data taken out, and says why', async () => {
    await publish(gateway, 'careful-tokens', careful('up/one', 'report'));
    const sent = gateway.upstream.requests.length;
    const response = await embed({ model: 'policy/careful-tokens', input: [1, 2, 3] });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'blocked_by_policy', message: expect.stringContaining('Send the texts themselves') },
    });
    expect(gateway.upstream.requests).toHaveLength(sent);
    expect(await recordOf(gateway, idOf(response))).toMatchObject({
      status: 'blocked',
      trace: [{ port: 'next' }, { port: null }],
    });
  });

  it('says so where it answers with a fixed text, or adds instructions', async () => {
    await publish(
      gateway,
      'closed',
      graphOf({ enter: ['request', {}], say: ['answer', { text: 'Closed.' }] }, ['enter.next > say']),
    );
    const closed = await embed({ model: 'policy/closed', input: 'x' });
    expect([closed.status, await closed.json()]).toMatchObject([400, { error: { code: 'answer_needs_chat' } }]);
    await publish(
      gateway,
      'instructing',
      graphOf(
        { enter: ['request', {}], brief: ['limit', { instructions: 'Be brief.' }], call: call('sandbox/embed') },
        ['enter.next > brief', 'brief.next > call'],
      ),
    );
    const instructing = await embed({ model: 'policy/instructing', input: 'x' });
    expect(await instructing.json()).toMatchObject({
      error: { code: 'model_unsupported', message: expect.stringContaining('the policy adds instructions') },
    });
  });

  it('tells in a dry run what it would do', async () => {
    const response = await embed({ model: 'sandbox/embed', input: 'x' }, { 'x-signalbox-dry-run': 'true' });
    expect(await response.json()).toMatchObject({ outcome: { type: 'model', model: 'sandbox/embed' } });
  });
});

describe('a budget', () => {
  /** A policy behind a budget of so many nano-dollars. */
  async function behind(limit: number): Promise<{ policy: string; budget: string }> {
    const name = `budget-${crypto.randomUUID().slice(0, 8)}`;
    const budget = await gateway.api<{ id: string }>('POST', '/budgets', {
      name,
      scope: [],
      window: 'month',
      timeZone: 'UTC',
      unit: 'usd',
      limit,
      owner: null,
      reason: 'for a test',
    });
    await publish(
      gateway,
      name,
      graphOf(
        {
          enter: ['request', {}],
          money: ['budget', { budget: budget.id, warnAt: null }],
          call: call('sandbox/embed'),
          stop: ['block', { status: 402, message: 'Spent.' }],
        },
        ['enter.next > money', 'money.within > call', 'money.exhausted > stop'],
      ),
    );
    return { policy: `policy/${name}`, budget: budget.id };
  }

  it('holds the input alone, and is charged what was used', async () => {
    // 20 letters and what goes around them are at most 52 tokens: 1,040 nano-dollars.
    const { policy, budget } = await behind(1100);
    const response = await embed({ model: policy, input: 'x'.repeat(20) });
    expect(response.status).toBe(200);
    const { charges, cost } = await recordOf(gateway, idOf(response));
    expect(charges).toMatchObject([{ budget, held: 1040, settled: 100 }]);
    expect(cost).toBe(100);
    await atRest(gateway);
    const full = await embed({ model: policy, input: 'x'.repeat(40) });
    expect(full.status).toBe(429);
  });

  it('bounds tokens by their number', async () => {
    const { policy } = await behind(1100);
    expect((await embed({ model: policy, input: Array(20).fill(7) })).status).toBe(200);
    expect((await embed({ model: policy, input: Array(60).fill(7) })).status).toBe(429);
  });
});
