/** What Gemini and Bedrock are sent for a chat, and what is refused because it has no place there. */
import { afterEach, describe, expect, it } from 'vitest';
import { createAzure } from '../../../server/providers/azure.ts';
import { createBedrock } from '../../../server/providers/bedrock.ts';
import { createGoogle } from '../../../server/providers/google.ts';
import type { Provider, UpstreamError } from '../../../server/providers/provider.ts';
import { anthropicMessages } from '../../../server/wire/anthropic-messages.ts';
import bedrockText from './fixtures/bedrock/text.fixture.json' with { type: 'json' };
import googleText from './fixtures/google/text.fixture.json' with { type: 'json' };
import openaiText from './fixtures/openai/text.fixture.json' with { type: 'json' };
import { completionOf, json, modelNamed, type SendOptions, send, startUpstream } from './upstream.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Vendor = 'google' | 'bedrock';
const USUAL = { google: 'gemini-2.5-flash', bedrock: 'anthropic.claude-haiku-4-5-20251001-v1:0' };
const ANSWERS: Record<Vendor, unknown> = { google: googleText.whole, bedrock: bedrockText.whole };

async function start(vendor: Vendor, answer: unknown = ANSWERS[vendor]) {
  const upstream = await startUpstream(json(200, answer));
  const { baseUrl } = upstream;
  const provider: Provider =
    vendor === 'google'
      ? createGoogle({ name: vendor, baseUrl, apiKey: 'secret' })
      : createBedrock({ name: vendor, region: 'eu-north-1', baseUrl, credentials: { apiKey: 'secret' } });
  closing.push(
    () => provider.close(),
    () => upstream.close(),
  );
  return { upstream, provider };
}

async function sent(vendor: Vendor, body: object, options: SendOptions = {}): Promise<unknown> {
  const { provider, upstream } = await start(vendor);
  const { error } = await send(provider, { model: USUAL[vendor], body, ...options });
  expect(error).toBeNull();
  return JSON.parse(upstream.requests[0]?.body ?? '');
}

async function refusedFor(vendor: Vendor, body: object, model = USUAL[vendor]): Promise<string | undefined> {
  const { provider, upstream } = await start(vendor);
  const { error } = await send(provider, { model, body });
  expect(upstream.requests).toHaveLength(0);
  expect(error).toMatchObject({ failure: 'unsupported', billed: 'no' });
  return error?.message;
}

const PNG = 'iVBORw0KGgo=';
const schema = {
  type: 'object',
  properties: { city: { type: 'string', pattern: '^[A-Z]' } },
  additionalProperties: false,
};
const weather = { type: 'function', function: { name: 'weather', description: 'Tells', parameters: schema } };
const response_format = { type: 'json_schema', json_schema: { name: 'place', schema } };
const conversation = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'See' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
    ],
  },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
  },
  { role: 'tool', tool_call_id: 'call_a', content: 'rain' },
];
const byAddress = {
  messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://images.test/a.png' } }] }],
};

describe('what Gemini is sent', () => {
  it('is a conversation with pictures, calls of tools and their results', async () => {
    expect(await sent('google', { messages: conversation, tools: [weather], temperature: 0.2, stop: ['END'] })).toEqual(
      {
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        contents: [
          { role: 'user', parts: [{ text: 'See' }, { inlineData: { mimeType: 'image/png', data: PNG } }] },
          { role: 'model', parts: [{ functionCall: { id: 'call_a', name: 'weather', args: { city: 'Oslo' } } }] },
          {
            role: 'user',
            parts: [
              { functionResponse: { id: 'call_a', name: 'weather', response: { name: 'weather', content: 'rain' } } },
            ],
          },
        ],
        generationConfig: { temperature: 0.2, stopSequences: ['END'] },
        tools: [{ functionDeclarations: [{ name: 'weather', description: 'Tells', parametersJsonSchema: schema }] }],
      },
    );
  });

  it('has JSON schemas as they are', async () => {
    expect(await sent('google', { response_format })).toMatchObject({
      generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema },
    });
  });

  it.each([
    [{ reasoning_effort: 'high' }, 'gemini-2.5-flash', { thinkingBudget: 16_384, includeThoughts: true }],
    [{ reasoning_effort: 'none' }, 'gemini-2.5-flash', { thinkingBudget: 0 }],
    [{ reasoning_effort: 'high', max_tokens: 4096 }, 'gemini-2.5-pro', { thinkingBudget: 2048, includeThoughts: true }],
    [{ reasoning_effort: 'low' }, 'gemini-3-pro-preview', { thinkingLevel: 'low', includeThoughts: true }],
  ])('thinks as hard as asked: %j of %s', async (body, model, thinkingConfig) => {
    expect(await sent('google', body, { model })).toMatchObject({ generationConfig: { thinkingConfig } });
  });

  it.each([
    [byAddress, 'gemini-2.5-flash', 'by its address'],
    [{ tools: [weather], parallel_tool_calls: false }, 'gemini-2.5-flash', 'parallel_tool_calls'],
    [{ reasoning_effort: 'none' }, 'gemini-2.5-pro', 'reasoning_effort "none"'],
    [{ reasoning_effort: 'low' }, 'gemini-2.0-flash', 'reasoning'],
    [{ reasoning_effort: 'low', max_tokens: 100 }, 'gemini-2.5-flash', 'output limit'],
  ])('refuses %j of %s by name', async (body, model, named) => {
    expect(await refusedFor('google', body, model)).toContain(named);
  });

  it.each([
    ['answer', { candidates: [{ finishReason: 'SAFETY', index: 0 }], usageMetadata: { promptTokenCount: 4 } }],
    ['prompt', { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 4 } }],
  ])('fails as refused where safety stopped the %s', async (_what, answer) => {
    const { provider } = await start('google', answer);
    expect((await send(provider, { model: 'gemini-2.5-flash' })).error).toMatchObject({ failure: 'refused' });
  });

  it('tells thought from answer, and counts both', async () => {
    const { provider } = await start('google', {
      candidates: [
        { content: { role: 'model', parts: [{ text: 'Hm.', thought: true }, { text: 'Yes.' }] }, finishReason: 'STOP' },
      ],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, thoughtsTokenCount: 30, totalTokenCount: 37 },
    });
    const { text } = await send(provider, { model: 'gemini-2.5-flash' });
    expect(completionOf(text)).toMatchObject({
      choices: [{ message: { content: 'Yes.' } }],
      usage: { prompt_tokens: 5, completion_tokens: 32 },
    });
    expect(JSON.parse(text)).toMatchObject({
      choices: [{ message: { reasoning_content: 'Hm.' } }],
      usage: { completion_tokens_details: { reasoning_tokens: 30 } },
    });
  });
});

