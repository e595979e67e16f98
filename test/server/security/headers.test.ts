import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN } from '../access/people.ts';
import { ADMIN_TOKEN, API_KEY, startGateway, type TestGateway } from '../gateway/harness.ts';

const METRICS_TOKEN = 'a-token-for-metrics-0123456789';
const BEHIND_TLS = { 'x-forwarded-proto': 'https' };
const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const APP = { authorization: `Bearer ${API_KEY}` };
const HELLO = { model: 'sandbox/small', messages: [{ role: 'user', content: 'Hello' }] };

let pages: string;
let gateway: TestGateway;
beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'signalbox-pages-'));
  await mkdir(join(pages, 'assets'));
  await writeFile(join(pages, 'index.html'), '<!doctype html><title>Signalbox</title>');
  await writeFile(join(pages, 'assets', 'page.js'), 'export {};');
  gateway = await startGateway({ pages, environment: { METRICS_TOKEN, TRUSTED_PROXIES: '127.0.0.1' } });
});
afterAll(async () => {
  await gateway.stop();
  await rm(pages, { recursive: true });
});

interface Asked {
  readonly path: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** Sent with POST. */
  readonly body?: unknown;
}

function ask(
  { path, headers = {}, body }: Omit<Asked, 'status'>,
  more: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${gateway.url}${path}`, {
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers, ...more },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
}

/** What a browser may come to by an address alone. */
const OF_BROWSERS: readonly Asked[] = [
  { path: '/', status: 200 },
  { path: '/policies/pol_1', status: 200 },
  { path: '/assets/page.js', status: 200 },
  { path: '/api/openapi.json', status: 200 },
  { path: '/api/session', status: 200 },
  { path: '/api/teams', status: 200, headers: ADMIN },
  { path: '/api/teams', status: 401 },
  { path: '/api/nothing', status: 404 },
  { path: '/api/people', status: 422, headers: ADMIN, body: {} },
  { path: '/api/policies/%', status: 400 },
  { path: '/health/live', status: 200 },
  { path: '/health/ready', status: 200 },
  { path: '/metrics', status: 200, headers: { authorization: `Bearer ${METRICS_TOKEN}` } },
  { path: '/metrics', status: 401 },
];

const OF_APPS: readonly Asked[] = [
  { path: '/v1/chat/completions', status: 200, headers: APP, body: HELLO },
  { path: '/v1/chat/completions', status: 200, headers: APP, body: { ...HELLO, stream: true } },
  { path: '/v1/chat/completions', status: 401, body: HELLO },
  { path: '/v1/messages', status: 200, headers: APP, body: { ...HELLO, max_tokens: 9 } },
  { path: '/v1/messages/count_tokens', status: 200, headers: APP, body: HELLO },
  { path: '/v1/models', status: 200, headers: APP },
  { path: '/v1/models', status: 401 },
  { path: '/v1/requests/req_1', status: 404, headers: APP },
  { path: '/v1/nothing', status: 404 },
];

const named = (all: readonly Asked[]) => all.map((one) => [`${one.path} that answers ${one.status}`, one] as const);

describe.each(named([...OF_BROWSERS, ...OF_APPS]))('%s', (_name, asked) => {
  it('is taken for what it says it is, names no software, and lets no other site in', async () => {
    const answer = await ask(asked);
    await answer.text();
    expect(answer.status).toBe(asked.status);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    for (const name of ['x-powered-by', 'server', 'access-control-allow-origin', 'access-control-allow-credentials']) {
      expect(answer.headers.get(name), name).toBeNull();
    }
  });
});

describe.each(named(OF_BROWSERS))('%s', (_name, asked) => {
  it('runs scripts of our own alone, stands in no frame, and tells nobody where somebody was', async () => {
    const { headers } = await ask(asked);
    const policy = new Map(
      (headers.get('content-security-policy') ?? '').split(';').map((part) => {
        const [name = '', ...values] = part.trim().split(' ');
        return [name, values.join(' ')];
      }),
    );
    expect(Object.fromEntries(policy)).toMatchObject({
      'default-src': "'self'",
      'script-src': "'self'",
      'script-src-attr': "'none'",
      'object-src': "'none'",
      'base-uri': "'self'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
    });
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    if (asked.path.startsWith('/api/')) expect(headers.get('cache-control')).toBe('no-store');
  });

  it('asks for TLS from then on where there is TLS, and nowhere else', async () => {
    expect((await ask(asked)).headers.get('strict-transport-security')).toBeNull();
    expect((await ask(asked, BEHIND_TLS)).headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}$/);
  });
});

it('the cookie of a session is closed to scripts and other sites, and to connections without TLS where there is TLS', async () => {
  const enter = async (headers: Record<string, string>): Promise<string> => {
    const body = { email: 'admin@example.com', password: 'a password for tests' };
    const answer = await ask({ path: '/api/session', headers: { ...OWN, ...headers }, body });
    expect(answer.status).toBe(200);
    return answer.headers.getSetCookie().join('\n');
  };
  const without = await enter({});
  expect(without).toMatch(/; HttpOnly/);
  expect(without).toMatch(/; SameSite=Strict/);
  expect(without).not.toMatch(/; (Secure|Domain=)/);
  expect(await enter(BEHIND_TLS)).toMatch(/; Secure/);
});

it('a page of another site may not ask in the name of whoever has it open', async () => {
  const preflight = await fetch(`${gateway.url}/api/people`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://elsewhere.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-signalbox-csrf, content-type',
    },
  });
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  expect(preflight.headers.get('access-control-allow-headers')).toBeNull();
});
