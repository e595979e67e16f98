/** What the protocol of a client says and that of a vendor cannot: each is an error that names it, and nothing is sent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json } from '../providers/upstream.ts';
import { CLIENTS } from './matrix-clients.ts';
import { type MatrixHouse, startMatrix } from './matrix-house.ts';
import { UPSTREAMS } from './matrix-upstreams.ts';

let house: MatrixHouse;
beforeAll(async () => {
  house = await startMatrix();
});
afterAll(() => house.stop());

/** The address of a picture. */
const ADDRESS = 'https://pictures.example/a.png';

describe('what another protocol has no place for is named, and nothing is sent', () => {
  const inMessage = (content: readonly object[]) => ({ messages: [{ role: 'user', content }] });
  const result = (content: unknown) => inMessage([{ type: 'tool_result', tool_use_id: 'a', content }]);
  const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } };

  it.each<[string, object]>([
    ['n 2', { n: 2 }],
    ['seed 7', { seed: 7 }],
    ['logprobs true', { logprobs: true }],
    ['functions', { functions: [{ name: 'f' }] }],
    ['web_search_options', { web_search_options: {} }],
  ])('of chat to Anthropic: %s', async (name, more) => {
    const sent = house.upstream.requests.length;
    const asked = { model: UPSTREAMS.anthropic.model, text: 'Hello', more };
    await expect(CLIENTS.chat.whole(house, asked)).rejects.toThrow(name);
    expect(house.upstream.requests.length).toBe(sent);
  });

  it.each<[string, object]>([
    ['top_k', { top_k: 5 }],
    ['context_management', { context_management: { edits: [] } }],
    ['tools.0.type "web_search_20250305"', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['tools.0.input_examples', { tools: [{ name: 't', input_schema: { type: 'object' }, input_examples: [] }] }],
    [
      'messages.0.content.0.citations',
      inMessage([{ type: 'document', source: { type: 'text', data: 'a' }, citations: { enabled: true } }]),
    ],
    ['messages.0.content.0.source.type "file"', inMessage([{ type: 'image', source: { type: 'file', file_id: 'f' } }])],
    [
      'messages.0.content.0.type "search_result"',
      inMessage([{ type: 'search_result', source: 'a', title: 'b', content: [] }]),
    ],
    [
      'messages.1.role "system"',
      {
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'system', content: 'Stop' },
        ],
      },
    ],
    ['image or file in the result of a tool', result([{ type: 'text', text: 'See' }, picture])],
    [
      'PDF file parts with URLs',
      inMessage([{ type: 'document', source: { type: 'url', url: 'https://a.example/a.pdf' } }]),
    ],
  ])('of messages to OpenAI: %s', async (name, more) => {
    const sent = house.upstream.requests.length;
    const asked = { model: UPSTREAMS.openai.model, text: 'Hello', more };
    const failed = await CLIENTS.messages.whole(house, asked).catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject({ status: 400, error: { error: { code: 'model_unsupported' } } });
    expect(failed).toMatchObject({ message: expect.stringContaining(name.replaceAll('"', '\\"')) });
    expect(house.upstream.requests.length).toBe(sent);
  });

  /** By client, how it asks for one tool at a time. */
  const ONE_TOOL: Readonly<Record<keyof typeof CLIENTS, object>> = {
    chat: { parallel_tool_calls: false },
    responses: { parallel_tool_calls: false },
    messages: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
  };
  const BYTES_ALONE = [UPSTREAMS.google, UPSTREAMS.bedrock];

  it.each(Object.entries(CLIENTS))('of %s to vendors who fetch nothing', async (name, client) => {
    const sent = house.upstream.requests.length;
    for (const { model } of BYTES_ALONE) {
      for (const send of [client.whole, client.streamed]) {
        const failed = await send(house, { model, text: 'See', picture: ADDRESS }).catch((thrown: unknown) => thrown);
        expect(failed, `${name} to ${model}`).toMatchObject({
          status: 400,
          message: expect.stringContaining('by its address; send its bytes'),
        });
      }
    }
    expect(house.upstream.requests.length).toBe(sent);
  });

  it.each(Object.entries(CLIENTS))('of %s to Google: one tool at a time', async (name, client) => {
    const sent = house.upstream.requests.length;
    const more = Object.entries(ONE_TOOL).find(([of]) => of === name)?.[1] ?? {};
    const asked = { model: UPSTREAMS.google.model, text: 'Hello', tools: ['weather'], more };
    await expect(client.whole(house, asked)).rejects.toThrow('one tool at a time');
    expect(house.upstream.requests.length).toBe(sent);
  });

  it.each<[string, string, object]>([
    [UPSTREAMS.bedrock.model, 'top_k', { top_k: 5 }],
    [UPSTREAMS.google.model, 'in the result of a tool', result([{ type: 'text', text: 'See' }, picture])],
    [
      UPSTREAMS.google.model,
      'by its address in the result of a tool',
      result([{ type: 'image', source: { type: 'url', url: 'https://a.example/a.png' } }]),
    ],
    [
      UPSTREAMS.bedrock.model,
      'by its address in the result of a tool',
      result([{ type: 'image', source: { type: 'url', url: 'https://a.example/a.png' } }]),
    ],
  ])('of messages to %s: %s', async (model, name, more) => {
    const sent = house.upstream.requests.length;
    await expect(CLIENTS.messages.whole(house, { model, text: 'Hello', tools: ['a'], more })).rejects.toThrow(name);
    expect(house.upstream.requests.length).toBe(sent);
  });

  it.each<[string, object]>([
    ['n 2', { n: 2 }],
    ['seed 7', { seed: 7 }],
    ['audio', { audio: { voice: 'a', format: 'wav' } }],
  ])('of chat to Google and Bedrock: %s', async (name, more) => {
    const sent = house.upstream.requests.length;
    for (const { model } of BYTES_ALONE) {
      await expect(CLIENTS.chat.whole(house, { model, text: 'Hello', more })).rejects.toThrow(name);
    }
    expect(house.upstream.requests.length).toBe(sent);
  });

  it('has one result for each call, whatever it is made of', async () => {
    const pieces = result([
      { type: 'text', text: 'One' },
      { type: 'text', text: 'two' },
    ]);
    const { messages: given } = pieces;
    const calls = { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'weather', input: {} }] };
    const more = { messages: [{ role: 'user', content: 'Hi' }, calls, ...given] };
    for (const upstream of [UPSTREAMS.google, UPSTREAMS.bedrock]) {
      house.answer = json(200, upstream.whole({ text: ['So'], stop: 'end' }));
      await CLIENTS.messages.whole(house, { model: upstream.model, text: '', tools: ['weather'], more });
      const { calls: sent, results } = upstream.heard(house.lastSent());
      expect(sent).toEqual([{ id: 'a', name: 'weather', input: {} }]);
      expect(results).toEqual(upstream === UPSTREAMS.google ? ['One\n\ntwo'] : ['One', 'two']);
    }
  });

  it('has an image as a result where a family takes that', async () => {
    const calls = { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'see', input: {} }] };
    const { messages: given } = result([{ type: 'text', text: 'See' }, picture]);
    const more = { messages: [{ role: 'user', content: 'Hi' }, calls, ...given] };
    house.answer = json(200, UPSTREAMS.google.whole({ text: ['So'], stop: 'end' }));
    await CLIENTS.messages.whole(house, { model: 'google/gemini-3-pro-preview', text: '', tools: ['see'], more });
    expect(JSON.parse(house.lastSent()).contents.at(-1)).toMatchObject({
      parts: [
        {
          functionResponse: {
            id: 'a',
            name: 'see',
            response: { content: 'See' },
            parts: [{ inlineData: { mimeType: 'image/png', data: 'aGk=' } }],
          },
        },
      ],
    });
  });

  it('is not asked for where it says nothing', async () => {
    house.answer = json(200, UPSTREAMS.openai.whole({ text: ['So'], stop: 'end' }));
    const more = {
      container: null,
      cache_control: { type: 'ephemeral' },
      service_tier: 'auto',
      temperature: 1,
      thinking: { type: 'adaptive' },
      ...inMessage([{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' }, citations: null }]),
    };
    const asked = { model: UPSTREAMS.openai.model, text: 'Hello', more };
    expect((await CLIENTS.messages.whole(house, asked)).text).toBe('So');
  });
});
