import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issuerFetch, readIssuer } from '../../../server/access/issuer-fetch.ts';
import { dialects, type House, openHouse } from '../control/house.ts';
import {
  addProvider,
  comeBack,
  cookieIn,
  goToProvider,
  newPerson,
  OWN,
  providerInput,
  sendAs,
  startProvider,
  type TestProvider,
} from './people.ts';

const byGroups = {
  groupClaim: 'groups',
  groupRoles: [
    { group: 'lookers', role: 'viewer' },
    { group: 'admins', role: 'admin' },
  ],
};
const PLAIN = { headers: {}, body: undefined, method: 'GET', redirect: 'manual' } as const;

describe.each(dialects)('signing in by a provider on %s', (dialect) => {
  let house: House;
  let provider: TestProvider;
  let added: string[] = [];
  beforeAll(async () => {
    provider = await startProvider();
  });
  afterAll(() => provider.close());
  beforeEach(async () => {
    // A new one for each, since it counts failures by the address that all of these come from.
    house = await openHouse(dialect);
    added = [];
  });
  afterEach(async () => {
    expect(house.faults).toEqual([]);
    await house.close();
  });
  const add = async (more: Record<string, unknown> = {}): Promise<string> => {
    const id = await addProvider(house, provider, more);
    added.push(id);
    return id;
  };
  const come = async (id: string, claims: Record<string, unknown>) => {
    provider.claims = claims;
    return comeBack(house, await goToProvider(house, id));
  };
  const verified = (email: string, more: Record<string, unknown> = {}) => ({
    sub: email,
    email,
    email_verified: true,
    ...more,
  });

  it('makes an account for somebody new, once, with the history naming nobody', async () => {
    const id = await add();
    const first = await come(id, verified('Uma@example.org', { name: 'Uma' }));
    expect(first).toMatchObject({ status: 200, body: { person: { name: 'Uma', email: 'uma@example.org' } } });
    const again = await come(id, verified('Uma@example.org', { name: 'Uma' }));
    expect(again.body.person.id).toBe(first.body.person.id);
    const send = sendAs(house, cookieIn(again));
    expect((await send('GET', '/account')).body).toMatchObject({ hasPassword: false, codes: null });
    const [begun] = (await house.ask('GET', '/history?action=session.begin')).body.entries;
    expect(begun).toMatchObject({ actor: first.body.person.id, after: { way: 'provider', provider: id } });
    expect(JSON.stringify(await house.database.control('history'))).not.toMatch(/uma/i);
    expect(JSON.stringify(await house.database.control('sign_in_providers'))).not.toContain('a secret of the client');
  });

  it('turns somebody new away where accounts are not made, and lets in who was invited', async () => {
    const id = await add({ makesAccounts: false });
    const refused = await come(id, verified('stranger@example.org'));
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'sign_in_refused' } } });
    expect(refused.body.error.message).toMatch(/you have no account here\. Ask an admin to invite you\.$/);
    const person = await newPerson(house);
    expect((await come(id, verified(person.email.toUpperCase()))).body.person.id).toBe(person.id);
  });

  it('asks for an address of the allowed domains, as it is after the last @', async () => {
    const id = await add({ emailDomains: ['Example.com'] });
    expect((await come(id, verified('a@example.com'))).status).toBe(200);
    for (const email of ['a@example.org', 'a@sub.example.com', 'a@example.com.evil.org']) {
      expect((await come(id, verified(email))).status, email).toBe(403);
    }
    expect((await come(id, { sub: 'a', email: 'a@example.com' })).status).toBe(403);
  });

  it('applies groups at each sign-in, and lets nobody in who is in none any more', async () => {
    const id = await add(byGroups);
    const role = async (groups: unknown) =>
      (await come(id, verified('gil@example.org', { groups }))).body.person?.grants
        .map((grant: { role: string }) => grant.role)
        .join();
    expect(await role(['admins', 'lookers', 'others'])).toBe('viewer,admin');
    expect(await role(['lookers'])).toBe('viewer');
    expect(await role('lookers')).toBe('viewer');
    const inside = await come(id, verified('gil@example.org', { groups: ['admins'] }));
    const send = sendAs(house, cookieIn(inside));
    expect((await send('POST', '/teams', { name: `by Gil on ${dialect}` })).status).toBe(201);
    expect(await role(['lookers'])).toBe('viewer');
    expect((await send('POST', '/teams', { name: 'no more' })).status).toBe(403);

    const out = await come(id, verified('gil@example.org', { groups: ['others'] }));
    expect(out.status).toBe(403);
    expect(out.body.error.message).toMatch(/you are in no group that may come in here/);
    expect((await send('GET', '/teams')).status).toBe(401);
    for (const groups of [undefined, null, {}, [], [['admins']], 'admins,lookers']) {
      expect(await role(groups), String(groups)).toBeUndefined();
    }
  });

  it('takes the last admin’s role away by no group', async () => {
    const id = await add(byGroups);
    const { people } = (await house.ask('GET', '/people')).body;
    const admins = people.filter((one: { grants: { role: string }[] }) =>
      one.grants.some(({ role }) => role === 'admin'),
    );
    expect(admins).toHaveLength(1);
    const kept = await come(id, verified(admins[0].email, { groups: ['lookers'] }));
    expect(kept.body.person).toMatchObject({ id: admins[0].id, grants: [{ role: 'admin' }] });
  });

  it('shows only names of providers to whoever is not signed in', async () => {
    await add({ name: 'Our house' });
    const answer = await house.send('GET', '/sign-in');
    expect(answer.body).toEqual({ providers: [{ id: added[0], name: 'Our house' }] });
  });

  it('signs out at the provider as well', async () => {
    const id = await add();
    const inside = await come(id, verified('sam@example.org'));
    const left = await sendAs(house, cookieIn(inside))('DELETE', '/session');
    const goTo = new URL(left.body.goTo);
    expect(goTo.origin).toBe(new URL(provider.url).origin);
    expect(goTo.searchParams.get('post_logout_redirect_uri')).toBe(new URL('/', house.url).href);
    expect((await sendAs(house, cookieIn(inside))('GET', '/teams')).status).toBe(401);
  });

  it('says in words what is wrong with a provider', async () => {
    const id = await add();
    const words = async (claims: Record<string, unknown> | string) => {
      const gone = await goToProvider(house, id);
      const query = typeof claims === 'string' ? claims : gone.query;
      const state = new URLSearchParams(gone.query).get('state') ?? '';
      return (await comeBack(house, { cookie: gone.cookie, query: query.replace('STATE', state) })).body.error.message;
    };
    const denied = '?error=access_denied&error_description=%3Cscript%3E&state=STATE';
    expect(await words(denied)).toMatch(/^Provider \d+ could not sign you in\. You did not agree to it there/);
    expect(await words('?error=made_up&error_description=Send+money&state=STATE')).not.toContain('money');
    const away = await add({ issuer: 'http://127.0.0.1:9' });
    const begun = await house.send('POST', `/sign-in/providers/${away}`, undefined, OWN);
    expect(begun.body.error.message).toMatch(/127\.0\.0\.1:9 cannot be reached, or broke the connection off\.$/);
    expect((await house.ask('POST', `/sign-in-providers/${away}/test`)).body.ok).toBe(false);
    expect((await house.ask('POST', `/sign-in-providers/${id}/test`)).body.ok).toBe(true);
  });

  it('keeps its secret for the address that it was entered for', async () => {
    const id = await add();
    const input = providerInput(provider, { clientSecret: null });
    expect((await house.ask('PUT', `/sign-in-providers/${id}`, input)).body.hasSecret).toBe(true);
    const moved = { ...input, issuer: 'https://id.example.com' };
    const refused = await house.ask('PUT', `/sign-in-providers/${id}`, moved);
    expect(refused.status).toBe(422);
    expect(refused.body.error.message).toContain('enter the secret again');
    expect((await house.ask('PUT', `/sign-in-providers/${id}`, { ...moved, clientSecret: 'new' })).status).toBe(200);
  });
});

