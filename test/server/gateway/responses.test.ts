/** The openai package's responses against the gateway, with a provider behind it that speaks them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { json, streamHead } from '../providers/upstream.ts';
import { answerOf, response as responseOf, sse, usage } from '../wire/response-events.ts';
import { graphOf, idOf, newestRecord, publish, recordOf } from './harness.ts';
import {
  eventsOf,
  expectRising,
  messageItem,
  native,
  type ResponsesGateway,
  startResponses,
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

describe('a provider that speaks responses', () => {
  it('gets the body as the app wrote it, and its answer goes through', async () => {
    const whole = responseOf('completed', [messageItem('Hello')], { usage });
    gateway.answer = json(200, whole);
    const { data, response } = await gateway.openai.responses
      .create({ model: native, input: 'Hi', metadata: { feature: 'search' }, tools: [{ type: 'web_search' }] })
      .withResponse();
    expect(data).toMatchObject({ ...whole, output_text: 'Hello' });
    expect(gateway.lastPath()).toBe('/v1/responses');
    expect(sent()).toEqual({ model: native, input: 'Hi', tools: [{ type: 'web_search' }] });
    const record = await recordOf(gateway, idOf(response));
    expect(record).toMatchObject({ status: 'ok', endpoint: 'responses', stream: false, usageSource: 'provider' });
    expect(record.usage).toMatchObject({ inputTokens: 20, cachedInputTokens: 8, outputTokens: 9, reasoningTokens: 4 });
    expect(record.cost).toBeGreaterThan(0);
    expect(record.content?.answer).toContain('Hello');
    expect(record.tags).toMatchObject({ feature: { value: 'search' } });
  });

  it('streams byte for byte', async () => {
    const events = answerOf(['Hel', 'lo'], ['{}']);
    gateway.answer = (response) => streamHead(response).end(sse(events));
    const response = await gateway.respond({ model: 'house/one', input: 'Hi', stream: true });
    expect(await response.text()).toBe(sse(events));
    const record = await recordOf(gateway, idOf(response));
    expect(record).toMatchObject({ status: 'ok', stream: true, usage: { inputTokens: 20, outputTokens: 9 } });
  });

  it('is sent what the policy has changed', async () => {
    await publish(
      gateway,
      'bounded',
      graphOf(
        {
          enter: ['request', {}],
          bound: [
            'limit',
            {
              maxOutputTokens: 50,
              temperature: 0.5,
              topP: 0.9,
              reasoningEffort: 'low',
              instructions: 'Be brief.',
              removeTools: true,
            },
          ],
          call: ['model', { model: 'house/one', timeoutSeconds: 20, retries: 0 }],
        },
        ['enter.next > bound', 'bound.next > call'],
      ),
    );
    gateway.answer = json(200, responseOf('completed', [messageItem('Yes')], { usage }));
    await gateway.openai.responses.create({
      model: 'policy/bounded',
      input: 'Hi',
      instructions: 'Be kind.',
      max_output_tokens: 900,
      reasoning: { effort: 'high', summary: 'auto' },
      tools: [weather],
      tool_choice: 'auto',
      store: true,
      metadata: { a: 'b' },
    });
    expect(sent()).toEqual({
      model: 'one',
      input: 'Hi',
      instructions: 'Be kind.\n\nBe brief.',
      max_output_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      reasoning: { effort: 'low', summary: 'auto' },
      store: true,
      metadata: { a: 'b' },
    });
  });

  it('keeps earlier answers for later requests', async () => {
    gateway.answer = json(200, responseOf('completed', [messageItem('Yes')], { usage }));
    await gateway.openai.responses.create({ model: native, input: 'And?', previous_response_id: 'resp_1' });
    expect(sent()).toMatchObject({ previous_response_id: 'resp_1' });
  });

  it('is found by a fallback for what only it can do', async () => {
    await publish(
      gateway,
      'whoever-can',
      graphOf(
        {
          enter: ['request', {}],
          call: [
            'fallback',
            { models: ['sandbox/small', 'house/one'], moveOn: ['timeout'], timeoutSeconds: 20, coolDownSeconds: 0 },
          ],
        },
        ['enter.next > call'],
      ),
    );
    gateway.answer = json(200, responseOf('completed', [messageItem('Yes')], { usage }));
    for (const more of [{ previous_response_id: 'resp_1' }, { tools: [{ type: 'web_search' }] }]) {
      const response = await gateway.respond({ model: 'policy/whoever-can', input: 'And?', ...more });
      expect(response.headers.get('x-signalbox-model')).toBe('house/one');
      expect(sent()).toEqual({ model: 'one', input: 'And?', ...more });
    }
  });

  it('that fails before its answer begins leaves it to another', async () => {
    await publish(
      gateway,
      'second-try',
      graphOf(
        {
          enter: ['request', {}],
          call: [
            'fallback',
            {
              models: ['house/one', 'sandbox/small'],
              moveOn: ['rate_limited'],
              timeoutSeconds: 20,
              coolDownSeconds: 0,
            },
          ],
        },
        ['enter.next > call'],
      ),
    );
    const events = answerOf([], []).slice(0, 2);
    const failed = { type: 'error', error: { type: 'tokens', code: 'rate_limit_exceeded', message: 'Slow down' } };
    gateway.answer = (response) => streamHead(response).end(sse([...events, failed]));
    const response = await gateway.respond({ model: 'policy/second-try', input: 'Hello there', stream: true });
    const got = eventsOf(await response.text());
    expect(response.headers.get('x-signalbox-model')).toBe('sandbox/small');
    expect(got.at(0)?.type).toBe('response.created');
    expect(got.at(-1)?.type).toBe('response.completed');
    expectRising(got);
  });

  it('that breaks off in the middle ends in an error and never in a completed response', async () => {
    const events = answerOf(['Hel', 'lo'], []).slice(0, 5);
    gateway.answer = (response) => {
      streamHead(response).write(sse(events), () => response.destroy());
    };
    const response = await gateway.respond({ model: native, input: 'Hi', stream: true });
    const got = eventsOf(await response.text());
    expectRising(got);
    expect(got.at(-1)).toMatchObject({
      type: 'error',
      code: 'upstream_broken',
      error: { code: 'upstream_broken', request_id: idOf(response) },
    });
    expect(got.map(({ type }) => type)).not.toContain('response.completed');
    expect(await recordOf(gateway, idOf(response))).toMatchObject({ status: 'failed', errorCode: 'upstream_broken' });
    const streaming = gateway.openai.responses.stream({ model: native, input: 'Hi' });
    await expect(streaming.finalResponse()).rejects.toThrow(/broke off/);
  });

  it('is not asked any further once the client has hung up', async () => {
    const closed = new Promise<void>((resolve) => {
      gateway.answer = (response) => {
        response.on('close', resolve);
        streamHead(response).write(sse(answerOf(['Hello'], []).slice(0, 5)));
      };
    });
    for await (const event of await gateway.openai.responses.create({ model: native, input: 'Hi', stream: true })) {
      if (event.type === 'response.output_text.delta') break;
    }
    await closed;
    const record = await newestRecord(gateway, ({ status }) => status === 'aborted');
    expect(record).toMatchObject({ errorCode: 'client_closed', usageSource: 'counted' });
    expect(record.content?.answer).toContain('Hello');
  });

  it('has its own errors told in the words of the protocol', async () => {
    gateway.answer = json(400, { error: { message: 'No such response', type: 'invalid_request_error', code: null } });
    await expect(gateway.openai.responses.create({ model: native, input: 'Hi' })).rejects.toMatchObject({
      status: 400,
      code: 'upstream_invalid',
      message: expect.stringContaining('No such response'),
    });
  });
});

describe('a request that cannot be understood', () => {
  it.each([
    [{ model: native }, 'input'],
    [{ model: native, input: 'Hi', background: true }, 'background'],
    [{ model: native, input: 'Hi', max_output_tokens: 0 }, 'max_output_tokens'],
    [{ input: 'Hi' }, 'model'],
  ])('is refused by name: %j', async (body, param) => {
    const response = await gateway.respond(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param } });
  });
});
