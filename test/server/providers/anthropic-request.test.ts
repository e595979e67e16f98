import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createAnthropic } from '../../../server/providers/anthropic.ts';
import text from './fixtures/anthropic/text.fixture.json' with { type: 'json' };
import { assembled, completionOf, json, type SendOptions, send, startUpstream, stream } from './upstream.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(answer: (response: ServerResponse) => void) {
  const upstream = await startUpstream(answer);
  const provider = createAnthropic({ name: 'anthropic', baseUrl: upstream.baseUrl, apiKey: 'secret' });
  closing.push(
    () => provider.close(),
    () => upstream.close(),
  );
  return { upstream, provider };
}

/** What the vendor gets for a chat body. */
async function sent(body: object, options: SendOptions = {}): Promise<Record<string, unknown>> {
  const { provider, upstream } = await start(options.stream ? stream(text.stream) : json(200, text.whole));
  const { error } = await send(provider, { body, ...options });
  expect(error).toBeNull();
  return JSON.parse(upstream.requests[0]?.body ?? '');
}

/** Why a chat body is not sent. */
async function notSent(body: object, options: SendOptions = {}) {
  const { provider, upstream } = await start(json(200, text.whole));
  const { error, head } = await send(provider, { body, ...options });
  expect(upstream.requests).toHaveLength(0);
  expect(head).toBeNull();
  expect(error).toMatchObject({ billed: 'no' });
  return error;
}

const PNG = 'iVBORw0KGgo=';
const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });
const weather = {
  type: 'function',
  function: { name: 'weather', description: 'Tells', parameters: { type: 'object' } },
};

