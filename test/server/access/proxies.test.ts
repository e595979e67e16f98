import { expect, it } from 'vitest';
import { startGateway } from '../gateway/harness.ts';
import { OWN } from './people.ts';

const ADMIN = { email: 'admin@example.com', password: 'a password for tests' };
const FORWARDED = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };

/** Signs in as a proxy passes it on; gives the cookie as it was set, and the address that is shown. */
async function signInBehind(environment: Record<string, string>): Promise<{ cookie: string; address: string }> {
  const gateway = await startGateway({ environment });
  try {
    const headers = { ...OWN, ...FORWARDED };
    const answer = await fetch(`${gateway.url}/api/session`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    });
    const [cookie = ''] = answer.headers.getSetCookie();
    const account = await fetch(`${gateway.url}/api/account`, {
      headers: { ...headers, cookie: cookie.split(';')[0] ?? '' },
    });
    const { sessions } = (await account.json()) as { sessions: { address: string }[] };
    return { cookie, address: sessions[0]?.address ?? '' };
  } finally {
    await gateway.stop();
  }
}

it('a proxy that is named says who comes from where, and that there is TLS; any other is not believed', async () => {
  const named = await signInBehind({ TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1' });
  expect(named.address).toBe('203.0.113.9');
  expect(named.cookie).toMatch(/; Secure/);
  const unnamed = await signInBehind({ TRUSTED_PROXIES: '10.0.0.0/8' });
  expect(unnamed.address).toBe('127.0.0.1');
  expect(unnamed.cookie).not.toMatch(/Secure/);
});
