/** What Anthropic's messages cost: held before, settled by what the vendor reports, and recorded before the end is sent. */
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SignalboxError } from '../../../server/errors.ts';
import text from '../providers/fixtures/anthropic/text.fixture.json' with { type: 'json' };
import { json, sse, stream } from '../providers/upstream.ts';
import { graphOf, idOf, publish, recordOf } from './harness.ts';
import { type MatrixHouse, MODELS, startMatrix } from './matrix-house.ts';
import { messageEvents, textBlock, wholeMessage } from './message-samples.ts';

let house: MatrixHouse;
beforeAll(async () => {
  house = await startMatrix();
});
afterAll(() => house.stop());

const ask = {
  model: 'claude-haiku-4-5',
  max_tokens: 200,
  messages: [{ role: 'user' as const, content: 'Hello there' }],
};
const said = [{ type: 'text', text: 'So' }];

/** Nano-dollars a token of Claude Haiku 4.5: 1, 5, 0.1, 1.25 and 2 dollars a million. */
const [INPUT, OUTPUT, READ, WRITTEN, WRITTEN_FOR_AN_HOUR] = [1000, 5000, 100, 1250, 2000];

const usage = {
  input_tokens: 20,
  cache_read_input_tokens: 300,
  cache_creation_input_tokens: 70,
  cache_creation: { ephemeral_5m_input_tokens: 50, ephemeral_1h_input_tokens: 20 },
  output_tokens: 12,
};
const COST = 20 * INPUT + 300 * READ + 50 * WRITTEN + 20 * WRITTEN_FOR_AN_HOUR + 12 * OUTPUT;

it('is what was read, written to the cache for minutes and for an hour, and answered', async () => {
  house.answer = json(200, wholeMessage({ content: said, usage }));
  const { response } = await house.anthropic.messages.create(ask).withResponse();
  expect(await recordOf(house, idOf(response))).toMatchObject({
    cost: COST,
    usageSource: 'provider',
    usage: {
      inputTokens: 390,
      cachedInputTokens: 300,
      cacheWriteTokens: 70,
      cacheWriteHourTokens: 20,
      outputTokens: 12,
    },
  });
  // A stream reports its input at its beginning, and the rest at its end, where some of it is null.
  const end = {
    output_tokens: 12,
    input_tokens: null,
    cache_read_input_tokens: null,
    cache_creation_input_tokens: null,
  };
  house.answer = stream(messageEvents([textBlock('So')], { usage: { ...usage, output_tokens: 1 }, end }));
  const streamed = await house.message({ ...ask, stream: true });
  await streamed.text();
  expect(await recordOf(house, idOf(streamed))).toMatchObject({ cost: COST, usageSource: 'provider' });
});

it('is held by the limit on the answer, which every request has, and given back', async () => {
  const budget = await house.api<{ id: string }>('POST', '/budgets', {
    name: 'messages',
    scope: [],
    window: 'total',
    timeZone: 'UTC',
    unit: 'usd',
    limit: 2_000_000,
    owner: 'Ada',
    reason: 'for a test',
  });
  await publish(
    house,
    'paid',
    graphOf(
      {
        enter: ['request', {}],
        pay: ['budget', { budget: budget.id, warnAt: null }],
        call: ['model', { model: MODELS.anthropic }],
      },
      ['enter.next > pay', 'pay.within > call'],
    ),
  );
  house.answer = json(200, wholeMessage({ content: said, usage: { input_tokens: 9, output_tokens: 4 } }));
  const paid = { ...ask, model: 'policy/paid' };
  const { response } = await house.anthropic.messages.create(paid).withResponse();
  const { charges } = await recordOf(house, idOf(response));
  const held = charges[0]?.held ?? 0;
  expect(held).toBeGreaterThanOrEqual(200 * OUTPUT);
  expect(held).toBeLessThan(1_500_000);
  expect(charges[0]).toMatchObject({ settled: 9 * INPUT + 4 * OUTPUT });
  const refused = await house.anthropic.messages
    .create({ ...paid, max_tokens: 2000 })
    .catch((thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(Anthropic.RateLimitError);
  expect(refused).toMatchObject({
    error: { type: 'error', error: { type: 'rate_limit_error', code: 'budget_exhausted' } },
  });
  // What has no known size cannot be held.
  const document = { type: 'document' as const, source: { type: 'url' as const, url: 'https://a.example/a.pdf' } };
  await expect(
    house.anthropic.messages.create({ ...paid, messages: [{ role: 'user', content: [document] }] }),
  ).rejects.toMatchObject({ error: { error: { code: 'cost_unbounded' } } });
});

it('is estimated where a client hangs up or the stream breaks off', async () => {
  house.answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(sse(text.stream.slice(0, 4)), () => response.destroy());
  };
  const response = await house.message({ ...ask, stream: true });
  await response.text();
  const { usageSource, usage: used, cost } = await recordOf(house, idOf(response));
  expect(usageSource).toBe('estimated');
  expect(used.inputTokens).toBeGreaterThan(0);
  expect(cost).toBeGreaterThan(0);
});

it('is recorded before the client sees the end', async () => {
  house.answer = stream(text.stream);
  const record = vi
    .spyOn(house.running.gateway.writer, 'record')
    .mockRejectedValue(new SignalboxError('record_failed'));
  try {
    const response = await house.message({ ...ask, stream: true });
    const received = await response.text();
    expect(received).toContain('wörld.');
    expect(received).not.toContain('message_delta');
    expect(received).not.toContain('message_stop');
    expect(received).toContain('"code":"record_failed"');
    house.answer = json(200, text.whole);
    expect((await house.message(ask)).status).toBe(503);
  } finally {
    record.mockRestore();
  }
});
