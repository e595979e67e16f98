/** Trying an account asks each model for what it makes. */
import { afterEach, describe, expect, it } from 'vitest';
import { tryAccount } from '../../../server/providers/accounts/try-account.ts';
import { createBedrock } from '../../../server/providers/bedrock.ts';
import { listedSource } from '../../../server/providers/listed-source.ts';
import bedrockTitan from './fixtures/bedrock/embeddings-titan.fixture.json' with { type: 'json' };
import bedrockText from './fixtures/bedrock/text.fixture.json' with { type: 'json' };
import { json, startUpstream } from './upstream.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function tried(name: string, answer: Parameters<typeof startUpstream>[0]) {
  const upstream = await startUpstream(answer);
  const credentials = { apiKey: 'secret' };
  const baseUrl = new URL(upstream.baseUrl).origin;
  const provider = createBedrock({ name: 'bedrock', region: 'eu-north-1', baseUrl, credentials });
  closing.push(
    () => provider.close(),
    () => upstream.close(),
  );
  const model = listedSource('bedrock', 'aws').find(name);
  if (!model) throw new Error(`${name} is not listed`);
  const place = { title: 'Amazon Bedrock', host: 'example', region: 'eu-north-1', model: name };
  return { outcome: await tryAccount(provider, model, place), url: upstream.requests[0]?.head.url };
}

describe('an account is tried', () => {
  it('with a question to a model that chats', async () => {
    const { outcome, url } = await tried('amazon.nova-lite-v1:0', json(200, bedrockText.whole));
    expect(outcome).toMatchObject({ ok: true, trouble: null });
    expect(url).toBe('/model/amazon.nova-lite-v1%3A0/converse');
  });

  it('with a text to embed where a model makes nothing else', async () => {
    const { outcome, url } = await tried('amazon.titan-embed-text-v2:0', json(200, bedrockTitan.one));
    expect(outcome).toMatchObject({ ok: true, trouble: null });
    expect(url).toBe('/model/amazon.titan-embed-text-v2%3A0/invoke');
    const wrong = await tried('amazon.titan-embed-text-v2:0', json(200, { hello: 1 }));
    expect(wrong.outcome).toMatchObject({ ok: false, trouble: 'protocol' });
  });
});
