/** What keys are limited to, with the packages that apps use and real sockets. */
import OpenAI, { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KEY_ENDPOINTS, type KeyEndpoint } from '../../../policies/key-limits.ts';
import {
  API_KEY,
  atRest,
  eventually,
  graphOf,
  idOf,
  makeKey,
  newestRecord,
  passEverythingOn,
  publish,
  recordOf,
  startGateway,
  type TestGateway,
} from './harness.ts';

const NO_LIMITS = { policies: null, endpoints: null, models: null, networks: null, expiresAt: null };
const HOUR = 3_600_000;
const messages = [{ role: 'user' as const, content: 'a synonym for happy' }];
const call = (model: string) => ['model', { model, timeoutSeconds: 20, retries: 0 }] as const;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });
  await passEverythingOn(gateway);
});
afterAll(() => gateway.stop());

/** The package of OpenAI with a new key that is limited so. */
async function limitedTo(
  limits: Record<string, unknown>,
): Promise<{ openai: OpenAI; token: string; key: { id: string } }> {
  const { token, key } = await makeKey(gateway, limits);
  return { token, key, openai: new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: token, maxRetries: 0 }) };
}

async function change(key: { id: string }, limits: object): Promise<void> {
  const { keys } = await gateway.api<{ keys: { id: string; revision: number }[] }>('GET', '/keys');
  const revision = keys.find(({ id }) => id === key.id)?.revision;
  await gateway.api('PUT', `/keys/${key.id}/limits`, { ...NO_LIMITS, revision, reason: 'for a test', ...limits });
}

const ask = (openai: OpenAI, model: string) => openai.chat.completions.create({ model, messages });

/** What the package raises. */
async function refusalOf(asked: PromiseLike<unknown>): Promise<{ status: unknown; code: unknown; message: string }> {
  const error: unknown = await Promise.resolve(asked).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof APIError)) throw new Error(`It was not refused: ${error}`);
  return { status: error.status, code: error.code, message: error.message };
}