describe('what Anthropic is sent', () => {
  it('is a conversation with instructions in front and turns in order', async () => {
    const body = await sent({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'One' },
        { role: 'assistant', content: 'Two' },
        { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Three' }] },
      ],
    });
    expect(body.system).toEqual([
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'Be kind.' },
    ]);
    expect(body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'One' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Two' }] },
      { role: 'user', content: [{ type: 'text', text: 'Three' }] },
    ]);
  });

  it('leaves out messages that say nothing, which the vendor would refuse', async () => {
    const body = await sent({
      messages: [
        { role: 'system', content: '' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: '' },
        { role: 'user', content: [{ type: 'text', text: '' }] },
      ],
    });
    expect(body.system).toBeUndefined();
    expect(body.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }]);
  });

  it('has images by data and by address, and documents', async () => {
    const signed = 'https://images.test/a b.png?sig=%2f%2F';
    const body = await sent(
      user([
        { type: 'text', text: 'See' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'high' } },
        { type: 'image_url', image_url: { url: signed } },
        { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PNG}` } },
      ]),
    );
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          { type: 'image', source: { type: 'url', url: signed } },
          {
            type: 'document',
            title: 'a.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: PNG },
          },
        ],
      },
    ]);
  });

  it('has tools, parallel calls and their results', async () => {
    const call = (id: string, name: string, args: string) => ({
      id,
      type: 'function',
      function: { name, arguments: args },
    });
    const body = await sent({
      tools: [weather, { type: 'function', function: { name: 'clock', strict: true } }],
      tool_choice: 'auto',
      parallel_tool_calls: false,
      messages: [
        { role: 'user', content: 'Weather and time?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [call('call_a', 'weather', '{"city":"Oslo"}'), call('call_b', 'clock', '')],
        },
        { role: 'tool', tool_call_id: 'call_a', content: 'rain' },
        {
          role: 'tool',
          tool_call_id: 'call_b',
          content: [
            { type: 'text', text: '1' },
            { type: 'text', text: '2' },
          ],
        },
        { role: 'user', content: 'And?' },
      ],
    });
    expect(body.tools).toEqual([
      { name: 'weather', description: 'Tells', input_schema: { type: 'object' } },
      { name: 'clock', input_schema: { type: 'object', properties: {} }, strict: true },
    ]);
    expect(body.tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true });
    expect(body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Weather and time?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Oslo' } },
          { type: 'tool_use', id: 'call_b', name: 'clock', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_a', content: 'rain' },
          {
            type: 'tool_result',
            tool_use_id: 'call_b',
            content: [
              { type: 'text', text: '1' },
              { type: 'text', text: '2' },
            ],
          },
          { type: 'text', text: 'And?' },
        ],
      },
    ]);
  });

  it.each([
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
    [
      { type: 'function', function: { name: 'weather' } },
      { type: 'tool', name: 'weather' },
    ],
  ])('has the tool choice %j', async (tool_choice, expected) => {
    expect((await sent({ tools: [weather], tool_choice })).tool_choice).toEqual(expected);
  });

  it('has limits and sampling as asked', async () => {
    const body = await sent({ max_completion_tokens: 77, temperature: 0.5, stop: 'END', user: 'u-1' });
    expect(body).toMatchObject({
      model: 'claude-haiku-4-5',
      max_tokens: 77,
      temperature: 0.5,
      stop_sequences: ['END'],
      metadata: { user_id: 'u-1' },
    });
    expect(await sent({ max_tokens: 8, top_p: 0.9, stop: ['a', 'b'] })).toMatchObject({
      max_tokens: 8,
      top_p: 0.9,
      stop_sequences: ['a', 'b'],
    });
  });

  it('leaves out what asks for nothing', async () => {
    const harmless = {
      temperature: 1,
      top_p: 1,
      n: 1,
      logprobs: false,
      presence_penalty: 0,
      frequency_penalty: null,
      logit_bias: {},
      store: false,
      modalities: ['text'],
      service_tier: 'auto',
      metadata: { team: 'a' },
      stream_options: { include_usage: true },
      seed: null,
    };
    const body = await sent({ ...harmless, max_tokens: 9 }, { stream: true });
    expect(Object.keys(body).sort()).toEqual(['max_tokens', 'messages', 'model', 'stream']);
  });

  const schema = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };
  const response_format = { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } };

  it('has the answer schema, natively where the model knows it', async () => {
    expect(await sent({ response_format })).toMatchObject({
      output_config: { format: { type: 'json_schema', schema } },
    });
  });

  it.each([false, true])('forces the answer schema through a tool elsewhere (stream: %s)', async (streamed) => {
    const tool = { type: 'tool_use', id: 't', name: 'json', input: { a: 'b' } };
    const whole = { ...text.whole, content: [tool], stop_reason: 'tool_use' };
    const events = [
      ...text.stream.slice(0, 1),
      { data: { type: 'content_block_start', index: 0, content_block: { ...tool, input: {} } } },
      {
        data: { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"a":"b"}' } },
      },
      { data: { type: 'content_block_stop', index: 0 } },
      { data: { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 2 } } },
      { data: { type: 'message_stop' } },
    ];
    const { provider, upstream } = await start(streamed ? stream(events) : json(200, whole));
    const outcome = await send(provider, { model: 'claude-sonnet-4-0', body: { response_format }, stream: streamed });
    expect(JSON.parse(upstream.requests[0]?.body ?? '')).toMatchObject({
      tools: [{ name: 'json', input_schema: schema }],
      tool_choice: { type: 'any' },
    });
    if (streamed) {
      expect(assembled(outcome.text)).toMatchObject({ content: '{"a":"b"}', calls: [], finishReasons: ['stop'] });
    } else {
      expect(completionOf(outcome.text).choices[0]).toMatchObject({
        message: { content: '{"a":"b"}' },
        finish_reason: 'stop',
      });
    }
  });

  it('lets any object answer a json_object request', async () => {
    expect(await sent({ response_format: { type: 'json_object' } })).toMatchObject({
      tools: [{ name: 'json', input_schema: { type: 'object' } }],
    });
  });

  it('reasons at the effort asked for, never beyond the limit of the answer', async () => {
    const effort = (model: string, reasoning_effort: string, max_tokens: number) =>
      sent({ reasoning_effort, max_tokens }, { model });
    expect(await effort('claude-haiku-4-5', 'low', 10_000)).toMatchObject({
      max_tokens: 10_000,
      thinking: { type: 'enabled', budget_tokens: 2048 },
    });
    expect(await effort('claude-haiku-4-5', 'high', 4000)).toMatchObject({
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 2000 },
    });
    expect(await effort('claude-opus-4-6', 'minimal', 4000)).toMatchObject({
      max_tokens: 4000,
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    });
    expect(await effort('claude-sonnet-5', 'none', 4000)).toMatchObject({ thinking: { type: 'disabled' } });
  });

  it.each(['https://host', 'https://host/', 'https://host/v1', 'https://host/v1/'])(
    'goes to one path, however the address is written: %s',
    async (written) => {
      const upstream = await startUpstream(json(200, text.whole));
      const origin = upstream.baseUrl.replace('/v1', '');
      const baseUrl = written.replace('https://host', origin);
      const provider = createAnthropic({ name: 'anthropic', baseUrl, apiKey: 'secret' });
      closing.push(
        () => provider.close(),
        () => upstream.close(),
      );
      await send(provider);
      expect(upstream.requests[0]?.head.url).toBe('/v1/messages');
    },
  );
});

describe('what cannot be carried over to Anthropic', () => {
  it.each<[string, object]>([
    ['logprobs', { logprobs: true }],
    ['n 2', { n: 2 }],
    ['seed 7', { seed: 7 }],
    ['presence_penalty 0.5', { presence_penalty: 0.5 }],
    ['logit_bias', { logit_bias: { 1: 2 } }],
    ['audio', { audio: { voice: 'a', format: 'mp3' } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['service_tier flex', { service_tier: 'flex' }],
    ['functions', { functions: [] }],
    ['web_search_options', { web_search_options: {} }],
    ['shiny_new_setting', { shiny_new_setting: 1 }],
    ['constructor', { constructor: 1 }],
    [
      'messages.0.content.0.type "input_audio"',
      user([{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }]),
    ],
    ['messages.0.content.0.file.file_id', user([{ type: 'file', file: { file_data: '', file_id: 'f' } }])],
    ['file of type audio/mpeg', user([{ type: 'file', file: { file_data: 'data:audio/mpeg;base64,AA==' } }])],
    ['image_url other than', user([{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }])],
    ['messages.0.name', { messages: [{ role: 'user', name: 'Ann', content: 'Hi' }] }],
    ['messages.0.role "function"', { messages: [{ role: 'function', name: 'f', content: 'x' }] }],
    ['tools.0.type "custom"', { tools: [{ type: 'custom', custom: { name: 'x' } }] }],
    ['tool_choice.type "allowed_tools"', { tools: [weather], tool_choice: { type: 'allowed_tools' } }],
  ])('is named before anything is sent: %s', async (what, body) => {
    const error = await notSent(body);
    expect(error?.failure).toBe('unsupported');
    expect(error?.message).toContain(what);
  });

  it.each<[string, string, object]>([
    ['temperature 0.2', 'claude-opus-5', { temperature: 0.2 }],
    ['temperature 1.5', 'claude-haiku-4-5', { temperature: 1.5 }],
    ['top_p 0.9', 'claude-haiku-4-5', { temperature: 0.2, top_p: 0.9 }],
    ['tool_choice "required"', 'claude-opus-5-5', { tools: [weather], tool_choice: 'required' }],
    [
      'tool_choice of one tool',
      'claude-opus-5-5',
      { tools: [weather], tool_choice: { type: 'function', function: { name: 'weather' } } },
    ],
    ['strict tools', 'claude-sonnet-4-0', { tools: [{ ...weather, function: { name: 'w', strict: true } }] }],
    ['reasoning_effort "none"', 'claude-opus-5-5', { reasoning_effort: 'none' }],
    ['reasoning_effort "low"', 'claude-3-haiku-20240307', { reasoning_effort: 'low' }],
    ['reasoning_effort with an output limit', 'claude-haiku-4-5', { reasoning_effort: 'low', max_tokens: 2000 }],
  ])('is named where one model does not take it: %s, %s', async (what, model, body) => {
    const error = await notSent(body, { model });
    expect(error?.failure).toBe('unsupported');
    expect(error?.message).toContain(what);
  });

  it.each<[object]>([
    [{ messages: [] }],
    [{ messages: [{ role: 'user', content: 3 }] }],
    [{ max_tokens: 'many' }],
    [
      {
        messages: [
          { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '[1' } }] },
        ],
      },
    ],
  ])('is told apart from a body that breaks the protocol: %j', async (body) => {
    expect((await notSent(body))?.failure).toBe('bad_request');
  });
});
