import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { SqliteConnection } from '../../../server/store/sqlite.ts';
import { addressOf, runGateway } from '../../program.ts';
import { OWN } from '../access/people.ts';
import { json, startUpstream } from '../providers/upstream.ts';

const SECRETS = {
  SIGNALBOX_API_KEY: 'sb_first_key_never_in_a_log_0001',
  SIGNALBOX_ADMIN_TOKEN: 'admin_token_never_in_a_log_0002',
  SIGNALBOX_ADMIN_PASSWORD: 'password never in a log 0003',
  OPENAI_API_KEY: 'sk-never-in-a-log-0004',
  METRICS_TOKEN: 'metrics_token_never_in_a_log_0005',
  SECRET_KEY: Buffer.from('a key of 32 bytes, never logged!').toString('base64'),
};
const WRONG_PASSWORD = 'wrong password never in a log 0006';
const WRONG_KEY = 'sb_wrong_key_never_in_a_log_0007';
const QUESTION = 'The patient in room seven asks what is wrong with her.';
const PERSON = { name: 'Ada Neverlogged', email: 'neverlogged@example.org', password: 'password never in a log 0008' };
const HOOK = 'http://127.0.0.1:9/never-in-a-log-0009';
const ACCOUNT_KEY = 'account-key-never-in-a-log-0010';

const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-logs-'));
// As vendors do: what was wrong is repeated, the key and the question included.
const upstream = await startUpstream((response, request) => {
  const error = { message: `Incorrect API key ${request.headers.authorization}: ${QUESTION}`, code: 'invalid_api_key' };
  json(401, { error })(response);
});
afterAll(async () => {
  await upstream.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Breaks a table of the running gateway, from beside it. */
async function breakTable(file: string, table: string): Promise<void> {
  const connection = await SqliteConnection.open(join(dataDir, file));
  await connection.exec(`PRAGMA busy_timeout = 5000; ALTER TABLE ${table} RENAME TO ${table}_away;`);
  await connection.close();
}

it('no key, no password, no token, no address of a webhook and no text of anybody is in what the program writes', async () => {
  const gateway = runGateway({
    DATA_DIR: dataDir,
    OPENAI_BASE_URL: upstream.baseUrl,
    ALLOW_PRIVATE_WEBHOOKS: 'true',
    ...SECRETS,
  });
  const url = await addressOf(gateway);
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { authorization: `Bearer ${SECRETS.SIGNALBOX_ADMIN_TOKEN}` },
  ) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, text, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  };
  const read = (text: string, name: string): string => new RegExp(`"${name}":"([^"]+)"`).exec(text)?.[1] ?? '';
  const asApp = (key: string) => ({ authorization: `Bearer ${key}` });
  const ask = (model: string, key = SECRETS.SIGNALBOX_API_KEY) =>
    send('POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: QUESTION }] }, asApp(key));

  // People and their sessions.
  const admin = { email: 'admin@example.com', password: SECRETS.SIGNALBOX_ADMIN_PASSWORD };
  const session = await send('POST', '/api/session', admin, OWN);
  expect(session.status).toBe(200);
  expect((await send('POST', '/api/session', { ...admin, password: WRONG_PASSWORD }, OWN)).status).toBe(401);
  expect((await send('POST', '/api/people', { ...PERSON, grants: [{ role: 'viewer' }] })).status).toBe(201);
  const invited = await send('POST', '/api/invitations', { email: 'nobody@example.org', grants: [{ role: 'viewer' }] });
  expect(invited.status).toBe(201);

  // What programs and other services are let in with.
  const token = await send('POST', '/api/service-tokens', {
    name: 'x',
    grants: [{ role: 'admin' }],
    scope: 'role',
    days: 1,
  });
  const { projects } = JSON.parse((await send('GET', '/api/projects')).text);
  const key = await send('POST', '/api/keys', { name: 'app', project: projects[0].id });
  const channel = await send('POST', '/api/channels', {
    name: 'hook',
    topics: ['budgets'],
    target: { kind: 'webhook', url: HOOK },
  });
  const { id: channelId } = JSON.parse(channel.text).channel;
  expect((await send('POST', `/api/channels/${channelId}/test`)).text).toContain('"delivered":false');
  const account = { kind: 'other', name: 'mine', leavesHouse: false, models: [{ name: 'tiny' }] };
  const values = { address: upstream.baseUrl, key: ACCOUNT_KEY };
  const tried = await send('POST', '/api/provider-accounts/test', { ...account, values });
  expect(tried.status, tried.text).toBe(200);

  // Requests that go well, are refused here, and are refused by a provider that repeats what it was sent.
  expect((await ask('sandbox/small')).status).toBe(200);
  expect((await ask('sandbox/small', WRONG_KEY)).status).toBe(401);
  expect((await ask('sandbox/small?fault=garbage')).status).toBeGreaterThanOrEqual(200);
  const policy = await send('POST', '/api/policies', {
    name: 'direct',
    title: 'Direct',
    graph: {
      schema: 1,
      nodes: [
        { id: 'enter', kind: 'request', title: 'Request', settings: {} },
        { id: 'call', kind: 'model', title: 'Call', settings: { model: 'asked', timeoutSeconds: 20, retries: 0 } },
      ],
      edges: [{ from: 'enter', port: 'next', to: 'call' }],
    },
  });
  const { id } = JSON.parse(policy.text).policy;
  const reason = { reason: 'for a test' };
  expect((await send('POST', `/api/policies/${id}/publish`, { revision: 1, ...reason })).status).toBe(201);
  await send('PUT', '/api/organisation/default-policy', { policy: id, ...reason });
  expect((await ask('openai/gpt-4o-mini')).status).toBeGreaterThanOrEqual(400);
  expect(upstream.requests.length).toBeGreaterThan(0);

  // Errors of our own, while all of that is at hand.
  await breakTable('control.db', 'person_details');
  const failed = await send('POST', '/api/session', { email: PERSON.email, password: PERSON.password }, OWN);
  expect(failed.status).toBe(500);
  expect(failed.text).not.toMatch(/person_details|sqlite|\.ts/i);
  await gateway.waitFor(/person_details/);
  await breakTable('control.db', 'service_tokens');
  expect((await send('GET', '/api/teams', undefined, asApp(read(token.text, 'token')))).status).toBe(500);
  await gateway.waitFor(/no such table: service_tokens/);
  await breakTable('records.db', 'records');
  expect((await ask('sandbox/small')).status).toBeGreaterThanOrEqual(200);

  gateway.kill('SIGTERM');
  await gateway.ended;
  const said = gateway.said();
  expect(said).toContain('Signalbox is running');
  const secrets = [
    ...Object.values(SECRETS),
    ...[WRONG_PASSWORD, WRONG_KEY, PERSON.name, PERSON.email, PERSON.password, 'never-in-a-log', ACCOUNT_KEY],
    ...[read(token.text, 'token'), read(key.text, 'token'), read(channel.text, 'secret')],
    ...[invited.text.split('#')[1]?.split('"')[0] ?? '', decodeURIComponent(session.cookie.split('=')[1] ?? '')],
    ...['The patient', 'room seven'],
  ];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(8);
    expect(said).not.toContain(secret);
  }
  // The id of a session, too, without the signature behind it.
  const sid = /^s:([^.]+)\./.exec(decodeURIComponent(session.cookie.split('=')[1] ?? ''))?.[1] ?? '';
  expect(sid.length).toBeGreaterThan(20);
  expect(said).not.toContain(sid);
});
