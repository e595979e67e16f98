import { afterEach, describe, expect, it } from 'vitest';
import type { Price } from '../../../policies/model.ts';
import type { AcceptedList, PriceRules } from '../../../server/money/prices.ts';
import { buildCatalogue, fixedSource, openSource } from '../../../server/providers/catalogue.ts';
import { type ConfiguredProvider, createProviders, providerSettings } from '../../../server/providers/index.ts';
import { listedSource, shippedPrices } from '../../../server/providers/listed-source.ts';
import { SANDBOX_MODELS } from '../../../server/providers/sandbox/sandbox.ts';
import { assembled, send } from './upstream.ts';

const NOW = Date.UTC(2026, 8, 1);
const openai = listedSource('openai', 'openai');
const anthropic = listedSource('anthropic', 'anthropic');
const sandbox = fixedSource('sandbox', SANDBOX_MODELS);
const upstream = openSource('upstream', ['llama', 'meta/llama', 'gpt-4o'], false);
const accepted: AcceptedList = { digest: 'd'.repeat(64), acceptedAt: 0, prices: shippedPrices() };
const build = (sources = [openai, anthropic, upstream, sandbox], rules: Partial<PriceRules> = {}) =>
  buildCatalogue({ sources, overrides: [], cards: [], lists: [accepted], ...rules, now: NOW });
const price = (output: number): Price => [{ aboveInputTokens: 0, input: 1, cachedInput: 1, cacheWrite: 1, output }];

