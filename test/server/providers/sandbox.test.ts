import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chatBody, viewOfChat } from '../../../policies/chat.ts';
import { inputTokenBound } from '../../../policies/price.ts';
import { SANDBOX_MODELS, type Sandbox, startSandbox } from '../../../server/providers/sandbox/sandbox.ts';

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;

const user = (content: string) => ({ role: 'user' as const, content });
const search = {
  type: 'function' as const,
  function: {
    name: 'find_city',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        unit: { enum: ['C', 'F'] },
        days: { type: 'integer', minimum: 2 },
        note: { type: 'string' },
      },
      required: ['city', 'unit', 'days'],
    },
  },
};

describe('the sandbox, asked by the OpenAI package', () => {
  let sandbox: Sandbox;
  let client: OpenAI;
  beforeAll(async () => {
    sandbox = await startSandbox();
    client = new OpenAI({ baseURL: sandbox.baseUrl, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => sandbox.close());
  beforeEach(() => sandbox.faults.clear());

  const ask = (body: Partial<Body> = {}) =>
    client.chat.completions.create({ model: 'small', messages: [user('hello')], ...body });
  const message = async (body: Partial<Body> = {}) => (await ask(body)).choices[0]!.message;

  it('lists its models', async () => {
    const names = (await client.models.list()).data.map((model) => model.id);
    expect(names).toEqual(SANDBOX_MODELS.map((model) => model.name));
  });

  it('says that it is simulated and what it was sent, the same every time', async () => {
    const messages = [{ role: 'system' as const, content: 'Be brief.' }, user('my words')];
    const first = await ask({ messages });
    expect(first.choices[0]?.message.content).toMatch(/^\[Simulated answer of sandbox\/small.*Be brief.*my words/);
    expect(first.usage?.total_tokens).toBe(first.usage!.prompt_tokens + first.usage!.completion_tokens);
    expect(await ask({ messages })).toEqual(first);
  });

  it('streams the same text in pieces, with usage when asked', async () => {
    const whole = await ask();
    const stream = await client.chat.completions.create({
      model: 'small',
      messages: [user('hello')],
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
  });

  it('keeps to the limit, and gives as many choices as asked for', async () => {
    const answer = await ask({ n: 3, max_tokens: 5 });
    expect(answer.choices.map((choice) => choice.finish_reason)).toEqual(['length', 'length', 'length']);
    expect(answer.choices[0]?.message.content?.length).toBe(20);
    expect(answer.usage?.completion_tokens).toBe(15);
  });

  it('calls a tool that is mentioned or forced, and answers when it has the result', async () => {
    const tools = [search];
    const call = (await message({ tools, messages: [user('Find city: Bern')] })).tool_calls?.[0];
    if (call?.type !== 'function') throw new Error('no call of a function');
    expect(JSON.parse(call.function.arguments)).toEqual({ city: 'Find city: Bern', unit: 'C', days: 2 });
    expect((await message({ tools })).tool_calls).toBeUndefined();
    expect((await message({ tools, tool_choice: 'required' })).tool_calls?.[0]).toMatchObject({
      function: { name: 'find_city' },
    });
    const forced = { type: 'function' as const, function: { name: 'find_city' } };
    expect((await ask({ tools, tool_choice: forced })).choices[0]?.finish_reason).toBe('tool_calls');
    expect((await message({ tools, tool_choice: 'none', messages: [user('find city')] })).tool_calls).toBeUndefined();
    const result = { role: 'tool' as const, tool_call_id: call.id, content: 'sunny' };
    const asked = { role: 'assistant' as const, tool_calls: [call] };
    expect((await message({ tools, messages: [user('Find city: Bern'), asked, result] })).content).toContain('sunny');
  });

  it('streams a call so that the package can put it together', async () => {
    const stream = client.chat.completions.stream({ model: 'small', tools: [search], messages: [user('find city')] });
    const call = (await stream.finalChatCompletion()).choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({
      function: { name: 'find_city', arguments: '{"city":"find city","unit":"C","days":2}' },
    });
  });

  it('answers in the form that a schema asks for, and acknowledges images', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, tags: { type: 'array', items: { $ref: '#/$defs/tag' } } },
      $defs: { tag: { const: 'x' } },
    };
    const { content } = await message({ response_format: { type: 'json_schema', json_schema: { name: 'n', schema } } });
    expect(JSON.parse(content ?? '')).toEqual({ name: 'hello', tags: ['x'] });
    const image = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AAAA' } };
    expect(
      (await message({ messages: [{ role: 'user', content: [{ type: 'text', text: 'what?' }, image] }] })).content,
    ).toContain('1 image');
  });

  it('fails as the model name says, as the map says, and not otherwise', async () => {
    await expect(ask({ model: 'small?fault=429' })).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    await expect(ask({ model: 'small?fault=503&usage=none' })).rejects.toMatchObject({ status: 503 });
    await expect(ask({ model: 'small?fault=unheard' })).rejects.toMatchObject({ status: 400, code: 'unknown_fault' });
    await expect(ask({ model: 'nothing' })).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    sandbox.faults.set('small', 'fault=500');
    await expect(ask()).rejects.toMatchObject({ status: 500 });
    await expect(ask({ model: 'large' })).resolves.toBeDefined();
    sandbox.faults.delete('small');
    await expect(ask({ model: 'small?delay=5' })).resolves.toBeDefined();
  });

  it("reports the gateway's own bound, something below it, or nothing", async () => {
    const body = { messages: [user('Grüße 😀')], tools: [search], max_completion_tokens: 40, n: 2 };
    const view = viewOfChat(chatBody.parse({ model: 'small', ...body }));
    const bound = inputTokenBound(view, SANDBOX_MODELS[0]!);
    const usage = async (mode: string) => (await ask({ ...body, model: `small?usage=${mode}` })).usage;
    expect(await usage('exact')).toMatchObject({ prompt_tokens: bound, completion_tokens: 80 });
    const random = await usage('random');
    expect(random!.prompt_tokens).toBeLessThanOrEqual(bound);
    expect(random!.completion_tokens).toBeLessThanOrEqual(80);
    expect(await usage('random')).toEqual(random);
    expect(await usage('none')).toBeUndefined();
    const said = (await ask(body)).usage!;
    expect(said.prompt_tokens).toBeLessThan(bound);
  });
});
