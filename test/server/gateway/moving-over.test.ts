/** Programs that come from other gateways: where they send the key, what they say of requests, and their paths. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  API_KEY,
  graphOf,
  idOf,
  makeKey,
  passEverythingOn,
  publish,
  recordOf,
  startGateway,
  type TestGateway,
} from './harness.ts';

const hello = [{ role: 'user', content: 'hello' }] as const;
const body = { model: 'policy/say', messages: hello };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const say = graphOf({ enter: ['request', {}], say: ['answer', { text: 'ok' }] }, ['enter.next > say']);
  await publish(gateway, 'say', say);
  await passEverythingOn(gateway);
});
afterAll(() => gateway.stop());

/** A request with no other headers than those given. */
const post = (headers: Record<string, string>, path = '/v1/chat/completions', sent: unknown = body) =>
  fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(sent),
  });

const answerSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }).optional() });

async function codeOf(response: Response): Promise<string> {
  return answerSchema.parse(await response.json()).error?.code ?? 'ok';
}

describe('the key', () => {
  it.each([
    ['authorization', `Bearer ${API_KEY}`],
    ['authorization', `bearer  ${API_KEY} `],
    ['x-api-key', API_KEY],
    ['api-key', API_KEY],
    ['x-litellm-api-key', `Bearer ${API_KEY}`],
    ['x-litellm-api-key', API_KEY],
    ['x-portkey-api-key', API_KEY],
    ['cf-aig-authorization', `Bearer ${API_KEY}`],
    ['helicone-auth', `Bearer ${API_KEY}`],
  ])('is read from %s: %s', async (name, value) => {
    expect(await codeOf(await post({ [name]: value }))).toBe('ok');
  });

  it("is found beside a vendor's own key, which goes nowhere", async () => {
    const response = await post({ authorization: 'Bearer sk-vendor', 'helicone-auth': `Bearer ${API_KEY}` });
    expect(await codeOf(response)).toBe('ok');
    expect(JSON.stringify(await recordOf(gateway, idOf(response)))).not.toContain('sk-vendor');
  });

  it('is the first of ours in the order that is written down', async () => {
    const { token, key } = await makeKey(gateway);
    const response = await post({ 'x-portkey-api-key': API_KEY, 'x-api-key': token });
    expect((await recordOf(gateway, idOf(response))).key).toBe(key.id);
  });

  it('is not looked for any further behind one that was revoked', async () => {
    const { token, key } = await makeKey(gateway);
    await gateway.api('POST', `/keys/${key.id}/revoke`, { reason: 'for a test' });
    const response = await post({ 'x-api-key': token, 'x-portkey-api-key': API_KEY });
    expect([response.status, await codeOf(response)]).toEqual([401, 'revoked_key']);
  });

  it.each([
    [{}, 'missing_key'],
    [{ authorization: `Basic ${API_KEY}` }, 'missing_key'],
    [{ authorization: 'Bearer ' }, 'missing_key'],
    [{ authorization: 'Bearer sk-vendor', 'x-portkey-api-key': 'pk' }, 'invalid_key'],
    [{ 'x-api-key': `${API_KEY}, ${API_KEY}` }, 'invalid_key'],
  ])('is not there in %j', async (headers, code) => {
    const response = await post(headers);
    expect([response.status, await codeOf(response)]).toEqual([401, code]);
  });
});

const withKey = (headers: Record<string, string> = {}) => ({ authorization: `Bearer ${API_KEY}`, ...headers });

/** What a request is tagged with by its caller. */
async function tagsOf(headers: Record<string, string>, more: object = {}): Promise<Record<string, string>> {
  const response = await post(withKey(headers), '/v1/chat/completions', { ...body, ...more });
  expect(response.status, await response.clone().text()).toBe(200);
  const { tags } = await recordOf(gateway, idOf(response));
  return Object.fromEntries(
    Object.entries(tags).flatMap(([name, { value, source }]) => (source === 'caller' ? [[name, value]] : [])),
  );
}

