/** Every protocol that clients speak, to every protocol that vendors speak: the same is said on both sides. */
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, stream, streamHead } from '../providers/upstream.ts';
import { answerOf, response, sse, usage } from '../wire/response-events.ts';
import { eventually } from './harness.ts';
import { type Asked, CLIENTS } from './matrix-clients.ts';
import { type MatrixHouse, startMatrix } from './matrix-house.ts';
import {
  beginStream,
  bytesOf,
  type Said,
  streaming,
  UPSTREAMS,
  type UpstreamProtocol,
  USED,
} from './matrix-upstreams.ts';

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

/** The events of a stream that has begun, without those of its end. */
const begun = (upstream: UpstreamProtocol) =>
  upstream.events({ text: ['One ', 'two ', 'three ', 'four ', 'five'], stop: 'end' }).slice(0, -4);

/** Sends a stream in pieces, each in a turn of its own. */
async function inPieces(
  upstream: UpstreamProtocol,
  response: ServerResponse,
  bytes: Buffer,
  size: number,
): Promise<void> {
  response.socket?.setNoDelay(true);
  beginStream(upstream, response);
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
  for (const [upstreamName, upstream] of Object.entries<UpstreamProtocol>(UPSTREAMS)) {
    // Who speaks responses is answered for elsewhere: nothing is carried over, and nothing is to be heard in chats.
    if (clientName === 'responses' && upstream.speaks.includes('responses')) continue;
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
        house.answer = streaming(upstream, said);
        expect(await client.streamed(house, asked)).toEqual(expected(said));
        expect(house.upstream.requests.at(-1)?.head.url).toBe(upstream.streamPath ?? upstream.path);
        expect(heard()).toMatchObject({ texts: ['Be kind.', 'Hello there'], tools: tools ?? [], limit: 4000 });
      });

      it('sends a picture and a schema, and hears what has that form', async () => {
        const form = '{"a":"Grüß"}';
        const said = upstream.inForm?.(form) ?? { text: [form], stop: 'end' };
        house.answer = json(200, upstream.whole(said));
        const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
        for (const picture of [PICTURE, ...(upstream.fetchesPictures ? [SIGNED] : [])]) {
          expect(await client.whole(house, { ...ask, picture, schema })).toMatchObject({
            text: form,
            calls: [],
            stop: 'end',
          });
          expect(heard()).toMatchObject({ texts: ['Be kind.', 'Hello there'], pictures: [picture], schema });
        }
        house.answer = streaming(upstream, said);
        expect(await client.streamed(house, { ...ask, schema })).toMatchObject({ text: form, calls: [], stop: 'end' });
      });

      it('sends what tools have given', async () => {
        house.answer = json(200, upstream.whole({ text: ['So.'], stop: 'end' }));
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
        const plain = bytesOf(upstream, upstream.events(said));
        const bytes = upstream.frames ? plain : Buffer.from(plain.toString().replaceAll('\n', '\r\n'));
        for (const size of [1, 7, 64]) {
          house.answer = (response) => void inPieces(upstream, response, bytes, size);
          expect(await client.streamed(house, { ...ask, tools: ['weather', 'clock'] })).toEqual(expected(said));
        }
      });

      it('is told of a stream that breaks off', async () => {
        const bytes = bytesOf(upstream, begun(upstream));
        // As a connection that breaks does, and as a server that closes it in good order.
        for (const close of [
          (response: ServerResponse) => response.destroy(),
          (response: ServerResponse) => response.end(),
        ]) {
          house.answer = (response) => beginStream(upstream, response).write(bytes, () => close(response));
          await expect(client.streamed(house, ask)).rejects.toThrow('broke off');
        }
      });

      it('hangs up, and the vendor is hung up on', async () => {
        let hungUp = false;
        house.answer = (response) => {
          response.on('close', () => {
            hungUp = true;
          });
          beginStream(upstream, response).write(bytesOf(upstream, begun(upstream)));
        };
        await expect(client.hangUp(house, ask)).rejects.toThrow(/abort/i);
        await eventually(() => expect(hungUp).toBe(true));
      });
    });
  }
}

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

  it.each(Object.entries(CLIENTS))('of Google and Bedrock to a client of %s', async (_, client) => {
    const said: Said = { stop: 'refusal' };
    for (const upstream of [UPSTREAMS.google, UPSTREAMS.bedrock]) {
      const asked = { model: upstream.model, text: 'Hello' };
      house.answer = json(200, upstream.whole(said));
      await expect(client.whole(house, asked)).rejects.toMatchObject(refused);
      house.answer = streaming(upstream, said);
      await expect(client.streamed(house, asked)).rejects.toMatchObject(refused);
    }
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

describe('Azure without versions speaks responses itself', () => {
  it('so that they go through as they came', async () => {
    const item = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant' };
    const whole = response('completed', [{ ...item, content: [{ type: 'output_text', text: 'Hi', annotations: [] }] }]);
    house.answer = json(200, { ...whole, usage });
    const asked = { model: UPSTREAMS.azure.model, text: 'Hello', more: { truncation: 'auto' } };
    expect(await CLIENTS.responses.whole(house, asked)).toMatchObject({ text: 'Hi', usage: { input: 20, cached: 8 } });
    const [request] = house.upstream.requests.slice(-1);
    expect(request?.head.url).toBe('/openai/v1/responses');
    expect(request?.head.headers['api-key']).toBe('secret of azure');
    expect(JSON.parse(house.lastSent())).toMatchObject({ model: 'ours', truncation: 'auto' });
    const events = answerOf(['Hel', 'lo'], ['{}']);
    house.answer = (answer) => streamHead(answer).end(sse(events));
    expect(await CLIENTS.responses.streamed(house, asked)).toMatchObject({ text: 'Hello', calls: [{ name: 'f' }] });
  });
});