describe('the catalogue', () => {
  it('offers the models of every configured provider, each once, under provider/name', () => {
    const { models, lookup } = build();
    expect(new Set(models.map((model) => model.id)).size).toBe(models.length);
    expect(new Set(models.map((model) => model.provider))).toEqual(
      new Set(['openai', 'anthropic', 'upstream', 'sandbox']),
    );
    for (const model of models) {
      expect(model.id).toBe(`${model.provider}/${model.name}`);
      expect(lookup(model.id)).toBe(model);
    }
  });

  it('prices every model of the price list that it offers', () => {
    for (const model of build([openai, anthropic]).models) {
      expect(model.price, model.id).not.toBeNull();
      expect(model.price?.[0].input, model.id).toBeGreaterThan(0);
      if (model.embeddings === undefined) expect(model.price?.[0].output, model.id).toBeGreaterThan(0);
    }
  });

  it('says what a model can do, where it reads most, and what an image costs at most', () => {
    const { lookup } = build();
    expect(lookup('openai/gpt-4o-mini')).toMatchObject({
      tier: 'small',
      contextTokens: 128_000,
      imageTokens: 48_169,
      supports: { tools: true, images: true, jsonSchema: true, audio: false },
      leavesHouse: true,
    });
    expect(lookup('anthropic/claude-opus-4-5')).toMatchObject({
      tier: 'large',
      contextTokens: 200_000,
      imageTokens: 3000,
    });
    const tokenizers = [
      'gpt-4o-mini',
      'gpt-5-mini',
      'o3',
      'gpt-3.5-turbo',
      'gpt-4-turbo',
      'claude-opus-4-5',
      'gpt-6-sol',
    ];
    expect(tokenizers.map((name) => lookup(name)?.tokenizer)).toEqual([
      'o200k',
      'o200k',
      'o200k',
      'cl100k',
      'cl100k',
      null,
      null,
    ]);
    expect(lookup('o3-mini')?.supports).toMatchObject({ tools: true, images: false });
    expect(lookup('gpt-3.5-turbo')?.supports).toMatchObject({ tools: true, jsonSchema: false });
  });

  it.each([
    'whisper-1',
    'gpt-4o-realtime-preview',
    'gpt-image-1',
    'gpt-4o-search-preview',
    'gpt-5-pro',
    'gpt-oss-20b',
    'claude-2',
    'openai/gpt-none',
    'nobody/gpt-4o',
    'sandbox/none',
    'upstream/',
    'toString',
    '',
    '/',
  ])('has no chat model "%s"', (name) => {
    expect(build().lookup(name)).toBeUndefined();
  });

  it('tells models that make embeddings from those that chat', () => {
    const { lookup } = build();
    expect(lookup('text-embedding-3-small')).toMatchObject({ embeddings: 'only', tokenizer: 'cl100k', tier: 'small' });
    expect(lookup('text-embedding-3-small')?.price?.[0]).toMatchObject({ input: 20_000_000, output: 0 });
    expect(lookup('gpt-4o-mini')?.embeddings).toBeUndefined();
    expect(lookup('sandbox/embed')?.embeddings).toBe('only');
    expect(lookup('upstream/anything')?.embeddings).toBe('also');
  });

  it('offers the models of Gemini and Bedrock that make embeddings, at their own prices, for nothing else', () => {
    const { lookup, models } = build([listedSource('google', 'google'), listedSource('aws', 'aws')]);
    const embedding = models.filter(({ embeddings }) => embeddings !== undefined);
    expect(embedding.every(({ embeddings }) => embeddings === 'only')).toBe(true);
    expect(
      embedding.map(({ name, price, contextTokens }) => [name, price?.[0].input, price?.[0].output, contextTokens]),
    ).toEqual([
      ['gemini-embedding-2', 200_000_000, 0, 8192],
      ['gemini-embedding-001', 150_000_000, 0, 2048],
      ['amazon.titan-embed-text-v1', 100_000_000, 0, 8192],
      ['amazon.titan-embed-text-v2:0', 20_000_000, 0, 8192],
      ['amazon.nova-2-multimodal-embeddings-v1:0', 135_000_000, 0, 8172],
      ['cohere.embed-v4:0', 120_000_000, 0, 128_000],
      ['cohere.embed-english-v3', 100_000_000, 0, 512],
      ['cohere.embed-multilingual-v3', 100_000_000, 0, 512],
    ]);
    // By way of several regions, at the price of the same model, and not at that of an older one.
    expect(lookup('aws/us.amazon.titan-embed-text-v2:0')?.price?.[0].input).toBe(20_000_000);
    expect(lookup('aws/global.cohere.embed-v4:0')).toMatchObject({ embeddings: 'only', contextTokens: 128_000 });
    expect(lookup('aws/amazon.titan-embed-image-v1')).toBeUndefined();
    expect(lookup('aws/twelvelabs.marengo-embed-3-0-v1:0')).toBeUndefined();
  });

  it('finds a bare name at the first provider that lists it', () => {
    expect(build().lookup('gpt-4o')?.id).toBe('openai/gpt-4o');
    expect(build([upstream, openai]).lookup('gpt-4o')?.id).toBe('upstream/gpt-4o');
    expect(build().lookup('claude-sonnet-4-5')?.id).toBe('anthropic/claude-sonnet-4-5');
    expect(build().lookup('small')?.id).toBe('sandbox/small');
    expect(build().lookup('meta/llama')?.id).toBe('upstream/meta/llama');
  });

  it('finds dated and fine-tuned names, at their family’s price, without offering them', () => {
    const { lookup, models } = build();
    const dated = lookup('gpt-4o-2024-08-06');
    expect(dated).toMatchObject({ id: 'openai/gpt-4o-2024-08-06', name: 'gpt-4o-2024-08-06' });
    expect(dated?.price).toEqual(lookup('gpt-4o')?.price);
    expect(lookup('openai/ft:gpt-4o-mini-2024-07-18:acme::x1')?.price?.[0].input).toBe(300_000_000);
    expect(lookup('claude-haiku-4-5-20251001')?.price).toEqual(lookup('claude-haiku-4-5')?.price);
    expect(models.some((model) => model.name.includes(':') || /-20\d\d/.test(model.name))).toBe(false);
  });

  it('serves unlisted names only of an open provider, without a price', () => {
    expect(build().lookup('upstream/mistral')).toMatchObject({ id: 'upstream/mistral', name: 'mistral', price: null });
    expect(build().lookup('mistral')).toBeUndefined();
  });

  it('takes the organisation’s own machines for free, and knows no price elsewhere', () => {
    const away = build([openSource('away', ['llama'], true)]);
    expect(build().lookup('llama')).toMatchObject({ leavesHouse: false, tier: 'small' });
    expect(build().lookup('llama')?.price?.[0]).toMatchObject({ input: 0, output: 0 });
    expect(away.lookup('llama')).toMatchObject({ leavesHouse: true, price: null, tier: 'standard' });
  });

  it('keeps the id of a sandbox model whose name carries a query', () => {
    const { lookup } = build();
    expect(lookup('sandbox/small?fault=429')).toEqual({ ...lookup('sandbox/small'), name: 'small?fault=429' });
    expect(lookup('small?fault=429')?.id).toBe('sandbox/small');
  });

  it('shows the administrators’ prices that hold, and knows those to come', () => {
    const overrides = [
      { model: 'openai/gpt-4o', price: price(1), effectiveFrom: NOW },
      { model: 'openai/gpt-4.1', price: price(2), effectiveFrom: NOW + 1 },
      { model: 'upstream/mistral', price: price(13_000_000_000), effectiveFrom: 0 },
    ];
    const { lookup, models, priceAt } = build(undefined, { overrides });
    expect(lookup('gpt-4o')).toMatchObject({ price: price(1), tier: 'small' });
    expect(models.find((model) => model.name === 'gpt-4o')?.price).toEqual(price(1));
    expect(lookup('gpt-4o-2024-08-06')?.price).toEqual(price(1));
    expect(lookup('upstream/mistral')).toMatchObject({ price: price(13_000_000_000), tier: 'large' });
    const model = lookup('gpt-4.1');
    expect(model && priceAt(model, NOW)?.price[0].output).toBe(8_000_000_000);
    expect(model && priceAt(model, NOW + 1)?.price).toEqual(price(2));
  });

  it('gives a request the price of its own time', () => {
    const { lookup, priceAt } = build();
    const model = lookup('o3-2025-04-16');
    expect(model && priceAt(model, Date.UTC(2025, 4, 1))?.price[0].input).toBe(10_000_000_000);
    expect(model && priceAt(model, NOW)?.price[0].input).toBe(2_000_000_000);
  });

  it('takes sound where the list prices it apart from text', () => {
    expect(build().lookup('gpt-audio')).toMatchObject({ supports: { audio: true, images: false } });
    expect(build().lookup('gpt-4o-audio-preview')).toBeUndefined();
  });

  it('has no price for a model that no accepted list has, and serves one that only the accepted list still has', () => {
    const { 'gpt-4o': known, ...others } = accepted.prices.openai ?? {};
    if (!known) throw new Error('gpt-4o is not listed');
    const old = { ...accepted, prices: { openai: { ...others, 'gpt-5.9-old': { ...known, label: 'Old' } } } };
    const { lookup, models } = build(undefined, { lists: [old] });
    expect(lookup('gpt-4o')).toMatchObject({ price: null });
    expect(lookup('openai/gpt-5.9-old')).toMatchObject({ label: 'Old', price: known.steps[0]?.price });
    expect(lookup('gpt-5.9-old')?.id).toBe('openai/gpt-5.9-old');
    expect(models.filter(({ name }) => name === 'gpt-5.9-old')).toHaveLength(1);
    expect(build(undefined, { lists: [old, accepted] }).lookup('gpt-5.9-old')).toBeUndefined();
  });
});