describe('the address of a provider', () => {
  const resolve = async () => [{ address: '10.0.0.7', family: 4 as const }];

  it('is no private one, unless that is allowed', async () => {
    for (const text of ['https://127.0.0.1', 'https://[::1]/x', 'https://169.254.169.254/latest', 'https://10.1.2.3']) {
      expect(readIssuer(text, false), text).toMatch(/own network/);
      expect(readIssuer(text, true), text).toBeInstanceOf(URL);
    }
    expect(readIssuer('https://id.example.com/tenant', false)).toBeInstanceOf(URL);
  });

  it('is one over TLS, without anything that does not belong there', () => {
    for (const text of [
      'http://id.example.com',
      'ftp://id.example.com',
      'id.example.com',
      'https://me:secret@id.example.com',
      'https://id.example.com/?a=1',
      'https://id.example.com/#a',
    ]) {
      expect(readIssuer(text, false), text).toEqual(expect.any(String));
    }
  });

  it('is checked again when its name is looked up, and so is every address that it leads to', async () => {
    const fetch = issuerFetch(resolve, false);
    await expect(fetch('https://id.example.com/keys', PLAIN)).rejects.toThrow(/own network/);
    await expect(fetch('http://127.0.0.1:1/keys', PLAIN)).rejects.toThrow(/own network/);
    const nowhere = issuerFetch(() => Promise.reject(new Error('no such name')), false);
    await expect(nowhere('https://id.example.com', PLAIN)).rejects.toThrow('The name id.example.com is not known');
  });
});
