/** The openai package's responses against the gateway, carried over to models of vendors that speak other protocols. */
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import anthropicText from '../providers/fixtures/anthropic/text.fixture.json' with { type: 'json' };
import anthropicTools from '../providers/fixtures/anthropic/tools.fixture.json' with { type: 'json' };
import { json, stream } from '../providers/upstream.ts';
import { response as responseOf, usage } from '../wire/response-events.ts';
import { idOf, recordOf } from './harness.ts';
import {
  callsOf,
  eventsOf,
  expectRising,
  messageItem,
  type ResponsesGateway,
  startResponses,
  textOf,
  weather,
} from './responses-house.ts';

let gateway: ResponsesGateway;
beforeAll(async () => {
  gateway = await startResponses();
});
beforeEach(() => {
  gateway.answer = (response) => response.destroy();
});
afterAll(() => gateway.replayAndStop());

const sent = () => JSON.parse(gateway.lastBody());
const claude = 'anthropic/claude-haiku-4-5';

describe('a model that speaks chats only', () => {
  const model = 'sandbox/small';

  it('answers whole', async () => {
    const { data, response } = await gateway.openai.responses
      .create({ model, input: 'Hello there', instructions: 'Be kind.', max_output_tokens: 200 })
      .withResponse();
    expect(data).toMatchObject({
      id: `resp_${idOf(response).slice(4)}`,
      object: 'response',
      status: 'completed',
      instructions: 'Be kind.',
      max_output_tokens: 200,
      store: false,
      output: [{ type: 'message', role: 'assistant', status: 'completed' }],
    });
    expect(data.output_text).toContain('Hello there');
    expect(data.usage?.total_tokens).toBe((data.usage?.input_tokens ?? 0) + (data.usage?.output_tokens ?? 0));
    const record = await recordOf(gateway, idOf(response));
    expect(record).toMatchObject({ status: 'ok', usage: { outputTokens: data.usage?.output_tokens } });
  });

  it('answers as a stream that the SDK puts together', async () => {
    const whole = await gateway.openai.responses.create({ model, input: 'Hello there' });
    const streaming = gateway.openai.responses.stream({ model, input: 'Hello there' });
    const events: ResponseStreamEvent[] = [];
    for await (const event of streaming) events.push(event);
    expectRising(events);
    const final = await streaming.finalResponse();
    expect(textOf(final.output)).toBe(whole.output_text);
    expect(final.usage).toEqual(whole.usage);
    expect([...new Set(events.map(({ type }) => type))]).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  it.each([false, true])('calls tools and reads their results (streamed: %s)', async (streamed) => {
    const ask = { model, input: 'What does get_weather say?', tools: [weather] };
    const first = streamed
      ? await gateway.openai.responses.stream(ask).finalResponse()
      : await gateway.openai.responses.create(ask);
    const [call] = callsOf(first.output);
    expect(call).toMatchObject({ name: 'get_weather', status: 'completed' });
    expect(JSON.parse(call?.arguments ?? '')).toHaveProperty('city');
    const second = await gateway.openai.responses.create({
      ...ask,
      input: [
        { role: 'user', content: ask.input },
        ...first.output.map((item) => structuredClone(item)),
        { type: 'function_call_output', call_id: call?.call_id ?? '', output: 'Sunny all day' },
      ],
    });
    expect(second.output_text).toContain('Sunny all day');
  });

  it('follows a JSON schema', async () => {
    const parsed = await gateway.openai.responses.parse({
      model,
      input: 'Hello there',
      text: {
        format: {
          type: 'json_schema',
          name: 'greeting',
          strict: true,
          schema: {
            type: 'object',
            properties: { words: { type: 'string' }, count: { type: 'integer', minimum: 2 } },
            required: ['words', 'count'],
            additionalProperties: false,
          },
        },
      },
    });
    expect(JSON.parse(parsed.output_text)).toMatchObject({ words: expect.any(String), count: expect.any(Number) });
  });

  it.each([false, true])('says why it stopped before its end (streamed: %s)', async (streamed) => {
    const response = await gateway.respond({ model, input: 'Hello there', max_output_tokens: 2, stream: streamed });
    const text = await response.text();
    const got = streamed ? Object(eventsOf(text).at(-1)).response : JSON.parse(text);
    expect(got).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  });

  it.each([
    [{ previous_response_id: 'resp_1' }, /previous_response_id.*send the whole conversation/],
    [{ conversation: 'conv_1' }, /conversation/],
    [{ tools: [{ type: 'web_search' }] }, /tools\.0\.type "web_search"/],
    [{ tools: [{ type: 'custom', name: 'run' }] }, /"custom"/],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, /"item_reference"/],
    [{ input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] }, /image by its id/],
    [{ store: true }, /store "true"/],
    [{ truncation: 'auto' }, /truncation "auto"/],
    [{ service_tier: 'priority' }, /service_tier "priority"/],
    [{ include: ['message.output_text.logprobs'] }, /include\.0/],
    [{ top_logprobs: 5 }, /top_logprobs/],
    [{ text: { verbosity: 'low' } }, /text\.verbosity "low"/],
    [{ of_tomorrow: 1 }, /of_tomorrow/],
  ])('is not asked for what cannot be carried over: %j', async (more, why) => {
    const response = await gateway.respond({ model, input: 'Hi', ...more });
    expect(response.status).toBe(400);
    const { error } = JSON.parse(await response.text());
    expect(error).toMatchObject({ code: 'model_unsupported' });
    expect(error.message).toMatch(why);
  });
});

