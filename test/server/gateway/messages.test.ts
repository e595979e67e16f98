/** Anthropic's own SDK against the gateway, with models of another vendor behind it. */
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_KEY, startGateway, type TestGateway } from './harness.ts';

let gateway: TestGateway;
let client: Anthropic;

beforeAll(async () => {
  gateway = await startGateway();
  client = new Anthropic({ baseURL: gateway.url, apiKey: API_KEY, maxRetries: 0 });
});
afterAll(() => gateway.stop());

const ask = { model: 'sandbox/small', max_tokens: 200, messages: [{ role: 'user' as const, content: 'Hello there' }] };

it('gets a whole message', async () => {
  const message = await client.messages.create(ask);
  expect(message).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' });
  expect(message.content[0]).toMatchObject({ type: 'text' });
  expect(message.usage.output_tokens).toBeGreaterThan(0);
});

it('gets a message as a stream', async () => {
  const stream = client.messages.stream(ask);
  const message = await stream.finalMessage();
  expect(message.stop_reason).toBe('end_turn');
  expect(await stream.finalText()).not.toBe('');
});