describe('tags', () => {
  it.each([
    [
      "LiteLLM's list",
      { 'x-litellm-tags': ' nightly, jobID:21:45 ,env=prod' },
      { nightly: 'true', jobID: '21:45', env: 'prod' },
    ],
    [
      "LiteLLM's JSON",
      { 'x-litellm-spend-logs-metadata': '{"project_id":"p","tries":2}' },
      { project_id: 'p', tries: '2' },
    ],
    ["LiteLLM's end user", { 'x-litellm-end-user-id': 'ada' }, { user: 'ada' }],
    [
      "Portkey's metadata",
      { 'x-portkey-metadata': '{"_user":"ada","feature":"chat"}' },
      { user: 'ada', feature: 'chat' },
    ],
    ["Portkey's trace", { 'x-portkey-trace-id': 'run-7' }, { session: 'run-7' }],
    [
      "Cloudflare's metadata",
      { 'cf-aig-metadata': '{"team_name":"AI","user":12345,"test":true}' },
      { team_name: 'AI', user: '12345', test: 'true' },
    ],
    [
      "Helicone's properties",
      { 'Helicone-Property-Conversation': 'support, two', 'Helicone-Property-App': 'mobile' },
      { conversation: 'support, two', app: 'mobile' },
    ],
    [
      "Helicone's user and session",
      { 'Helicone-User-Id': 'ada', 'Helicone-Session-Id': 's-1' },
      { user: 'ada', session: 's-1' },
    ],
  ])('come from %s', async (_what, headers, expected) => {
    expect(await tagsOf(headers)).toEqual(expected);
  });

  it("come from LiteLLM's places in the body, where what is no tag is passed over", async () => {
    const metadata = {
      tags: ['nightly', 'jobID:21', 'not a tag', 7, `long:${'x'.repeat(300)}`],
      spend_logs_metadata: { hello: 'world', deep: { a: 1 }, 'no name': 'x' },
      plain: 'yes',
      odd: 'a\u0000b',
    };
    expect(await tagsOf({}, { metadata })).toEqual({ nightly: 'true', jobID: '21', hello: 'world', plain: 'yes' });
    expect(await tagsOf({}, { metadata: { tags: 'a,b' } })).toEqual({ tags: 'a,b' });
  });

  it('count in the order that is written down: our header, the body, other headers, the user of the body', async () => {
    const all = {
      'x-litellm-end-user-id': 'one',
      'helicone-user-id': 'two',
      'x-litellm-tags': 'user:three',
      'x-portkey-metadata': '{"_user":"four"}',
      'cf-aig-metadata': '{"user":"five"}',
      'helicone-property-user': 'six',
      'x-signalbox-tags': 'user=eight',
    };
    const strongest = Object.keys(all).reverse();
    const inBody = { user: 'zero', metadata: { user: 'seven' } };
    const left: Record<string, string> = { ...all };
    const found: (string | undefined)[] = [];
    for (const name of strongest) {
      found.push((await tagsOf(left, name === 'helicone-property-user' ? inBody : { user: 'zero' })).user);
      if (name === 'helicone-property-user') found.push((await tagsOf(left, { user: 'zero' })).user);
      delete left[name];
    }
    found.push((await tagsOf({}, { user: 'zero' })).user);
    expect(found).toEqual(['eight', 'seven', 'six', 'five', 'four', 'three', 'two', 'one', 'zero']);
  });

  it('cannot take the place of what the key fixes, from wherever they come', async () => {
    const { token } = await makeKey(gateway, { fixedTags: { cost: 'c1' } });
    const response = await post({
      'x-api-key': token,
      'x-litellm-tags': 'cost:c2,team:other',
      'x-portkey-metadata': '{"cost":"c2","_team":"other"}',
      'cf-aig-metadata': '{"cost":"c2","team":"other"}',
      'helicone-property-cost': 'c2',
      'helicone-property-team': 'other',
    });
    const { tags } = await recordOf(gateway, idOf(response));
    expect(tags.cost).toEqual({ value: 'c1', source: 'key' });
    expect(tags.team?.source).toBe('key');
  });

  it.each([
    ['with two values in one list', { 'x-litellm-tags': 'a:1,a:2' }, '“a” has two values in x-litellm-tags'],
    ['with two values in our header', { 'x-signalbox-tags': 'a=1,a=2' }, '“a” has two values'],
    ['twice in one object', { 'cf-aig-metadata': '{"a":1,"a":2}' }, 'in which no name is there twice'],
    ['with and without an underscore', { 'x-portkey-metadata': '{"_user":"a","user":"b"}' }, '“user” has two values'],
    [
      'that hold an object',
      { 'x-portkey-metadata': '{"a":{"b":1}}' },
      '“a” in x-portkey-metadata holds more than one value',
    ],
    ['that hold a list', { 'cf-aig-metadata': '{"a":[1]}' }, 'holds more than one value'],
    [
      'that are nested very deep',
      { 'cf-aig-metadata': `{"a":${'['.repeat(400)}${']'.repeat(400)}}` },
      'one JSON object',
    ],
    ['with a name that is none', { 'x-litellm-tags': 'two words' }, 'is not a tag name'],
    ['without a name', { 'helicone-property-': 'x' }, 'is not a tag name'],
    ['with characters that nobody sees', { 'x-signalbox-tags': 'a=x%00y' }, 'characters that cannot be shown'],
    ['with half a character', { 'cf-aig-metadata': '{"a":"\\ud800"}' }, 'characters that cannot be shown'],
    ['that are too long', { 'helicone-session-id': 'x'.repeat(257) }, 'longer than 256 characters'],
    ['that are too many', { 'x-litellm-tags': Array.from({ length: 41 }, (_, i) => `t${i}`).join() }, 'more than 40'],
  ])('%s are refused with a sentence', async (_what, headers, words) => {
    const response = await post(withKey(headers));
    expect(response.status).toBe(400);
    const { error } = answerSchema.parse(await response.json());
    expect(error?.code).toBe('invalid_tags');
    expect(error?.message).toContain(words);
  });

  it('keep what can be shown of a user that is long or odd', async () => {
    const { user } = await tagsOf({}, { user: `a\u0001${'x'.repeat(253)}😀` });
    expect(user).toBe(`a${'x'.repeat(253)}`);
  });
});

