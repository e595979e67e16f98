import { afterEach, expect, it } from 'vitest';
import { createBedrock } from '../../../server/providers/bedrock.ts';
import { createGoogle } from '../../../server/providers/google.ts';
import type { Provider, UpstreamError } from '../../../server/providers/provider.ts';
import { anthropicMessages } from '../../../server/wire/anthropic-messages.ts';
import bedrockText from './fixtures/bedrock/text.fixture.json' with { type: 'json' };
import googleText from './fixtures/google/text.fixture.json' with { type: 'json' };
import { json, modelNamed, startUpstream } from './upstream.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const VENDORS = {
  google: (baseUrl: string): Provider => createGoogle({ name: 'google', baseUrl, apiKey: 'secret' }),
  bedrock: (baseUrl: string): Provider =>
    createBedrock({ name: 'bedrock', region: 'eu-north-1', baseUrl, credentials: { apiKey: 'secret' } }),
};
const ANSWERS = { google: googleText.whole, bedrock: bedrockText.whole };
const TOOL = { name: 'weather', input_schema: { type: 'object' } };
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } };

/** Sends the result of a tool that failed; gives what the vendor was sent, or why it was not. */
async function failedTool(vendor: keyof typeof VENDORS, content: unknown): Promise<string> {
  const upstream = await startUpstream(json(200, ANSWERS[vendor]));
  const provider = VENDORS[vendor](upstream.baseUrl);
  closing.push(
    () => provider.close(),
    () => upstream.close(),
  );
  const messages = [
    { role: 'user', content: 'Is it warm?' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_a', name: 'weather', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_a', is_error: true, content }] },
  ];
  const body = Buffer.from(JSON.stringify({ model: 'ours', max_tokens: 50, tools: [TOOL], messages }));
  const model = vendor === 'google' ? 'gemini-2.5-flash' : 'anthropic.claude-haiku-4-5-20251001-v1:0';
  const error = await new Promise<UpstreamError | null>((resolve) => {
    provider.send(
      {
        protocol: anthropicMessages,
        model: modelNamed(model),
        body,
        stream: false,
        timeoutMs: 10_000,
        headers: {},
      },
      { head: () => {}, data: () => true, end: () => resolve(null), fail: resolve },
    );
  });
  return error?.message ?? upstream.requests[0]?.body ?? '';
}

it.each(['google', 'bedrock'] as const)('%s is told that a tool has failed', async (vendor) => {
  const told = JSON.stringify(JSON.stringify({ error: 'no such town' })).slice(1, -1);
  expect(await failedTool(vendor, 'no such town')).toContain(told);
  expect(await failedTool(vendor, [{ type: 'text', text: 'no such town' }])).toContain(told);
  const both = JSON.stringify(JSON.stringify({ error: 'no\n\ntown' })).slice(1, -1);
  const texts = ['no', 'town'].map((text) => ({ type: 'text', text }));
  expect(await failedTool(vendor, texts)).toContain(both);
  expect(await failedTool(vendor, [image])).toContain('is_error');
});
