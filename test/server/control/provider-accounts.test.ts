/** Accounts of providers and aliases of models, set up by people and served at once by a real gateway. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sqliteWriter } from '../../../server/store/sqlite.ts';
import {
  eventually,
  graphOf,
  idOf,
  passEverythingOn,
  publish,
  publishNext,
  recordOf,
  startGateway,
  type TestGateway,
} from '../gateway/harness.ts';
import googleText from '../providers/fixtures/google/text.fixture.json' with { type: 'json' };
import openaiErrors from '../providers/fixtures/openai/errors.fixture.json' with { type: 'json' };
import openaiText from '../providers/fixtures/openai/text.fixture.json' with { type: 'json' };
import { json, startUpstream, type Upstream } from '../providers/upstream.ts';
import { dialects, openHouse } from './house.ts';

type Handler = (response: ServerResponse, request: IncomingMessage) => void;

interface Account {
  readonly id: string;
  readonly values: Record<string, string>;
  readonly secrets: string[];
  readonly models: { readonly name: string; readonly contextTokens?: number }[];
  readonly enabled: boolean;
}

let gateway: TestGateway;
let upstream: Upstream;
let answer: Handler;
let names = 0;
const newName = () => `account-${++names}`;

beforeAll(async () => {
  upstream = await startUpstream((response, request) => answer(response, request));
  gateway = await startGateway();
  await passEverythingOn(gateway);
});
afterAll(async () => {
  await upstream.close();
  await gateway.stop();
});
beforeEach(() => {
  answer = json(200, openaiText.whole);
});

const input = (fields: Record<string, unknown> = {}) => ({
  kind: 'other',
  name: newName(),
  values: { address: upstream.baseUrl, key: 'first key' },
  leavesHouse: false,
  models: [{ name: 'tiny' }],
  ...fields,
});
const make = (fields: Record<string, unknown> = {}) =>
  gateway.api<Account & { name: string }>('POST', '/provider-accounts', input(fields));
const ask = (model: string) => gateway.chat({ model, messages: [{ role: 'user', content: 'Hi' }] });
const refusal = (method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<string> =>
  gateway.api(method, path, body).then(
    () => 'nothing was refused',
    (error: unknown) => String(error),
  );
const keysSent = () => upstream.requests.map(({ head }) => head.headers.authorization);

describe('accounts of providers', () => {
  it('serve their models at once, with their own key', async () => {
    const { name } = await make();
    const { models } = await gateway.api<{ models: { id: string; leavesHouse: boolean }[] }>('GET', '/models');
    expect(models).toContainEqual(expect.objectContaining({ id: `${name}/tiny`, leavesHouse: false }));
    const response = await ask(`${name}/tiny`);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-signalbox-model')).toBe(`${name}/tiny`);
    expect(keysSent().at(-1)).toBe('Bearer first key');
  });

  it('never give a key out again, and do not store it in the open', async () => {
    const account = await make({ values: { address: upstream.baseUrl, key: 'a key like no other' } });
    const { accounts } = await gateway.api<{ accounts: Account[] }>('GET', '/provider-accounts');
    expect(accounts.find(({ id }) => id === account.id)).toMatchObject({
      values: { address: upstream.baseUrl },
      secrets: ['key'],
    });
    const { entries } = await gateway.api<{ entries: unknown[] }>('GET', '/history?objectType=provider_account');
    const control = sqliteWriter(`${gateway.dataDir}/control.db`, 'process');
    const rows = await control('provider_accounts').select('*');
    await control.destroy();
    expect(rows).toHaveLength(accounts.length);
    expect(JSON.stringify([account, accounts, entries, rows])).not.toContain('a key like no other');
    expect(entries.length).toBeGreaterThan(0);
  });

  it('take another key at once, while requests that are under way end with the one before', async () => {
    const { id, name } = await make();
    let release: () => void = () => {};
    let connection: Promise<unknown> = Promise.resolve();
    answer = (response, request) => {
      connection = once(request.socket, 'close');
      release = () => json(200, openaiText.whole)(response);
    };
    const slow = ask(`${name}/tiny`);
    const before = upstream.requests.length;
    await eventually(() => expect(upstream.requests).toHaveLength(before + 1));
    await gateway.api('PATCH', `/provider-accounts/${id}`, { values: { key: 'second key' } });
    const finish = release;
    const old = connection;
    answer = json(200, openaiText.whole);
    expect((await ask(`${name}/tiny`)).status).toBe(200);
    expect(keysSent().at(-1)).toBe('Bearer second key');
    finish();
    expect((await slow).status).toBe(200);
    // The connections of the provider that was replaced are closed when its last request has ended.
    await old;
  });

  it('serve nothing while they are switched off, and everything when they are on again', async () => {
    const { id, name } = await make();
    await gateway.api('PATCH', `/provider-accounts/${id}`, { enabled: false });
    expect((await ask(`${name}/tiny`)).status).toBe(404);
    await gateway.api('PATCH', `/provider-accounts/${id}`, { enabled: true });
    expect((await ask(`${name}/tiny`)).status).toBe(200);
  });

  it('stay as long as a live policy sends requests to them', async () => {
    const { id, name } = await make();
    const graph = (model: string) =>
      graphOf({ enter: ['request', {}], call: ['model', { model, timeoutSeconds: 20, retries: 0 }] }, [
        'enter.next > call',
      ]);
    const policy = await publish(gateway, newName(), graph(`${name}/tiny`));
    expect(await refusal('DELETE', `/provider-accounts/${id}`)).toMatch(/requests go through its models in “account-/);
    await publishNext(gateway, policy, graph('sandbox/small'));
    await gateway.api('DELETE', `/provider-accounts/${id}`);
    expect((await ask(`${name}/tiny`)).status).toBe(404);
  });

  it('say of their models what people know better, and stand for models of the price list', async () => {
    const { name } = await make({
      kind: 'azure',
      values: { address: new URL(upstream.baseUrl).origin, key: 'k' },
      leavesHouse: true,
      allowPrivate: true,
      region: 'Sweden Central',
      models: [{ name: 'ours', standsFor: 'gpt-4o', images: false }, { name: 'gpt-4.1' }],
    });
    const { models } = await gateway.api<{
      models: { id: string; price: [{ input: number }] | null; supports: { images: boolean }; region?: string }[];
    }>('GET', '/models');
    const own = models.filter(({ id }) => id.startsWith(`${name}/`));
    expect(own.map(({ id, region }) => [id, region])).toEqual([
      [`${name}/ours`, 'Sweden Central'],
      [`${name}/gpt-4.1`, 'Sweden Central'],
    ]);
    expect(own[0]).toMatchObject({ price: [{ input: 2.5e9 }], supports: { images: false } });
    const response = await ask(`${name}/ours`);
    expect(response.headers.get('x-signalbox-cost-usd')).toMatch(/^0\.000/);
    expect(upstream.requests.at(-1)?.head.url).toBe('/openai/v1/chat/completions');
    expect(JSON.parse(upstream.requests.at(-1)?.body ?? '')).toMatchObject({ model: 'ours' });
  });

  it('serve vendors of another protocol', async () => {
    answer = json(200, googleText.whole);
    const { name } = await make({
      kind: 'google',
      values: { address: upstream.baseUrl, key: 'k' },
      leavesHouse: true,
      allowPrivate: true,
      models: [],
    });
    const response = await ask(`${name}/gemini-2.5-flash`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hello, wörld.' } }] });
    expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBeGreaterThan(0);
  });

  it('ask their server which models it has, and keep what people said of them', async () => {
    answer = json(200, {
      object: 'list',
      data: [
        { id: 'tiny', max_model_len: 4096 },
        { id: 'big', max_model_len: 8192 },
        { id: 'embed', type: 'embedding' },
      ],
    });
    const { id } = await make({ models: [{ name: 'tiny', contextTokens: 1000 }] });
    const asked = await gateway.api<Account>('POST', `/provider-accounts/${id}/ask-models`);
    expect(upstream.requests.at(-1)?.head.url).toBe('/v1/models');
    expect(asked.models).toEqual([
      { name: 'tiny', contextTokens: 1000 },
      { name: 'big', contextTokens: 8192 },
    ]);
  });

  it.each([
    [{ values: { address: 'ftp://host/v1' } }, 'no web address'],
    [{ values: { key: 'k' } }, '“Address” is empty'],
    [{ values: { address: 'https://models.test/v1', secret: 'x' } }, 'no such field'],
    [{ name: 'sandbox' }, 'already a provider of that name'],
    [{ name: 'Not A Name' }, 'small letters'],
    [{ name: 'policy' }, 'apps name policies by it'],
    [{ kind: 'bedrock', values: { key: 'k' }, region: '' }, 'needs a region'],
    [{ kind: 'bedrock', values: { accessKey: 'k' }, region: 'eu-north-1' }, 'belong together'],
    [{ leavesHouse: true, values: { address: 'http://127.0.0.1:9/v1' } }, 'own network'],
    [{ leavesHouse: true, values: { address: 'http://[::ffff:10.0.0.1]/v1' } }, 'own network'],
    [{ values: { address: 'http://169.254.169.254/v1' } }, 'machine’s own settings'],
  ])('are refused where %j', async (fields, words) => {
    expect(await refusal('POST', '/provider-accounts', input(fields))).toContain(words);
  });

  it('do not send a stored key to another server', async () => {
    const { id } = await make();
    const address = 'https://elsewhere.test/v1';
    expect(await refusal('PATCH', `/provider-accounts/${id}`, { values: { address } })).toContain('Enter “Key” anew');
    const unsaved = { ...input(), account: id, values: { address } };
    expect(await refusal('POST', '/provider-accounts/test', unsaved)).toContain('Enter “Key” anew');
    await gateway.api('PATCH', `/provider-accounts/${id}`, { values: { address, key: 'another' } });
  });
});

describe('trying an account', () => {
  interface Tried {
    readonly ok: boolean;
    readonly trouble: string | null;
    readonly words: string;
  }
  const tryIt = (fields: Record<string, unknown> = {}) =>
    gateway.api<Tried>('POST', '/provider-accounts/test', input(fields));

  it('says that it works, saved or not, with a real request', async () => {
    expect(await tryIt()).toMatchObject({ ok: true, trouble: null, words: expect.stringContaining('“tiny” answered') });
    expect(JSON.parse(upstream.requests.at(-1)?.body ?? '')).toMatchObject({ model: 'tiny' });
    const { id } = await make();
    expect(await gateway.api<Tried>('POST', `/provider-accounts/${id}/test`, { model: 'big' })).toMatchObject({
      ok: true,
    });
    expect(keysSent().at(-1)).toBe('Bearer first key');
    expect(JSON.parse(upstream.requests.at(-1)?.body ?? '')).toMatchObject({ model: 'big' });
  });

  const { auth, unknown_model: unknown, rate_limited: limited } = openaiErrors.errors;
  it.each<[string, Handler, string]>([
    ['key', json(auth.status, auth.body), 'refused the key'],
    ['model', json(unknown.status, unknown.body), 'does not serve “tiny”'],
    ['quota', json(limited.status, limited.body), 'quota is used up'],
    ['region', json(400, { error: { message: 'User location is not supported.' } }), 'Choose another region'],
    ['address', (response) => response.writeHead(404).end('<html>'), 'knows no such path'],
    [
      'protocol',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'does not speak',
    ],
    ['protocol', json(200, { hello: 'world' }), 'does not speak'],
    ['provider', json(503, { error: { message: 'Overloaded.' } }), '“Overloaded”'],
  ])('tells trouble with the %s in words', async (trouble, handler, words) => {
    answer = handler;
    expect(await tryIt()).toMatchObject({ ok: false, trouble, words: expect.stringContaining(words) });
  });

  it('tells an address at which nobody listens, and one that speaks no TLS', async () => {
    const closed = await startUpstream(() => {});
    await closed.close();
    expect(await tryIt({ values: { address: closed.baseUrl } })).toMatchObject({
      trouble: 'address',
      words: expect.stringContaining('Nobody listens'),
    });
    const plain = createTcpServer((socket) => socket.on('error', () => {}).end('no TLS here'));
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const { port } = plain.address() as AddressInfo;
    expect(await tryIt({ values: { address: `https://127.0.0.1:${port}/v1` } })).toMatchObject({ trouble: 'tls' });
    plain.close();
  });

  it('does not let a name lead into the gateway’s own network', async () => {
    const { port } = new URL(upstream.baseUrl);
    const before = upstream.requests.length;
    expect(await tryIt({ values: { address: `http://localhost:${port}/v1` }, leavesHouse: true })).toMatchObject({
      ok: false,
      trouble: 'address',
      words: expect.stringContaining('own network'),
    });
    expect(upstream.requests).toHaveLength(before);
  });
});

describe('aliases', () => {
  interface Alias {
    readonly name: string;
    readonly model: string;
    readonly policies: { readonly name: string; readonly live: boolean; readonly draft: boolean }[];
  }
  const set = (name: string, model: string) => gateway.api<Alias>('PUT', `/aliases/${name}`, { model });

  it('lead apps and policies to a model, and to another one from the moment of a change', async () => {
    await set('cheap', 'sandbox/small');
    const asked = await ask('cheap');
    expect(asked.headers.get('x-signalbox-model')).toBe('sandbox/small');
    expect(await recordOf(gateway, idOf(asked))).toMatchObject({ requestedModel: 'cheap', model: 'sandbox/small' });

    const graph = graphOf(
      { enter: ['request', {}], call: ['model', { model: 'cheap', timeoutSeconds: 20, retries: 0 }] },
      ['enter.next > call'],
    );
    const name = newName();
    await publish(gateway, name, graph);
    expect((await ask(`policy/${name}`)).headers.get('x-signalbox-model')).toBe('sandbox/small');
    expect(await set('cheap', 'sandbox/large')).toMatchObject({
      model: 'sandbox/large',
      policies: [{ name, live: true, draft: true }],
    });
    expect((await ask(`policy/${name}`)).headers.get('x-signalbox-model')).toBe('sandbox/large');
    expect(await refusal('DELETE', '/aliases/cheap')).toContain('requests go through it');
    const { entries } = await gateway.api<{ entries: { before: unknown; after: unknown }[] }>(
      'GET',
      '/history?objectType=alias',
    );
    expect(entries[0]).toMatchObject({ before: { model: 'sandbox/small' }, after: { model: 'sandbox/large' } });
  });

  it('stand among the names of their model', async () => {
    await set('strong', 'sandbox/large');
    const { models } = await gateway.api<{ models: { id: string; names: string[] }[] }>('GET', '/models');
    expect(models.find(({ id }) => id === 'sandbox/large')?.names).toContain('strong');
    await gateway.api('DELETE', '/aliases/strong');
    expect((await ask('strong')).status).toBe(404);
  });

  it.each([
    ['loop', 'another', 'alias itself'],
    ['small', 'sandbox/large', 'reach the model sandbox/small'],
    ['asked', 'sandbox/large', 'names'],
    ['gone', 'nobody/none', 'Nobody offers'],
    ['No%20Name', 'sandbox/large', 'small letters'],
  ])('are refused: %s → %s', async (name, model, words) => {
    await set('another', 'sandbox/small');
    expect(await refusal('PUT', `/aliases/${name}`, { model })).toContain(words);
  });
});

describe.each(dialects)('on %s', (dialect) => {
  it('accounts and aliases are made, changed and deleted', async () => {
    const house = await openHouse(dialect);
    try {
      const body = { ...input(), models: [{ name: 'one', tools: false }] };
      const made = await house.ask('POST', '/provider-accounts', body);
      expect(made).toMatchObject({ status: 201, body: { enabled: true, secrets: ['key'], modelsAskedAt: null } });
      const path = `/provider-accounts/${made.body.id}`;
      expect((await house.ask('PATCH', path, { enabled: false, region: 'Oslo' })).body).toMatchObject({
        enabled: false,
        region: 'Oslo',
        leavesHouse: false,
        secrets: ['key'],
        models: [{ name: 'one', tools: false }],
      });
      expect((await house.ask('GET', '/provider-accounts')).body.accounts).toHaveLength(1);
      expect((await house.ask('POST', '/provider-accounts', body)).status).toBe(409);
      expect((await house.ask('DELETE', path)).status).toBe(204);
      expect((await house.ask('DELETE', path)).status).toBe(404);
      expect((await house.ask('PUT', '/aliases/tiny', { model: 'test/small' })).status).toBe(200);
      expect((await house.ask('GET', '/aliases')).body.aliases).toMatchObject([{ name: 'tiny', model: 'test/small' }]);
      expect((await house.ask('DELETE', '/aliases/tiny')).status).toBe(204);
    } finally {
      await house.close();
    }
  });
});
