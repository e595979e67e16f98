/** An app built with the AI SDK, pointed at the gateway, with models of every vendor behind it. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { json } from '../providers/upstream.ts';
import { API_KEY } from './harness.ts';
import { type MatrixHouse, startMatrix } from './matrix-house.ts';
import { type Said, streaming, UPSTREAMS, type UpstreamProtocol } from './matrix-upstreams.ts';

let house: MatrixHouse;
beforeAll(async () => {
  house = await startMatrix();
});
afterAll(() => house.stop());

const weather = tool({
  description: 'Tells the weather',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => `7 degrees in ${city}`,
});
const CALL: Said = {
  reasoning: ['Hm.'],
  calls: [{ id: 'call_a', name: 'weather', pieces: ['{"city":', '"Oslo"}'] }],
  stop: 'calls',
};
const TEXT: Said = { text: ['It is ', '7 degrees.'], stop: 'end' };

describe.each(Object.entries<UpstreamProtocol>(UPSTREAMS))('before a vendor of %s', (_, upstream) => {
  const app = () => {
    const gateway = createOpenAICompatible({ name: 'signalbox', baseURL: `${house.url}/v1`, apiKey: API_KEY });
    return { model: gateway(upstream.model), prompt: 'How warm is it in Oslo?', maxOutputTokens: 100, maxRetries: 0 };
  };

  it('generates a text', async () => {
    house.answer = json(200, upstream.whole(TEXT));
    const { text, finishReason, usage } = await generateText(app());
    expect([text, finishReason]).toEqual(['It is 7 degrees.', 'stop']);
    expect(usage).toMatchObject({ inputTokens: 20, outputTokens: 12 });
  });

  it('streams a text after a call of a tool', async () => {
    const answers = [CALL, TEXT];
    house.answer = (response) => streaming(upstream, answers.shift() ?? TEXT)(response);
    const result = streamText({ ...app(), tools: { weather }, stopWhen: stepCountIs(3) });
    let text = '';
    for await (const piece of result.textStream) text += piece;
    expect(text).toBe('It is 7 degrees.');
    const [first] = await result.steps;
    expect(first).toMatchObject({
      reasoningText: 'Hm.',
      finishReason: 'tool-calls',
      toolCalls: [{ toolCallId: 'call_a', toolName: 'weather', input: { city: 'Oslo' } }],
    });
    expect(upstream.heard(house.lastSent())).toMatchObject({
      calls: [{ id: 'call_a', name: 'weather', input: { city: 'Oslo' } }],
      results: ['7 degrees in Oslo'],
    });
  });
});
