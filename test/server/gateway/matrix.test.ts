/** Every protocol that clients speak, to every protocol that vendors speak: the same is said on both sides. */
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, sse, stream } from '../providers/upstream.ts';
import { eventually } from './harness.ts';
import { type Asked, CLIENTS } from './matrix-clients.ts';
import { type MatrixHouse, startMatrix } from './matrix-house.ts';
import { type Said, UPSTREAMS, USED } from './matrix-upstreams.ts';

let house: MatrixHouse;
beforeAll(async () => {
  house = await startMatrix();
});
afterAll(() => house.stop());

const WEATHER = { id: 'call_a', name: 'weather', pieces: ['{"ci', 'ty":"Os', 'lo"}'] };
const CLOCK = { id: 'call_b', name: 'clock', pieces: [] };
const PICTURE = 'data:image/png;base64,aGFsbG8=';
/** An address that would be broken by being written anew. */
const SIGNED = 'https://pictures.example/a%2fb.png?sig=a%2Bb/c==&x=[1]';

const SAID: readonly (readonly [string, Said])[] = [
  ['a text', { text: ['Grüß ', 'Gott 🚦'], stop: 'end' }],
  ['a text that is cut off', { text: ['Grüß'], stop: 'limit' }],
  ['a call', { calls: [WEATHER], stop: 'calls' }],
  ['a text and two calls', { text: ['I look.'], calls: [WEATHER, CLOCK], stop: 'calls' }],
  ['thoughts and a text', { reasoning: ['Let me ', 'see.'], text: ['Fine.'], stop: 'end' }],
  ['thoughts, a text and a call', { reasoning: ['Hm.'], text: ['So.'], calls: [WEATHER], stop: 'calls' }],
  ['a text that turns into a refusal', { text: ['I '], stop: 'refusal' }],
];

/** What a client has to see of that. */
function expected({ reasoning = [], text = [], calls = [], stop }: Said) {
  return {
    text: text.join(''),
    reasoning: reasoning.join(''),
    calls: calls.map(({ id, name, pieces }) => ({ id, name, input: JSON.parse(pieces.join('') || '{}') })),
    stop,
    usage: USED,
  };
}

/** Sends a stream in pieces, each in a turn of its own. */
async function inPieces(response: ServerResponse, bytes: Buffer, size: number): Promise<void> {
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let at = 0; at < bytes.length; at += size) {
    response.write(bytes.subarray(at, at + size));
    await nextTurn();
  }
  response.end();
}

/** By status of the vendor, that of the gateway. */
const STATUSES = [
  [400, 400],
  [401, 502],
  [404, 404],
  [413, 400],
  [429, 429],
  [500, 502],
  [529, 502],
] as const;

