/** Anthropic behind the gateway, spoken to with the openai package. */
import type { ServerResponse } from 'node:http';
import type { ChatCompletionTool } from 'openai/resources/chat/completions';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import { listedSource } from '../../../server/providers/listed-source.ts';
import text from '../providers/fixtures/anthropic/text.fixture.json' with { type: 'json' };
import tools from '../providers/fixtures/anthropic/tools.fixture.json' with { type: 'json' };
import { json, startUpstream, stream, type Upstream } from '../providers/upstream.ts';
import {
  graphOf,
  idOf,
  passEverythingOn,
  publish,
  recordOf,
  replayAll,
  startGateway,
  type TestGateway,
} from './harness.ts';

let gateway: TestGateway;
let upstream: Upstream;
let answer: (response: ServerResponse) => void;
beforeAll(async () => {
  upstream = await startUpstream((response) => answer(response));
  const provider = createAnthropic({ name: 'anthropic', baseUrl: upstream.baseUrl, apiKey: 'secret' });
  gateway = await startGateway({ providers: [{ provider, source: listedSource('anthropic', 'anthropic') }] });
  await passEverythingOn(gateway);
});
afterAll(async () => {
  try {
    await replayAll(gateway);
  } finally {
    const stopped = gateway.stop();
    await upstream.close();
    await stopped;
  }
});

const model = 'claude-haiku-4-5';
const messages = [
  { role: 'system' as const, content: 'Be kind.' },
  { role: 'user' as const, content: 'Hi' },
];
const weather: ChatCompletionTool = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};
/** A dollar in, five out, a tenth for what is cached, five quarters for what is written to the cache; a million tokens. */
const COST = Math.ceil((20 * 1e9 + 75 * 0.1e9 + 5 * 1.25e9 + 12 * 5e9) / 1e6);

it('answers whole, with usage and cost', async () => {
  answer = json(200, text.whole);
  const { data, response } = await gateway.openai.chat.completions
    .create({ model, messages, max_completion_tokens: 50 })
    .withResponse();
  expect(data.choices).toMatchObject([
    { message: { role: 'assistant', content: 'Hello, wörld.' }, finish_reason: 'stop' },
  ]);
  expect(data.usage).toMatchObject({
    prompt_tokens: 100,
    completion_tokens: 12,
    prompt_tokens_details: { cached_tokens: 75 },
  });
  const sent = upstream.requests.at(-1);
  expect(sent?.head.headers['x-api-key']).toBe('secret');
  expect(JSON.parse(sent?.body ?? '')).toMatchObject({
    model,
    max_tokens: 50,
    system: [{ type: 'text', text: 'Be kind.' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  });
  const record = await recordOf(gateway, idOf(response));
  expect(record).toMatchObject({
    status: 'ok',
    model: `anthropic/${model}`,
    usageSource: 'provider',
    usage: { inputTokens: 100, cachedInputTokens: 75, cacheWriteTokens: 5, outputTokens: 12 },
    cost: COST,
  });
  expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBe(COST / 1e9);
});

it.each([true, false])('streams, with a usage event only when asked for (%s)', async (asked) => {
  answer = stream(text.stream);
  const { data, response } = await gateway.openai.chat.completions
    .create({ model, messages, stream: true, ...(asked ? { stream_options: { include_usage: true } } : {}) })
    .withResponse();
  let said = '';
  let usages = 0;
  const reasons: string[] = [];
  for await (const chunk of data) {
    said += chunk.choices[0]?.delta.content ?? '';
    if (chunk.usage) usages += 1;
    if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
  }
  expect([said, reasons, usages]).toEqual(['Hello, wörld.', ['stop'], asked ? 1 : 0]);
  expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'ok', cost: COST, usageSource: 'provider' });
});

it('calls tools, whole and streamed, and is told what they gave', async () => {
  answer = json(200, tools.whole);
  const request = { model, messages, tools: [weather] };
  const whole = await gateway.openai.chat.completions.create(request);
  const message = whole.choices[0]?.message;
  const calls = message?.tool_calls?.map(
    (call) => call.type === 'function' && [call.id, call.function.name, JSON.parse(call.function.arguments)],
  );
  expect(calls).toEqual([
    ['call_a', 'weather', { city: 'Oslo' }],
    ['call_b', 'clock', {}],
  ]);
  answer = stream(tools.stream);
  const streamed = await gateway.openai.chat.completions.stream(request).finalChatCompletion();
  expect(
    streamed.choices[0]?.message.tool_calls?.map(
      (call) => call.type === 'function' && [call.id, call.function.name, JSON.parse(call.function.arguments)],
    ),
  ).toEqual(calls);
  if (!message) throw new Error('no message');
  answer = json(200, text.whole);
  await gateway.openai.chat.completions.create({
    ...request,
    messages: [
      ...messages,
      message,
      { role: 'tool', tool_call_id: 'call_a', content: '7 degrees' },
      { role: 'tool', tool_call_id: 'call_b', content: 'noon' },
    ],
  });
  const sent = JSON.parse(upstream.requests.at(-1)?.body ?? '');
  expect(sent.messages.at(-1)).toMatchObject({
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: 'call_a' },
      { type: 'tool_result', tool_use_id: 'call_b' },
    ],
  });
});

it('gives personal data back that it never saw', async () => {
  await publish(
    gateway,
    'careful',
    graphOf(
      {
        enter: ['request', {}],
        protect: ['redact', { rules: [{ detect: 'email', action: 'placeholder' }] }],
        call: ['model', { model: `anthropic/${model}` }],
      },
      ['enter.next > protect', 'protect.clean > call', 'protect.found > call'],
    ),
  );
  const echo = { ...text.whole, content: [{ type: 'text', text: 'To [[EMAIL_1]].' }] };
  answer = json(200, echo);
  const given = await gateway.openai.chat.completions.create({
    model: 'policy/careful',
    messages: [{ role: 'user', content: 'Write to ada@engines.example' }],
  });
  expect(given.choices[0]?.message.content).toBe('To ada@engines.example.');
  expect(upstream.requests.at(-1)?.body).not.toContain('engines.example');
});

it('fails in the words of the gateway, and lets another model take over', async () => {
  answer = json(529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
  await expect(gateway.openai.chat.completions.create({ model, messages })).rejects.toMatchObject({
    status: 502,
    code: 'upstream_error',
  });
  await publish(
    gateway,
    'second-choice',
    graphOf(
      {
        enter: ['request', {}],
        call: ['fallback', { models: [`anthropic/${model}`, 'sandbox/small'], coolDownSeconds: 0 }],
      },
      ['enter.next > call'],
    ),
  );
  const { data, response } = await gateway.openai.chat.completions
    .create({ model: 'policy/second-choice', messages })
    .withResponse();
  expect(data.choices[0]?.message.content).toContain('sandbox/small');
  expect(response.headers.get('x-signalbox-attempts')).toBe('2');
});

it('ends a stream that breaks off with an error', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = text.stream
      .slice(0, 4)
      .map((event) => `event: ${event.data.type}\ndata: ${JSON.stringify(event.data)}\n\n`);
    response.write(events.join(''), () => response.destroy());
  };
  const response = await gateway.chat({ model, messages, stream: true });
  const received = await response.text();
  expect(received).toContain('upstream_broken');
  expect(received).not.toContain('[DONE]');
});
