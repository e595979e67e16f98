/** People who come to a house: made, signed in, with codes of their own, or by a provider on a socket of its own. */
import { OAuth2Server } from 'oauth2-mock-server';
import { expect } from 'vitest';
import { codeAt } from '../../../server/access/one-time-codes.ts';
import type { Answer, House } from '../control/house.ts';

/** The header of our own pages. */
export const OWN = { 'x-signalbox-csrf': '1' };
export const PASSWORD = 'a long password';

let made = 0;

export interface Guest {
  readonly id: string;
  readonly email: string;
  /** Sends a request with the cookie of their session. */
  send(method: string, path: string, body?: unknown): Promise<Answer>;
  readonly cookie: string;
}

export const cookieIn = (answer: Answer): string => answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';

/** Makes a person of a role, who is not signed in yet. */
export async function newPerson(house: House, role = 'viewer'): Promise<{ id: string; email: string }> {
  const email = `guest-${++made}@example.org`;
  const answer = await house.ask('POST', '/people', {
    name: `Guest ${made}`,
    email,
    password: PASSWORD,
    grants: [{ role }],
  });
  expect(answer.status).toBe(201);
  return { id: answer.body.id, email };
}

/** Sends e-mail address and password. */
export const enter = (house: House, email: string, password = PASSWORD, cookie = ''): Promise<Answer> =>
  house.send('POST', '/session', { email, password }, { ...OWN, ...(cookie !== '' && { cookie }) });

/** Sends a request with a cookie, as our own pages do. */
export const sendAs =
  (house: House, cookie: string): Guest['send'] =>
  (method, path, body) =>
    house.send(method, path, body, { ...OWN, cookie });

/** Makes a person of a role, and signs them in. */
export async function newGuest(house: House, role = 'viewer'): Promise<Guest> {
  const person = await newPerson(house, role);
  const answer = await enter(house, person.email);
  expect(answer.status).toBe(200);
  const cookie = cookieIn(answer);
  return { ...person, cookie, send: sendAs(house, cookie) };
}

/** Makes a person with these grants, and signs them in. */
export async function guestWith(house: House, ...grants: object[]): Promise<Guest> {
  const person = await newPerson(house);
  const changed = await house.ask('PUT', `/people/${person.id}/grants`, { grants, reason: 'to see who may' });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  const cookie = cookieIn(await enter(house, person.email));
  return { ...person, cookie, send: sendAs(house, cookie) };
}

/** Sets codes up; gives their secret and the recovery codes. The code of `at` is used up by it. */
export async function setUpCodes(guest: Guest, at = Date.now()): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = (await guest.send('POST', '/account/codes', { password: PASSWORD })).body;
  const answer = await guest.send('PUT', '/account/codes', { code: codeAt(secret, at) });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return { secret, recoveryCodes: answer.body.recoveryCodes };
}

/** A provider of sign-in on a socket of its own; `claims` is what it says about whoever comes. */
export interface TestProvider {
  readonly url: string;
  claims: Record<string, unknown>;
  close(): Promise<void>;
}

export async function startProvider(): Promise<TestProvider> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  const provider: TestProvider = {
    url: server.issuer.url ?? '',
    claims: { sub: 'one', email: 'one@example.org', email_verified: true },
    close: () => server.stop(),
  };
  server.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
    Object.assign(token.payload, { aud: 'signalbox' }, provider.claims);
  });
  server.service.on('beforeUserinfo', (answer: { body: unknown }) => {
    answer.body = { sub: provider.claims.sub };
  });
  return provider;
}

/** The settings of that provider; `more` counts more. */
export const providerInput = (provider: Pick<TestProvider, 'url'>, more: Record<string, unknown> = {}) => ({
  name: `Provider ${++made}`,
  issuer: provider.url,
  clientId: 'signalbox',
  clientSecret: 'a secret of the client',
  scopes: ['email'],
  groupClaim: null,
  groupRoles: [],
  newRole: 'viewer',
  makesAccounts: true,
  emailDomains: [],
  ...more,
});

/** Adds it to a house, and gives its id. */
export async function addProvider(
  house: House,
  provider: Pick<TestProvider, 'url'>,
  more: Record<string, unknown> = {},
): Promise<string> {
  const answer = await house.ask('POST', '/sign-in-providers', providerInput(provider, more));
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.id;
}

/** A browser at the provider: the cookie that it was sent there with, and the query that it comes back with. */
export async function goToProvider(house: House, id: string): Promise<{ cookie: string; query: string; goTo: URL }> {
  const begun = await house.send('POST', `/sign-in/providers/${id}`, undefined, OWN);
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  const sent = await fetch(begun.body.goTo, { redirect: 'manual' });
  const back = new URL(sent.headers.get('location') ?? '');
  expect(back.pathname).toBe('/sign-in/return');
  return { cookie: cookieIn(begun), query: back.search, goTo: new URL(begun.body.goTo) };
}

/** Comes back from it. */
export const comeBack = (house: House, { cookie, query }: { cookie: string; query: string }): Promise<Answer> =>
  house.send('POST', '/session/provider', { query }, { ...OWN, cookie });
