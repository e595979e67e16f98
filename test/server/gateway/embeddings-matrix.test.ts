/** The openai package asks for embeddings, of every provider that makes them: it gets the same, whoever made them. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json } from '../providers/upstream.ts';
import { EMBEDDERS, type EmbeddingVendor, tokensOf, vectorOf } from './embeddings-vendors.ts';
import { idOf, recordOf } from './harness.ts';
import { type MatrixHouse, startMatrix } from './matrix-house.ts';

let house: MatrixHouse;
beforeAll(async () => {
  house = await startMatrix();
});
afterAll(() => house.stop());

/** Lets the upstream answer as that vendor, and refuse what the vendor would not take. */
function answerAs(vendor: EmbeddingVendor): void {
  house.answer = (response, request) => {
    const body = house.upstream.requests.find(({ head }) => head === request)?.body ?? '';
    try {
      const given = vendor.answer(body, request);
      json(200, given.body, { ...given.headers })(response);
    } catch (error) {
      json(400, vendor.error(400, `not taken: ${String(error)}`))(response);
    }
  };
}

const TEXTS = ['a sentence about trains', 'Zahnbürste 🪥', 'x'];

function expectVectors(data: readonly OpenAI.Embedding[], texts: readonly string[], dimensions: number): void {
  expect(data.map(({ index }) => index)).toEqual(texts.map((_, index) => index));
  for (const [index, { embedding }] of data.entries()) {
    const expected = vectorOf(texts[index] ?? '', dimensions);
    expect(embedding).toHaveLength(dimensions);
    for (const [at, value] of embedding.entries()) expect(value).toBeCloseTo(expected[at] ?? 9, 5);
  }
}

describe.each(Object.entries(EMBEDDERS))('embeddings of %s', (_, vendor) => {
  const { model, usual, fewer, counts } = vendor;
  const create = (input: string | string[], more: Partial<OpenAI.EmbeddingCreateParams> = {}) =>
    house.openai.embeddings.create({ model, input, ...more }).withResponse();

  it('are those of one text', async () => {
    answerAs(vendor);
    const { data, response } = await create('just one');
    expectVectors(data.data, ['just one'], usual);
    expect(response.headers.get('x-signalbox-model')).toBe(model);
  });

  it('are those of several, as base64, for which it asks by itself, and as numbers', async () => {
    answerAs(vendor);
    for (const more of [{}, { encoding_format: 'float' as const }]) {
      const { data } = await create(TEXTS, more);
      expectVectors(data.data, TEXTS, usual);
      expect(data.object).toBe('list');
    }
  });

  it('are those of as many texts as it likes, in their order', async () => {
    answerAs(vendor);
    const texts = Array.from({ length: 120 }, (__, i) => `text ${i}`);
    const { data } = await create(texts);
    expectVectors(data.data, texts, usual);
  });

  it('have as many dimensions as it asks for, or are refused where the model has no choice', async () => {
    answerAs(vendor);
    if (fewer === null) {
      await expect(create(TEXTS, { dimensions: 8 })).rejects.toThrow('dimensions 8 for');
      return;
    }
    const { data } = await create(TEXTS, { dimensions: fewer });
    expectVectors(data.data, TEXTS, fewer);
  });

  it('are on record with what they used, and with what left the house', async () => {
    answerAs(vendor);
    const { data, response } = await create(TEXTS);
    const record = await recordOf(house, idOf(response));
    const used = TEXTS.reduce((sum, text) => sum + tokensOf(text), 0);
    expect(record).toMatchObject({
      endpoint: 'embeddings',
      status: 'ok',
      model,
      attempts: [{ ok: true, sent: expect.anything() }],
      content: { answer: JSON.stringify({ embeddings: 3, dimensions: usual }) },
    });
    expect(record.content?.request).toContain('trains');
    if (counts) {
      expect(record).toMatchObject({ usage: { inputTokens: used, outputTokens: 0 }, usageSource: 'provider' });
      expect(data.usage).toEqual({ prompt_tokens: used, total_tokens: used });
    } else {
      expect(record).toMatchObject({ usageSource: 'estimated' });
      const { inputTokens } = record.usage;
      expect(inputTokens).toBeGreaterThan(0);
      expect(data.usage).toEqual({ prompt_tokens: inputTokens, total_tokens: inputTokens, estimated: true });
    }
  });

  it.each([
    [400, OpenAI.BadRequestError],
    [429, OpenAI.RateLimitError],
    [500, OpenAI.InternalServerError],
  ])('fail as its own class of errors where the vendor answers %d', async (status, errorClass) => {
    house.answer = json(status, vendor.error(status, 'Simulated: no.'));
    const failed = await create(TEXTS).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(errorClass);
  });
});

describe('embeddings of a vendor who makes none', () => {
  it('are refused in words, and nothing is sent', async () => {
    const sent = house.upstream.requests.length;
    const asked = house.openai.embeddings.create({ model: 'anthropic/claude-haiku-4-5', input: 'x' });
    await expect(asked).rejects.toMatchObject({
      status: 400,
      code: 'model_unsupported',
      message: expect.stringContaining('anthropic/claude-haiku-4-5 does not make embeddings'),
    });
    expect(house.upstream.requests).toHaveLength(sent);
  });
});

describe('a model of a vendor that makes embeddings and nothing else', () => {
  it('is asked for no chat', async () => {
    const sent = house.upstream.requests.length;
    const asked = house.openai.chat.completions.create({
      model: 'google/gemini-embedding-001',
      messages: [{ role: 'user', content: 'Hi' }],
    });
    await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringContaining('nothing else') });
    expect(house.upstream.requests).toHaveLength(sent);
  });
});

describe('what cannot be carried over', () => {
  it.each([
    ['tokens in place of texts', { input: [1, 2, 3] }, 'send the texts themselves'],
    ['a form of numbers', { encoding_format: 'int8' }, 'encoding_format'],
    ['a member of another protocol', { late_chunking: true }, 'late_chunking'],
  ])('is refused by its name: %s', async (_, more, named) => {
    const sent = house.upstream.requests.length;
    for (const { model } of [EMBEDDERS.google, EMBEDDERS.titan, EMBEDDERS.cohere, EMBEDDERS.nova]) {
      const asked = house.openai.post('/embeddings', { body: { model, input: 'x', ...more } });
      await expect(asked).rejects.toMatchObject({ status: 400, code: 'model_unsupported' });
      await expect(asked).rejects.toThrow(named);
    }
    expect(house.upstream.requests).toHaveLength(sent);
  });
});
