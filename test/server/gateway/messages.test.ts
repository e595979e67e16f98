/** Anthropic's messages through the gateway to Anthropic, with the vendor's own SDK on this side. */
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import errors from '../providers/fixtures/anthropic/errors.fixture.json' with { type: 'json' };
import text from '../providers/fixtures/anthropic/text.fixture.json' with { type: 'json' };
import tools from '../providers/fixtures/anthropic/tools.fixture.json' with { type: 'json' };
import { json, sse, stream } from '../providers/upstream.ts';
import { API_KEY, eventually, graphOf, idOf, newestRecord, publish, recordOf } from './harness.ts';
import { type MatrixHouse, MODELS, startMatrix } from './matrix-house.ts';
import { messageEvents, textBlock, thinkingBlock, wholeMessage } from './message-samples.ts';

let house: MatrixHouse;
beforeAll(async () => {
  house = await startMatrix();
});
afterAll(() => house.stop());

const model = 'claude-haiku-4-5';
const ask = { model, max_tokens: 200, messages: [{ role: 'user' as const, content: 'Hello there' }] };

describe('what passes through to Anthropic', () => {
  it('is the body of the client byte for byte, with its beta headers, and the answer as it came', async () => {
    const answer = `{ "type":"message","role":"assistant","content":[ {"type":"text","text":"h\\u0065llo"} ],
      "new_field": 1.0, "stop_reason":"end_turn", "usage":{"input_tokens":3,"output_tokens":2} }`;
    house.answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    const body = `{ "model":"${model}",  "max_tokens":9,"new_thing":{"a":[1.0]},
      "messages":[{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}`;
    const response = await house.message(body, { 'anthropic-beta': 'one-2026,two-2026', 'anthropic-version': 'x' });
    expect([response.status, await response.text()]).toEqual([200, answer]);
    const { head, body: sent } = house.upstream.requests.at(-1) ?? {};
    expect(sent).toBe(body);
    expect(head?.url).toBe('/v1/messages');
    expect(head?.headers).toMatchObject({
      'anthropic-beta': 'one-2026,two-2026',
      'anthropic-version': '2023-06-01',
      'x-api-key': 'secret of anthropic',
    });
    expect(head?.headers.authorization).toBeUndefined();
  });

  it('is what the SDK has under beta', async () => {
    house.answer = json(200, text.whole);
    const message = await house.anthropic.beta.messages.create({ ...ask, betas: ['context-1m-2025-08-07'] });
    expect(message.stop_reason).toBe('end_turn');
    expect(house.upstream.requests.at(-1)?.head.headers['anthropic-beta']).toBe('context-1m-2025-08-07');
    expect(JSON.parse(house.lastSent())).toEqual(ask);
  });

  it('is a stream byte for byte, unknown events too', async () => {
    const events = [
      ...text.stream.slice(0, 4),
      { event: 'later_invention', data: { type: 'later_invention', index: 0 } },
      ...text.stream.slice(4),
    ];
    house.answer = stream(events);
    const response = await house.message({ ...ask, stream: true });
    expect(await response.text()).toBe(sse(events));
    expect(await recordOf(house, idOf(response))).toMatchObject({ status: 'ok', endpoint: 'messages', stream: true });
  });

  it('is a key as a bearer token as well', async () => {
    house.answer = json(200, text.whole);
    const client = new Anthropic({ baseURL: house.url, authToken: API_KEY, apiKey: null, maxRetries: 0 });
    expect((await client.messages.create(ask)).stop_reason).toBe('end_turn');
    const stranger = new Anthropic({ baseURL: house.url, apiKey: 'sb_unknown', maxRetries: 0 });
    await expect(stranger.messages.create(ask)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  });
});

describe('answers', () => {
  it('come whole and as a stream', async () => {
    house.answer = json(200, text.whole);
    const whole = await house.anthropic.messages.create(ask);
    expect(whole).toMatchObject({ content: [{ type: 'text', text: 'Hello, wörld.' }], stop_reason: 'end_turn' });
    house.answer = stream(text.stream);
    const streamed = await house.anthropic.messages.stream(ask).finalMessage();
    expect(streamed).toMatchObject({ content: [{ type: 'text', text: 'Hello, wörld.' }], stop_reason: 'end_turn' });
  });

  it('call several tools at once, and are told what they gave', async () => {
    const request = {
      ...ask,
      tools: [{ name: 'weather', input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } } }],
    };
    const calls = [
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Oslo' } },
      { type: 'tool_use', id: 'call_b', name: 'clock', input: {} },
    ];
    house.answer = json(200, tools.whole);
    const whole = await house.anthropic.messages.create(request);
    expect(whole).toMatchObject({ content: calls, stop_reason: 'tool_use' });
    house.answer = stream(tools.stream);
    const streamed = await house.anthropic.messages.stream(request).finalMessage();
    expect(streamed.content).toMatchObject(calls);
    house.answer = json(200, text.whole);
    const messages = [
      ...ask.messages,
      { role: 'assistant' as const, content: whole.content },
      {
        role: 'user' as const,
        content: [{ type: 'tool_result' as const, tool_use_id: 'call_a', content: '7 degrees' }],
      },
    ];
    await house.anthropic.messages.create({ ...request, messages });
    expect(JSON.parse(house.lastSent())).toEqual({ ...request, messages });
  });

  it('keep thoughts and their signatures', async () => {
    const request = { ...ask, max_tokens: 4000, thinking: { type: 'enabled' as const, budget_tokens: 2000 } };
    house.answer = stream(messageEvents([thinkingBlock('c2lnbmVk', 'Let me ', 'see.'), textBlock('Fine.')]));
    const { content } = await house.anthropic.messages.stream(request).finalMessage();
    expect(content).toMatchObject([
      { type: 'thinking', thinking: 'Let me see.', signature: 'c2lnbmVk' },
      { type: 'text', text: 'Fine.' },
    ]);
    house.answer = json(200, text.whole);
    const messages = [
      ...ask.messages,
      { role: 'assistant' as const, content },
      { role: 'user' as const, content: 'And?' },
    ];
    await house.anthropic.messages.create({ ...request, messages });
    expect(JSON.parse(house.lastSent()).messages[1].content).toEqual(content);
  });

  it('lose the thoughts of other vendors on their way back, which have no signature', async () => {
    house.answer = json(200, text.whole);
    const said = { type: 'text' as const, text: 'Fine.' };
    const thought = { type: 'thinking' as const, thinking: 'Hm.', signature: '' };
    const messages = [...ask.messages, { role: 'assistant' as const, content: [thought, said] }];
    await house.anthropic.messages.create({ ...ask, messages });
    expect(JSON.parse(house.lastSent()).messages).toEqual([...ask.messages, { role: 'assistant', content: [said] }]);
  });

  it.each(['end_turn', 'max_tokens', 'stop_sequence', 'pause_turn', 'refusal', 'model_context_window_exceeded'])(
    'say that they ended with %s',
    async (stopReason) => {
      house.answer = json(200, wholeMessage({ content: [{ type: 'text', text: 'So' }], stopReason }));
      expect((await house.anthropic.messages.create(ask)).stop_reason).toBe(stopReason);
      house.answer = stream(messageEvents([textBlock('So')], { stopReason }));
      expect((await house.anthropic.messages.stream(ask).finalMessage()).stop_reason).toBe(stopReason);
    },
  );

  it('follow a schema, with images and documents in the request', async () => {
    house.answer = json(200, wholeMessage({ content: [{ type: 'text', text: '{"a":1}' }] }));
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: 'aGk=' };
    const request = {
      ...ask,
      messages: [
        {
          role: 'user' as const,
          content: [
            { type: 'image' as const, source },
            { type: 'image' as const, source: { type: 'url' as const, url: 'https://pictures.example/a.png' } },
            {
              type: 'document' as const,
              source: { type: 'text' as const, media_type: 'text/plain' as const, data: 'Deed' },
            },
          ],
        },
      ],
      output_config: { format: { type: 'json_schema' as const, schema: { type: 'object' } } },
    };
    const { response } = await house.anthropic.messages.create(request).withResponse();
    expect(JSON.parse(house.lastSent())).toEqual(request);
    expect((await recordOf(house, idOf(response))).facts['content.images']).toBe(2);
  });
});