const post = (path: string, token: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const get = (path: string, token: string) =>
  fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const errorIn = async (answer: Response) => errorSchema.parse(await answer.json()).error;

describe('a key that is for some endpoints', () => {
  const model = 'sandbox/small';
  const asking: Readonly<Record<KeyEndpoint, (token: string) => Promise<Response>>> = {
    'chat.completions': (token) => post('/v1/chat/completions', token, { model, messages }),
    responses: (token) => post('/v1/responses', token, { model, input: 'a synonym for happy' }),
    messages: (token) => post('/v1/messages', token, { model, max_tokens: 20, messages }),
    embeddings: (token) => post('/v1/embeddings', token, { model: 'sandbox/embed', input: 'happy' }),
    models: (token) => get('/v1/models', token),
    count_tokens: (token) => post('/v1/messages/count_tokens', token, { model, messages }),
    feedback: (token) => post('/v1/feedback', token, { request_id: 'req_none', score: 1 }),
    requests: (token) => get('/v1/requests/req_none', token),
  };
  /** Without a limit: what there is no request for is not found. */
  const usual = { feedback: 404, requests: 404 } as Readonly<Partial<Record<KeyEndpoint, number>>>;

  it.each(KEY_ENDPOINTS)('may be used for %s, and for nothing else', async (only) => {
    const { token } = await limitedTo({ endpoints: [only] });
    for (const endpoint of KEY_ENDPOINTS) {
      const answer = await asking[endpoint](token);
      if (endpoint === only) expect(answer.status, endpoint).toBe(usual[endpoint] ?? 200);
      else {
        expect(answer.status, endpoint).toBe(403);
        const text = await answer.text();
        // The protocol of Anthropic has no member for codes of others.
        if (endpoint !== 'messages' && endpoint !== 'count_tokens') expect(text).toContain('endpoint_not_allowed');
        expect(text).toContain('This API key may not be used for');
      }
    }
  });

  it('is told what it is for, and what it tried is on record', async () => {
    const { openai, key } = await limitedTo({ endpoints: ['embeddings', 'models'] });
    expect(await refusalOf(ask(openai, model))).toMatchObject({
      status: 403,
      code: 'endpoint_not_allowed',
      message: expect.stringContaining('chat completions, only for embeddings, the list of models'),
    });
    const { data } = await openai.embeddings.create({ model: 'sandbox/embed', input: 'happy' });
    expect(data).toHaveLength(1);
    const { records } = await gateway.api<{ records: { id: string; key: string; errorCode: string | null }[] }>(
      'GET',
      '/records?limit=20',
    );
    const found = records.find((one) => one.key === key.id && one.errorCode === 'endpoint_not_allowed');
    expect(await recordOf(gateway, found?.id ?? '')).toMatchObject({ status: 'blocked', attempts: [], cost: 0 });
  });
});

describe('a key that may use some models', () => {
  it('calls those, by whatever name it asks for them, and hears which one it may not', async () => {
    await gateway.api('PUT', '/aliases/tiny', { model: 'sandbox/small', reason: null });
    const { openai } = await limitedTo({ models: ['tiny', 'sandbox/l*l'] });
    for (const name of ['sandbox/small', 'small', 'tiny', 'sandbox/local']) {
      expect((await ask(openai, name)).choices).toHaveLength(1);
    }
    for (const name of ['sandbox/large', 'large']) {
      expect(await refusalOf(ask(openai, name))).toMatchObject({
        status: 403,
        code: 'model_not_allowed',
        message: expect.stringContaining('may not use sandbox/large'),
      });
    }
    expect(await refusalOf(ask(openai, 'sandbox/nothing'))).toMatchObject({ status: 404, code: 'unknown_model' });
  });

  it('goes where an alias leads now', async () => {
    await gateway.api('PUT', '/aliases/moving', { model: 'sandbox/small', reason: null });
    const { openai } = await limitedTo({ models: ['moving'] });
    expect((await ask(openai, 'sandbox/small')).choices).toHaveLength(1);
    await gateway.api('PUT', '/aliases/moving', { model: 'sandbox/large', reason: null });
    expect((await ask(openai, 'moving')).choices).toHaveLength(1);
    expect(await refusalOf(ask(openai, 'sandbox/small'))).toMatchObject({ code: 'model_not_allowed' });
  });

  it('is held to what is really called, not to what it asks for', async () => {
    await publish(
      gateway,
      'always-large',
      graphOf({ enter: ['request', {}], to: call('sandbox/large') }, ['enter.next > to']),
    );
    await publish(
      gateway,
      'always-small',
      graphOf({ enter: ['request', {}], to: call('sandbox/small') }, ['enter.next > to']),
    );
    const { openai } = await limitedTo({ models: ['sandbox/small'] });
    expect((await ask(openai, 'policy/always-small')).choices).toHaveLength(1);
    const refused = ask(openai, 'policy/always-large').asResponse();
    expect(await refusalOf(refused)).toMatchObject({ status: 403, code: 'model_not_allowed' });
    const record = await newestRecord(gateway, ({ errorCode }) => errorCode === 'model_not_allowed');
    expect(record).toMatchObject({ status: 'blocked', attempts: [], cost: 0 });
    expect(record.trace.at(-1)?.reason).toBe('sandbox/large: the key of this request may not use it.');
  });

  it('is answered by the next one that it may use, and by no other when that fails', async () => {
    const models = ['sandbox/large', 'sandbox/small', 'sandbox/local'];
    await publish(
      gateway,
      'in-turn',
      graphOf({ enter: ['request', {}], tries: ['fallback', { models, coolDownSeconds: 0 }] }, ['enter.next > tries']),
    );
    const { token } = await limitedTo({ models: ['sandbox/small'] });
    const answered = await post('/v1/chat/completions', token, { model: 'policy/in-turn', messages });
    expect([answered.status, answered.headers.get('x-signalbox-model')]).toEqual([200, 'sandbox/small']);
    gateway.faults.set('small', 'fault=503');
    const failed = await post('/v1/chat/completions', token, { model: 'policy/in-turn', messages });
    gateway.faults.clear();
    expect(failed.status).toBe(502);
    const { attempts, trace, facts } = await recordOf(gateway, idOf(failed));
    expect(facts['key.models']).toEqual(['sandbox/small']);
    expect(attempts.map(({ model }) => model)).toEqual(['sandbox/small']);
    expect(trace.at(-1)?.reason).toMatch(/sandbox\/large: the key .* may not use it; .*sandbox\/local: the key .*/);
  });

  it('has no copies sent to others', async () => {
    const copy = ['shadow', { model: 'sandbox/large', share: 1 }] as const;
    await publish(
      gateway,
      'copied',
      graphOf({ enter: ['request', {}], copy, to: call('sandbox/small') }, ['enter.next > copy', 'copy.next > to']),
    );
    const reasonFor = async (token: string): Promise<string | undefined> => {
      const answer = await post('/v1/chat/completions', token, { model: 'policy/copied', messages });
      expect(answer.status).toBe(200);
      return (await recordOf(gateway, idOf(answer))).trace.find(({ node }) => node === 'copy')?.reason;
    };
    const { token } = await limitedTo({ models: ['sandbox/small'] });
    expect(await reasonFor(token)).toBe('No copy: the key of this request may not use sandbox/large.');
    expect(await reasonFor(API_KEY)).toBe('A copy goes to sandbox/large.');
    await atRest(gateway);
  });

  it('is given no answer again that another model gave', async () => {
    const cache = ['cache', { within: 'organisation', keptSeconds: 60 }] as const;
    const models = ['sandbox/large', 'sandbox/small'];
    await publish(
      gateway,
      'kept',
      graphOf({ enter: ['request', {}], cache, tries: ['fallback', { models, coolDownSeconds: 0 }] }, [
        'enter.next > cache',
        'cache.miss > tries',
      ]),
    );
    const from = async (token: string) => {
      const answer = await post('/v1/chat/completions', token, { model: 'policy/kept', messages });
      return [answer.status, answer.headers.get('x-signalbox-cache'), answer.headers.get('x-signalbox-model')];
    };
    const { token } = await limitedTo({ models: ['sandbox/small'] });
    expect(await from(API_KEY)).toEqual([200, 'miss', 'sandbox/large']);
    expect(await from(API_KEY)).toEqual([200, 'hit', 'sandbox/large']);
    expect(await from(token)).toEqual([200, 'miss', 'sandbox/small']);
  });

  it('sees no others in the list, nor by their names', async () => {
    const { openai, token } = await limitedTo({ models: ['sandbox/small', 'sandbox/embed'] });
    const ids = (await openai.models.list()).data.map(({ id }) => id);
    expect(ids.filter((id) => id.includes('sandbox/') || id === 'tiny').sort()).toEqual([
      'sandbox/embed',
      'sandbox/small',
      'tiny',
    ]);
    expect((await openai.models.retrieve('sandbox/small')).id).toBe('sandbox/small');
    expect((await get('/v1/models/sandbox/large', token)).status).toBe(404);
  });

  it('is told the same by a dry run and when tokens are counted', async () => {
    const { token } = await limitedTo({ models: ['sandbox/small'] });
    const dry = { 'x-signalbox-dry-run': 'true' };
    const decided = z.object({ outcome: z.object({ type: z.string() }) });
    const outcome = async (model: string) =>
      decided.parse(await (await post('/v1/chat/completions', token, { model, messages }, dry)).json()).outcome.type;
    expect([await outcome('sandbox/small'), await outcome('sandbox/large')]).toEqual(['model', 'unfinished']);
    const counted = (model: string) => post('/v1/messages/count_tokens', token, { model, messages });
    expect([(await counted('sandbox/small')).status, (await counted('sandbox/large')).status]).toEqual([200, 403]);
  });
});

describe('a key that is for some networks', () => {
  const chat = (token: string, from?: string) =>
    post('/v1/chat/completions', token, { model: 'sandbox/small', messages }, from ? { 'x-forwarded-for': from } : {});

  it('is taken from there and from nowhere else, by the word of proxies that are trusted', async () => {
    const { token } = await limitedTo({ networks: ['203.0.113.0/24', '2001:db8::/32'] });
    for (const from of ['203.0.113.9', '::ffff:203.0.113.9', '2001:db8:1::1', '198.51.100.1, 203.0.113.9']) {
      expect((await chat(token, from)).status, from).toBe(200);
    }
    for (const from of ['203.0.114.9', '2001:db9::1', '203.0.113.9, 198.51.100.1', 'nonsense', undefined]) {
      const answer = await chat(token, from);
      expect(answer.status, from).toBe(403);
      expect(await errorIn(answer)).toMatchObject({ code: 'network_not_allowed' });
    }
    const message = (await errorIn(await chat(token, '198.51.100.1'))).message;
    expect(message).toContain('from the address 198.51.100.1');
  });

  it('is refused everywhere that a key is asked for', async () => {
    const { token } = await limitedTo({ networks: ['203.0.113.0/24'] });
    const answers = await Promise.all([
      get('/v1/models', token),
      get('/v1/models/sandbox/small', token),
      get('/v1/requests/req_none', token),
      post('/v1/feedback', token, { request_id: 'req_none', score: 1 }),
      post('/v1/messages/count_tokens', token, { model: 'sandbox/small', messages }),
      post('/v1/embeddings', token, { model: 'sandbox/embed', input: 'happy' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
  });

  it('goes by the socket where no proxy is trusted, whatever is said', async () => {
    const plain = await startGateway();
    try {
      const { token } = await makeKey(plain, { networks: ['127.0.0.0/8', '::1'] });
      const other = await makeKey(plain, { networks: ['203.0.113.0/24'] });
      const ids = async (of: string) =>
        (await fetch(`${plain.url}/v1/models`, { headers: { 'x-api-key': of, 'x-forwarded-for': '203.0.113.9' } }))
          .status;
      expect([await ids(token), await ids(other.token)]).toEqual([200, 403]);
    } finally {
      await plain.stop();
    }
  });
});

describe('a key that ends', () => {
  it('is taken until then, and then refused as one that has expired', async () => {
    const { openai, key, token } = await limitedTo({ expiresAt: Date.now() + HOUR });
    expect((await ask(openai, 'sandbox/small')).choices).toHaveLength(1);
    const expiresAt = Date.now() + 200;
    await change(key, { expiresAt });
    await eventually(async () => expect((await get('/v1/models', token)).status).toBe(401));
    expect(await refusalOf(ask(openai, 'sandbox/small'))).toMatchObject({
      status: 401,
      code: 'expired_key',
      message: expect.stringContaining(`expired: it could be used until ${new Date(expiresAt).toISOString()}`),
    });
    await change(key, { expiresAt: Date.now() + HOUR });
    expect((await ask(openai, 'sandbox/small')).choices).toHaveLength(1);
  });
});

it('limits change at once, and every decision is taken the same way again', async () => {
  const { openai, key } = await limitedTo({});
  expect((await ask(openai, 'sandbox/large')).choices).toHaveLength(1);
  await change(key, { models: ['sandbox/small'] });
  expect(await refusalOf(ask(openai, 'sandbox/large'))).toMatchObject({ code: 'model_not_allowed' });
  await change(key, { models: null });
  expect((await ask(openai, 'sandbox/large')).choices).toHaveLength(1);
  const { records } = await gateway.api<{ records: { id: string; policy: string | null; status: string }[] }>(
    'GET',
    '/records?limit=200',
  );
  // A copy decides nothing, and so does what was refused before.
  const decided = records.filter(({ policy, status }) => policy !== null && status !== 'shadow');
  expect(decided.length).toBeGreaterThan(20);
  for (const { id } of decided) {
    expect(await gateway.api('POST', `/records/${id}/replay`, {})).toMatchObject({ result: 'same' });
  }
});
