/** How many tokens a request for a message has, asked with Anthropic's own SDK. */
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json } from '../providers/upstream.ts';
import { graphOf, publish } from './harness.ts';
import { type MatrixHouse, MODELS, startMatrix } from './matrix-house.ts';

let house: MatrixHouse;
beforeAll(async () => {
  house = await startMatrix();
});
afterAll(() => house.stop());

const ask = { model: 'claude-haiku-4-5', messages: [{ role: 'user' as const, content: 'Hello there' }] };

it('is what Anthropic counts of what it would be sent, by its own endpoint', async () => {
  await publish(
    house,
    'counted',
    graphOf(
      {
        enter: ['request', {}],
        protect: ['redact', { rules: [{ detect: 'email', action: 'placeholder' }] }],
        cap: ['limit', { maxOutputTokens: 50, temperature: 0.5, instructions: 'Be brief.' }],
        call: ['model', { model: MODELS.anthropic }],
      },
      ['enter.next > protect', 'protect.clean > cap', 'protect.found > cap', 'cap.next > call'],
    ),
  );
  house.answer = json(200, { input_tokens: 2095 });
  const { data, response } = await house.anthropic.messages
    .countTokens({
      model: 'policy/counted',
      system: 'Be kind.',
      tools: [{ name: 'mail', input_schema: { type: 'object' } }],
      messages: [{ role: 'user', content: 'Write to ada@engines.example' }],
    })
    .withResponse();
  expect(data.input_tokens).toBe(2095);
  expect(response.headers.get('x-signalbox-token-count')).toBe('provider');
  expect(response.headers.get('x-signalbox-model')).toBe(MODELS.anthropic);
  const { head, body } = house.upstream.requests.at(-1) ?? {};
  expect(head?.url).toBe('/v1/messages/count_tokens');
  expect(head?.headers).toMatchObject({ 'x-api-key': 'secret of anthropic', 'anthropic-version': '2023-06-01' });
  // Members of the answer, which the endpoint refuses, are not among them.
  expect(JSON.parse(body ?? '')).toEqual({
    model: 'claude-haiku-4-5',
    system: 'Be kind.\n\nBe brief.',
    tools: [{ name: 'mail', input_schema: { type: 'object' } }],
    messages: [{ role: 'user', content: 'Write to [[EMAIL_1]]' }],
  });
});

it('is counted by the tokenizer of a model that has a published one', async () => {
  const sent = house.upstream.requests.length;
  const { data, response } = await house.anthropic.messages
    .countTokens({ ...ask, model: MODELS.openai })
    .withResponse();
  expect(response.headers.get('x-signalbox-token-count')).toBe('counted');
  expect(data.input_tokens).toBeGreaterThanOrEqual(2);
  expect(data.input_tokens).toBeLessThan(20);
  expect(house.upstream.requests.length).toBe(sent);
});

it('is estimated for every other model, and where the server of one cannot count', async () => {
  const sandbox = await house.anthropic.messages.countTokens({ ...ask, model: 'sandbox/small' }).withResponse();
  expect(sandbox.response.headers.get('x-signalbox-token-count')).toBe('estimated');
  expect(sandbox.data.input_tokens).toBeGreaterThan(0);
  house.answer = json(404, { error: 'no such page' });
  const { data, response } = await house.anthropic.messages.countTokens(ask).withResponse();
  expect(response.headers.get('x-signalbox-token-count')).toBe('estimated');
  expect(data.input_tokens).toBe(sandbox.data.input_tokens);
});

it('fails in the shape of the protocol', async () => {
  const stranger = new Anthropic({ baseURL: house.url, apiKey: 'sb_unknown', maxRetries: 0 });
  await expect(stranger.messages.countTokens(ask)).rejects.toMatchObject({
    status: 401,
    error: { type: 'error', error: { type: 'authentication_error', code: 'invalid_key' } },
  });
  await expect(house.anthropic.messages.countTokens({ ...ask, messages: [] })).rejects.toBeInstanceOf(
    Anthropic.BadRequestError,
  );
  await expect(house.anthropic.messages.countTokens({ ...ask, model: 'nobody/knows' })).rejects.toBeInstanceOf(
    Anthropic.NotFoundError,
  );
  house.answer = json(529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
  await expect(house.anthropic.messages.countTokens(ask)).rejects.toMatchObject({
    status: 502,
    error: { error: { code: 'upstream_error' } },
  });
  house.answer = (response) => response.destroy();
  await expect(house.anthropic.messages.countTokens(ask)).rejects.toMatchObject({ status: 502 });
  const wrongWay = await fetch(`${house.url}/v1/messages/count_tokens`);
  expect([wrongWay.status, wrongWay.headers.get('allow')]).toEqual([405, 'POST']);
  expect(house.running.gateway.inFlight.bytes).toBe(0);
});