describe('a conversation', () => {
  it('begun with one vendor goes on with another, who is not sent thoughts that it does not know', async () => {
    gateway.answer = json(200, {
      ...anthropicText.whole,
      content: [{ type: 'thinking', thinking: 'Greet them.', signature: 'c2ln' }, ...anthropicText.whole.content],
    });
    const first = await gateway.openai.responses.create({ model: claude, input: 'Hi' });
    expect(first.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
    expect(first.output[0]).toMatchObject({ summary: [{ type: 'summary_text', text: 'Greet them.' }] });
    gateway.answer = json(200, responseOf('completed', [messageItem('Yes')], { usage }));
    const said = { role: 'user' as const, content: 'And?' };
    await gateway.openai.responses.create({
      model: 'house/one',
      input: [...first.output.map((item) => structuredClone(item)), said],
    });
    expect(sent().input).toEqual([first.output[1], said]);
  });
});

describe('a model of Anthropic', () => {
  it('gets text, images, files, thoughts by effort, tools and results in its own protocol', async () => {
    gateway.answer = json(200, anthropicText.whole);
    const data = await gateway.openai.responses.create({
      model: claude,
      instructions: 'Be kind.',
      max_output_tokens: 9000,
      reasoning: { effort: 'low' },
      safety_identifier: 'person-1',
      parallel_tool_calls: false,
      tools: [weather],
      include: ['reasoning.encrypted_content'],
      store: false,
      input: [
        { role: 'developer', content: 'Answer in English.' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look' },
            { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0=', detail: 'auto' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          ],
        },
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' },
        {
          type: 'message',
          role: 'assistant',
          id: 'msg_1',
          status: 'completed',
          content: [{ type: 'output_text', text: 'I ask.', annotations: [] }],
        },
        { type: 'function_call', id: 'fc_1', call_id: 'toolu_1', name: 'get_weather', arguments: '{"city":"Rome"}' },
        { type: 'function_call', call_id: 'toolu_2', name: 'get_weather', arguments: '' },
        { type: 'function_call_output', call_id: 'toolu_1', output: 'Sunny' },
        { type: 'function_call_output', call_id: 'toolu_2', output: [{ type: 'input_text', text: 'Rain' }] },
      ],
    });
    expect(data.output_text).toBe('Hello, wörld.');
    expect(data.usage).toMatchObject({ input_tokens_details: { cached_tokens: 75 } });
    const body = sent();
    expect(body).toMatchObject({
      system: [{ text: 'Be kind.' }, { text: 'Answer in English.' }],
      thinking: { type: 'enabled', budget_tokens: 2048 },
      metadata: { user_id: 'person-1' },
      tool_choice: { disable_parallel_tool_use: true },
      tools: [{ name: 'get_weather', description: 'Tells the weather.' }],
    });
    expect(body.messages).toMatchObject([
      { role: 'user', content: [{ type: 'text', text: 'Look' }, { type: 'image' }, { type: 'document' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I ask.' },
          { type: 'tool_use', id: 'toolu_1', input: { city: 'Rome' } },
          { type: 'tool_use', id: 'toolu_2', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1' },
          { type: 'tool_result', tool_use_id: 'toolu_2' },
        ],
      },
    ]);
  });

  it.each([false, true])('answers with calls (streamed: %s)', async (streamed) => {
    gateway.answer = streamed ? stream(anthropicTools.stream) : json(200, anthropicTools.whole);
    const ask = { model: claude, input: 'Hi', tools: [weather], max_output_tokens: 900 };
    const data = streamed
      ? await gateway.openai.responses.stream(ask).finalResponse()
      : await gateway.openai.responses.create(ask);
    const calls = callsOf(data.output);
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) expect(typeof JSON.parse(call.arguments)).toBe('object');
    expect(new Set(data.output.map(({ id }) => id)).size).toBe(data.output.length);
  });
});
