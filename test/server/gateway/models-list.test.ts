/** What a key is told that it may use, in the shapes of OpenAI and of Anthropic. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openSource } from '../../../server/providers/catalogue.ts';
import { createOpenAiCompatible } from '../../../server/providers/openai-compatible.ts';
import { API_KEY, graphOf, makeKey, publish, startGateway, type TestGateway } from './harness.ts';

const call = (model: string) => ['model', { model, timeoutSeconds: 20, retries: 0 }] as const;
const listSchema = z.object({ data: z.array(z.looseObject({ id: z.string() })) });

let gateway: TestGateway;
/** Keys that may use a policy which calls two models of its own, and one which calls whatever it is asked for. */
const keys = { two: '', any: '' };

beforeAll(async () => {
  const provider = createOpenAiCompatible({ name: 'own', baseUrl: 'http://127.0.0.1:9/v1', apiKey: null });
  gateway = await startGateway({ providers: [{ provider, source: openSource('own', ['listed'], false) }] });
  const two = await publish(
    gateway,
    'two',
    graphOf({ enter: ['request', {}], first: call('sandbox/small'), last: call('own/unlisted') }, [
      'enter.next > first',
      'first.failed > last',
    ]),
  );
  const any = await publish(
    gateway,
    'any',
    graphOf({ enter: ['request', {}], call: call('asked') }, ['enter.next > call']),
  );
  keys.two = (await makeKey(gateway, { policies: [two] })).token;
  keys.any = (await makeKey(gateway, { policies: [any] })).token;
});
afterAll(() => gateway.stop());

const get = (path: string, token: string, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });

async function idsFor(token: string): Promise<string[]> {
  const { data } = listSchema.parse(await (await get('/v1/models', token)).json());
  return data.map(({ id }) => id);
}

describe('the list', () => {
  it('has the policies of the key, and the models that they can come to', async () => {
    const [policy, ...models] = await idsFor(keys.two);
    expect(policy).toBe('policy/two');
    expect(models.sort()).toEqual(['own/unlisted', 'sandbox/small']);
  });

  it('has every model for a key whose policy calls what it is asked for', async () => {
    expect(await idsFor(keys.any)).toEqual([
      ...['policy/any', 'own/listed'],
      ...['small', 'large', 'local', 'embed'].map((name) => `sandbox/${name}`),
    ]);
  });

  it('needs a key', async () => {
    expect((await fetch(`${gateway.url}/v1/models`)).status).toBe(401);
    expect((await get('/v1/models', 'sb_unknown')).status).toBe(401);
  });

  it('says what each can read and write, and how much', async () => {
    const { data } = listSchema.parse(await (await get('/v1/models', keys.any)).json());
    const of = (id: string) => data.find((one) => one.id === id);
    expect(of('sandbox/large')).toEqual({
      id: 'sandbox/large',
      object: 'model',
      created: 0,
      owned_by: 'sandbox',
      context_length: 128_000,
      input_modalities: ['text', 'image'],
      output_modalities: ['text'],
      supports_tools: true,
      supports_json_schema: true,
    });
    expect(of('sandbox/embed')).toMatchObject({ context_length: 8192, output_modalities: ['embeddings'] });
    expect(of('own/listed')).toMatchObject({ context_length: null, output_modalities: ['text', 'embeddings'] });
    expect(of('policy/any')).toEqual({ id: 'policy/any', object: 'model', created: 0, owned_by: 'signalbox' });
  });
});

describe('one of them', () => {
  it('is found by its id, as it is and encoded, and by the name alone', async () => {
    for (const path of ['sandbox/small', 'sandbox%2Fsmall', 'small']) {
      const response = await get(`/v1/models/${path}`, keys.two);
      expect(await response.json()).toMatchObject({ id: 'sandbox/small', object: 'model' });
    }
    expect(await (await get('/v1/models/policy/any', keys.any)).json()).toMatchObject({ id: 'policy/any' });
  });

  it.each(['sandbox/large', 'policy/any', 'own/listed', 'nothing'])(
    'is not there for whom may not use it: %s',
    async (id) => {
      const response = await get(`/v1/models/${id}`, keys.two);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'unknown_model' } });
    },
  );
});

describe('the packages', () => {
  it('of OpenAI list and find models', async () => {
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: keys.any, maxRetries: 0 });
    const ids: string[] = [];
    for await (const { id } of openai.models.list()) ids.push(id);
    expect(ids).toEqual(await idsFor(keys.any));
    expect((await openai.models.retrieve('sandbox/large')).owned_by).toBe('sandbox');
    await expect(openai.models.retrieve('sandbox/nothing')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('of Anthropic list page by page in both directions, and find models', async () => {
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: keys.any, maxRetries: 0 });
    const all = await idsFor(keys.any);
    const ids: string[] = [];
    for await (const { id, type, display_name, created_at } of anthropic.models.list({ limit: 2 })) {
      ids.push(id);
      expect(type).toBe('model');
      expect(display_name).not.toBe('');
      expect(Date.parse(created_at)).toBe(0);
    }
    expect(ids).toEqual(all);
    const before = await anthropic.models.list({ before_id: all[4] ?? '', limit: 2 });
    expect(before.data.map(({ id }) => id)).toEqual(all.slice(2, 4));
    expect(before.has_more).toBe(true);
    expect(await anthropic.models.retrieve('sandbox/small')).toMatchObject({
      id: 'sandbox/small',
      type: 'model',
      display_name: 'Small (simulated)',
      max_input_tokens: 128_000,
    });
    await expect(anthropic.models.retrieve('sandbox/nothing')).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    await expect(anthropic.models.list({ after_id: 'nothing' })).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    await expect(anthropic.models.list({ limit: 0 })).rejects.toBeInstanceOf(Anthropic.BadRequestError);
  });
});

it('shows every policy of the project to a key that has no list of its own', async () => {
  expect(await idsFor(API_KEY)).toContain('policy/starter');
});