describe('the registry', () => {
  const running: ConfiguredProvider[] = [];
  afterEach(async () => {
    for (const { provider } of running.splice(0)) await provider.close();
  });
  const names = async (environment: Record<string, string | undefined>) => {
    running.push(...(await createProviders(environment)));
    return running.map(({ provider, source }) => [provider.name, source.provider]);
  };

  it('has the sandbox alone where nothing is set, and nothing where that is off', async () => {
    expect(await names({ OPENAI_API_KEY: '', SANDBOX: undefined })).toEqual([['sandbox', 'sandbox']]);
  });

  it('has every provider whose key or address is set', async () => {
    expect(
      await names({
        SANDBOX: 'false',
        ANTHROPIC_API_KEY: 'a',
        OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
        UPSTREAM_BASE_URL: 'http://127.0.0.1:9/v1',
        UPSTREAM_NAME: 'house',
        UPSTREAM_MODELS: ' llama, mistral,',
      }),
    ).toEqual([
      ['openai', 'openai'],
      ['anthropic', 'anthropic'],
      ['house', 'house'],
    ]);
    expect(running[2]?.source.models().map((model) => model.id)).toEqual(['house/llama', 'house/mistral']);
  });

  it.each([
    ['OPENAI_BASE_URL', 'ftp://x'],
    ['ANTHROPIC_BASE_URL', 'host'],
    ['UPSTREAM_NAME', 'openai'],
    ['UPSTREAM_NAME', 'My House'],
    ['UPSTREAM_LEAVES_HOUSE', 'yes'],
    ['SANDBOX', '1'],
  ])('names a setting that cannot be used: %s=%s', async (setting, value) => {
    await expect(createProviders({ SANDBOX: 'false', [setting]: value })).rejects.toThrow(setting);
  });

  it('documents every setting once', () => {
    expect(providerSettings.map((setting) => setting.name)).toEqual([
      'OPENAI_API_KEY',
      'OPENAI_BASE_URL',
      'ANTHROPIC_API_KEY',
      'ANTHROPIC_BASE_URL',
      'UPSTREAM_BASE_URL',
      'UPSTREAM_API_KEY',
      'UPSTREAM_NAME',
      'UPSTREAM_MODELS',
      'UPSTREAM_LEAVES_HOUSE',
      'UPSTREAM_RESPONSES',
      'SANDBOX',
    ]);
    for (const setting of providerSettings) expect(setting.description).toMatch(/\.$/);
  });

  it('has a sandbox that answers, and fails as its model’s name says', async () => {
    await names({});
    const provider = running[0]?.provider;
    if (!provider) throw new Error('no sandbox');
    expect(assembled((await send(provider, { model: 'small', stream: true })).text).done).toBe(true);
    expect((await send(provider, { model: 'small?fault=429' })).error?.failure).toBe('rate_limited');
  });
});