describe('what Bedrock is sent', () => {
  it('is a conversation with pictures, calls of tools and their results', async () => {
    const body = { messages: conversation, tools: [weather], max_tokens: 50, temperature: 0.2, user: 'ada' };
    expect(await sent('bedrock', body)).toMatchObject({
      system: [{ text: 'Be brief.' }],
      messages: [
        { role: 'user', content: [{ text: 'See' }, { image: { format: 'png', source: { bytes: PNG } } }] },
        {
          role: 'assistant',
          content: [{ toolUse: { toolUseId: 'call_a', name: 'weather', input: { city: 'Oslo' } } }],
        },
        { role: 'user', content: [{ toolResult: { toolUseId: 'call_a', content: [{ text: 'rain' }] } }] },
      ],
      inferenceConfig: { maxTokens: 50, temperature: 0.2 },
      toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: schema } } }] },
      requestMetadata: { user: 'ada' },
    });
  });

  it('thinks within half of the limit, and never beyond it', async () => {
    expect(await sent('bedrock', { reasoning_effort: 'high', max_tokens: 4096 })).toMatchObject({
      inferenceConfig: { maxTokens: 4096 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } },
    });
  });

  it('calls one tool at a time where that is asked for', async () => {
    expect(await sent('bedrock', { tools: [weather], parallel_tool_calls: false })).toMatchObject({
      additionalModelRequestFields: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    });
  });

  it('gives an answer in a given form, from models that know no forms too', async () => {
    expect(await sent('bedrock', { response_format }, { model: 'amazon.nova-lite-v1:0' })).toMatchObject({
      toolConfig: { tools: [{ toolSpec: { name: 'json', inputSchema: { json: schema } } }], toolChoice: { any: {} } },
    });
  });

  it.each([
    [byAddress, USUAL.bedrock, 'by its address'],
    [{ temperature: 1.5 }, USUAL.bedrock, 'temperature 1.5'],
    [{ messages: conversation }, USUAL.bedrock, 'calls of tools'],
    [{ reasoning_effort: 'high' }, 'meta.llama3-1-8b-instruct-v1:0', 'reasoning'],
    [{ tools: [weather], parallel_tool_calls: false }, 'amazon.nova-lite-v1:0', 'parallel_tool_calls'],
    [{ tools: [weather], response_format }, 'amazon.nova-lite-v1:0', 'response_format together with tools'],
    [{ user: 'ada|é' }, USUAL.bedrock, 'user'],
  ])('refuses %j of %s by name', async (body, model, named) => {
    expect(await refusedFor('bedrock', body, model)).toContain(named);
  });

  it('fails as refused where a guardrail stopped the answer', async () => {
    const { provider } = await start('bedrock', {
      ...bedrockText.whole,
      output: { message: { role: 'assistant', content: [] } },
      stopReason: 'guardrail_intervened',
    });
    expect((await send(provider, { model: USUAL.bedrock })).error).toMatchObject({ failure: 'refused' });
  });
});

describe('what Azure is sent for a message', () => {
  it.each([
    [null, '/openai/v1/chat/completions'],
    ['2024-10-21', '/openai/deployments/ours/chat/completions?api-version=2024-10-21'],
  ])('is a chat at the right path (version %s)', async (apiVersion, path) => {
    const upstream = await startUpstream(json(200, openaiText.whole));
    const baseUrl = new URL(upstream.baseUrl).origin;
    const provider = createAzure({ name: 'azure', baseUrl, apiKey: 'secret', apiVersion });
    closing.push(
      () => provider.close(),
      () => upstream.close(),
    );
    const body = { model: 'ours', max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }] };
    const pieces: Buffer[] = [];
    const error = await new Promise<UpstreamError | null>((resolve) => {
      provider.send(
        {
          protocol: anthropicMessages,
          model: modelNamed('ours'),
          body: Buffer.from(JSON.stringify(body)),
          stream: false,
          timeoutMs: 10_000,
          headers: {},
        },
        { head: () => {}, data: (bytes) => pieces.push(bytes), end: () => resolve(null), fail: resolve },
      );
    });
    expect(error).toBeNull();
    expect(JSON.parse(Buffer.concat(pieces).toString())).toMatchObject({ content: [{ text: 'Hello, wörld.' }] });
    const [request] = upstream.requests;
    expect(request?.head.url).toBe(path);
    expect(request?.head.headers['api-key']).toBe('secret');
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ model: 'ours', max_completion_tokens: 50 });
  });
});