describe('the paths', () => {
  it.each([
    '/v1',
    '',
    '/openai/v1',
    '/openai',
    '/compat',
    '/v1/account-1/gateway-1/openai',
    '/v1/account-1/gateway-1/compat',
  ])('that begin with "%s" are spoken to by the package of OpenAI', async (base) => {
    const openai = new OpenAI({ baseURL: `${gateway.url}${base}`, apiKey: API_KEY, maxRetries: 0 });
    const chat = await openai.chat.completions.create({ ...body, messages: [...hello] });
    expect(chat.choices[0]?.message.content).toBe('ok');
    const response = await openai.responses.create({ model: 'policy/say', input: 'hello' });
    expect(response.output_text).toBe('ok');
    const { data } = await openai.embeddings.create({ model: 'sandbox/embed', input: 'x', dimensions: 4 });
    expect(data[0]?.embedding).toHaveLength(4);
    if (base === '') return;
    expect((await openai.models.retrieve('policy/say')).id).toBe('policy/say');
  });

  it.each(['', '/anthropic', '/v1/account-1/gateway-1/anthropic'])(
    'that begin with "%s" are spoken to by the package of Anthropic',
    async (base) => {
      const anthropic = new Anthropic({ baseURL: `${gateway.url}${base}`, apiKey: API_KEY, maxRetries: 0 });
      const message = await anthropic.messages.create({ ...body, messages: [...hello], max_tokens: 9 });
      expect(message.content).toMatchObject([{ type: 'text', text: 'ok' }]);
      const counted = await anthropic.messages.countTokens({ ...body, messages: [...hello] });
      expect(counted.input_tokens).toBeGreaterThan(0);
      expect((await anthropic.models.retrieve('policy/say')).display_name).toBe('say');
    },
  );

  it('that nobody has are not found', async () => {
    expect((await post(withKey(), '/v1/openai/chat/completions')).status).toBe(404);
    expect((await post(withKey(), '/chat')).status).toBe(404);
  });
});