describe('failures', () => {
  it.each([
    [400, 'bad_request', Anthropic.BadRequestError],
    [400, 'context_too_long', Anthropic.BadRequestError],
    [429, 'rate_limited', Anthropic.RateLimitError],
    [404, 'unknown_model', Anthropic.NotFoundError],
    [502, 'server_error', Anthropic.InternalServerError],
  ] as const)('have the class of the SDK: %s', async (status, name, kind) => {
    const error = Object.entries(errors.errors).find(([one]) => one === name)?.[1];
    house.answer = json(error?.status ?? 500, error?.body);
    const failed = await house.anthropic.messages.create(ask).catch((thrown: unknown) => thrown);
    expect(failed).toBeInstanceOf(kind);
    expect(failed).toMatchObject({ status });
  });

  it('of requests that make no sense name what is wrong', async () => {
    const response = await house.message({ model, messages: ask.messages });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', code: 'invalid_request', message: expect.stringContaining('max_tokens') },
      request_id: idOf(response),
    });
  });

  it.each(['breaks off', 'sends an error', 'ends without its end'])(
    'in the middle of a stream that %s are an error event, and no end',
    async (how) => {
      let goOn = () => {};
      house.answer = (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(sse(text.stream.slice(0, 4)));
        goOn = () => {
          if (how === 'breaks off') response.destroy();
          else response.end(how === 'sends an error' ? sse([{ event: 'error', data: overloaded }]) : '');
        };
      };
      const response = await house.message({ ...ask, stream: true });
      let received = '';
      for await (const bytes of response.body ?? []) {
        received += Buffer.from(bytes).toString();
        if (received.includes('Hello, ')) goOn();
      }
      expect(received).toMatch(/event: error\ndata: \{"type":"error","error":\{"type":"api_error"/);
      expect(received).not.toContain('message_stop');
      expect(received).not.toContain('message_delta');
      expect((await recordOf(house, idOf(response))).status).toBe('failed');
      const streaming = house.anthropic.messages.stream(ask).once('text', () => goOn());
      await expect(streaming.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
    },
  );

  it('of a client that hangs up end the call', async () => {
    let hungUp = false;
    house.answer = (response) => {
      response.on('close', () => {
        hungUp = true;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(sse(text.stream.slice(0, 4)));
    };
    const streaming = house.anthropic.messages.stream(ask);
    await new Promise((resolve) => streaming.once('text', resolve));
    streaming.abort();
    await expect(streaming.done()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    await eventually(() => expect(hungUp).toBe(true));
    expect(await newestRecord(house, ({ status }) => status === 'aborted')).toMatchObject({ endpoint: 'messages' });
  });
});

const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };

describe('policies', () => {
  it('are asked what would happen', async () => {
    const before = house.upstream.requests.length;
    const response = await house.message(ask, { 'x-signalbox-dry-run': 'true' });
    expect(await response.json()).toMatchObject({
      object: 'signalbox.decision',
      outcome: { type: 'model', model: MODELS.anthropic },
    });
    expect(house.upstream.requests.length).toBe(before);
  });

  it('read tags from the metadata, of which the vendor sees its own member alone', async () => {
    house.answer = json(200, text.whole);
    const metadata = { user_id: 'u-1', feature: 'checkout' };
    const response = await house.message({ ...ask, metadata });
    expect(JSON.parse(house.lastSent()).metadata).toEqual({ user_id: 'u-1' });
    expect((await recordOf(house, idOf(response))).tags).toMatchObject({
      user: { value: 'u-1', source: 'caller' },
      feature: { value: 'checkout', source: 'caller' },
    });
  });

  it('limit the answer, set parameters, add instructions and take tools away', async () => {
    const limits = { maxOutputTokens: 3000, temperature: 0.5, topP: 0.5, instructions: 'Be brief.', removeTools: true };
    await publish(
      house,
      'limited',
      graphOf({ enter: ['request', {}], cap: ['limit', limits], call: ['model', { model: MODELS.anthropic }] }, [
        'enter.next > cap',
        'cap.next > call',
      ]),
    );
    house.answer = json(200, text.whole);
    const tool = { name: 'weather', input_schema: { type: 'object' as const } };
    const request = {
      ...ask,
      model: 'policy/limited',
      max_tokens: 9000,
      system: 'Be kind.',
      tools: [tool],
      tool_choice: { type: 'auto' as const },
    };
    await house.anthropic.messages.create(request);
    expect(JSON.parse(house.lastSent())).toEqual({
      model,
      max_tokens: 3000,
      temperature: 0.5,
      top_p: 0.5,
      system: 'Be kind.\n\nBe brief.',
      messages: ask.messages,
    });
    // Where tools were called before, the vendor wants to see them.
    const messages = [
      ...ask.messages,
      { role: 'assistant' as const, content: [{ type: 'tool_use' as const, id: 'a', name: 'weather', input: {} }] },
      { role: 'user' as const, content: [{ type: 'tool_result' as const, tool_use_id: 'a', content: 'warm' }] },
    ];
    await house.anthropic.messages.create({ ...request, messages });
    expect(JSON.parse(house.lastSent())).toMatchObject({ tools: [tool], tool_choice: { type: 'none' } });
  });

  it.each([
    [3000, { type: 'enabled', budget_tokens: 1500 }],
    [9000, { type: 'enabled', budget_tokens: 8000 }],
    [1500, { type: 'disabled' }],
  ])('leave room for an answer of at most %s tokens beside the thoughts', async (maxOutputTokens, thinking) => {
    const name = `thinking-${maxOutputTokens}`;
    await publish(
      house,
      name,
      graphOf(
        { enter: ['request', {}], cap: ['limit', { maxOutputTokens }], call: ['model', { model: MODELS.anthropic }] },
        ['enter.next > cap', 'cap.next > call'],
      ),
    );
    house.answer = json(200, text.whole);
    await house.anthropic.messages.create({
      ...ask,
      model: `policy/${name}`,
      max_tokens: 10_000,
      thinking: { type: 'enabled', budget_tokens: 8000 },
    });
    expect(JSON.parse(house.lastSent())).toEqual({ ...ask, max_tokens: maxOutputTokens, thinking });
  });

  it('set the effort in the words of each family of models', async () => {
    house.answer = json(200, text.whole);
    for (const [name, sent] of [
      [MODELS.anthropic, { thinking: { type: 'enabled', budget_tokens: 2048 } }],
      ['anthropic/claude-opus-4-6', { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }],
    ] as const) {
      await publish(
        house,
        `effort-${name.slice(10)}`,
        graphOf(
          { enter: ['request', {}], cap: ['limit', { reasoningEffort: 'low' }], call: ['model', { model: name }] },
          ['enter.next > cap', 'cap.next > call'],
        ),
      );
      await house.anthropic.messages.create({ ...ask, max_tokens: 9000, model: `policy/effort-${name.slice(10)}` });
      expect(JSON.parse(house.lastSent())).toMatchObject(sent);
    }
  });
});