for (const [clientName, client] of Object.entries(CLIENTS)) {
  for (const [upstreamName, upstream] of Object.entries(UPSTREAMS)) {
    // OpenAI speaks its responses itself: nothing is carried over.
    if (clientName === 'responses' && upstreamName === 'openai') continue;
    describe(`a client of ${clientName} and a vendor of ${upstreamName}`, () => {
      const ask: Asked = { model: upstream.model, text: 'Hello there', instructions: 'Be kind.' };
      const heard = () => upstream.heard(house.lastSent());

      it.each(SAID)('hears %s, whole and as a stream', async (_, said) => {
        const tools = said.calls ? ['weather', 'clock'] : undefined;
        const asked = { ...ask, ...(tools && { tools }) };
        house.answer = json(200, upstream.whole(said));
        expect(await client.whole(house, asked)).toEqual(expected(said));
        expect(house.upstream.requests.at(-1)?.head.url).toBe(upstream.path);
        expect(heard()).toMatchObject({ texts: ['Be kind.', 'Hello there'], tools: tools ?? [], limit: 4000 });
        house.answer = stream(upstream.events(said));
        expect(await client.streamed(house, asked)).toEqual(expected(said));
        expect(heard()).toMatchObject({ texts: ['Be kind.', 'Hello there'], tools: tools ?? [], limit: 4000 });
      });

      it('sends a picture, a schema, and what tools have given', async () => {
        house.answer = json(200, upstream.whole({ text: ['{}'], stop: 'end' }));
        const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
        for (const picture of [PICTURE, SIGNED]) {
          await client.whole(house, { ...ask, picture, schema });
          expect(heard()).toMatchObject({ texts: ['Be kind.', 'Hello there'], pictures: [picture], schema });
        }
        const earlier = [
          { id: 'call_a', name: 'weather', input: { city: 'Oslo' }, result: '7 degrees' },
          { id: 'call_b', name: 'clock', input: {}, result: 'noon' },
        ];
        await client.whole(house, { ...ask, tools: ['weather', 'clock'], earlier });
        expect(heard()).toMatchObject({
          calls: earlier.map(({ id, name, input }) => ({ id, name, input })),
          results: ['7 degrees', 'noon'],
        });
      });

      it.each(STATUSES)('is told of a failure with status %s as %s', async (status, ours) => {
        house.answer = json(status, upstream.error(status, 'It is so.'));
        for (const send of [client.whole, client.streamed]) {
          const failed = await send(house, ask).catch((thrown: unknown) => thrown);
          expect(failed).toMatchObject({ status: ours });
          expect(failed).toBeInstanceOf(client.errorClass(ours));
        }
      });

      it('hears the same in pieces of any size, with other line ends', async () => {
        const said: Said = { reasoning: ['Hm.'], text: ['Grüß ', 'Gott 🚦'], calls: [WEATHER, CLOCK], stop: 'calls' };
        const bytes = Buffer.from(sse(upstream.events(said)).replaceAll('\n', '\r\n'));
        for (const size of [1, 7, 64]) {
          house.answer = (response) => void inPieces(response, bytes, size);
          expect(await client.streamed(house, { ...ask, tools: ['weather', 'clock'] })).toEqual(expected(said));
        }
      });

      it('is told of a stream that breaks off', async () => {
        const events = upstream.events({ text: ['One ', 'two'], stop: 'end' });
        house.answer = (response) =>
          response
            .writeHead(200, { 'content-type': 'text/event-stream' })
            .write(sse(events.slice(0, -4)), () => response.destroy());
        await expect(client.streamed(house, ask)).rejects.toThrow('broke off');
      });

      it('hangs up, and the vendor is hung up on', async () => {
        let hungUp = false;
        house.answer = (response) => {
          response.on('close', () => {
            hungUp = true;
          });
          const events = upstream.events({ text: ['One ', 'two'], stop: 'end' });
          response.writeHead(200, { 'content-type': 'text/event-stream' }).write(sse(events.slice(0, -4)));
        };
        await expect(client.hangUp(house, ask)).rejects.toThrow(/abort/i);
        await eventually(() => expect(hungUp).toBe(true));
      });
    });
  }
}

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

  it('is not asked for where it says nothing', async () => {
    house.answer = json(200, UPSTREAMS.openai.whole({ text: ['So'], stop: 'end' }));
    const more = {
      ...{ container: null, cache_control: { type: 'ephemeral' }, service_tier: 'auto', temperature: 1 },
      thinking: { type: 'adaptive' },
      ...inMessage([{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' }, citations: null }]),
    };
    const asked = { model: UPSTREAMS.openai.model, text: 'Hello', more };
    expect((await CLIENTS.messages.whole(house, asked)).text).toBe('So');
  });
});

describe('an answer that is refused before it began is a failure, so that another model can take over', () => {
  const refused = { status: 400 };

  it('of Anthropic to a client of chat', async () => {
    const said: Said = { stop: 'refusal' };
    const asked = { model: UPSTREAMS.anthropic.model, text: 'Hello' };
    house.answer = json(200, UPSTREAMS.anthropic.whole(said));
    await expect(CLIENTS.chat.whole(house, asked)).rejects.toMatchObject({ ...refused, code: 'content_refused' });
    house.answer = stream(UPSTREAMS.anthropic.events(said));
    await expect(CLIENTS.chat.streamed(house, asked)).rejects.toMatchObject({ ...refused, code: 'content_refused' });
  });

  it('of OpenAI to a client of messages, in the words of the model', async () => {
    const asked = { model: UPSTREAMS.openai.model, text: 'Hello' };
    const message = { role: 'assistant', content: null, refusal: 'I cannot help with that.' };
    house.answer = json(200, {
      ...UPSTREAMS.openai.whole({ stop: 'end' }),
      choices: [{ index: 0, message, finish_reason: 'stop' }],
    });
    await expect(CLIENTS.messages.whole(house, asked)).rejects.toThrow('I cannot help with that.');
    const [begin, ...end] = UPSTREAMS.openai.events({ stop: 'end' });
    const pieces = ['I cannot ', 'help with that.'].map((refusal) => ({
      data: { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { refusal } }] },
    }));
    house.answer = stream([...(begin ? [begin] : []), ...pieces, ...end]);
    await expect(CLIENTS.messages.streamed(house, asked)).rejects.toThrow('I cannot help with that.');
  });
});
