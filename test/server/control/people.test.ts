import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_GRANTS } from '../../../policies/access/grants.ts';
import { codeAt } from '../../../server/access/one-time-codes.ts';
import { sendInvitation } from '../../../server/control/invitations.ts';
import { openSecrets } from '../../../server/store/secrets.ts';
import { cookieIn, enter, newGuest, newPerson, OWN, PASSWORD, sendAs, setUpCodes } from '../access/people.ts';
import { ADMIN, dialects, type House, openHouse } from './house.ts';

const VIEWER = { role: 'viewer', within: null, content: false };
const REASON = { reason: 'for a test' };

describe.each(dialects)('people on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await house.close();
  });
  const admin = async (): Promise<{ id: string; grants: { role: string }[] }> =>
    (await house.ask('GET', '/people')).body.people.find((one: { email: string }) => one.email === 'ada@example.org');

  it('always leave one admin', async () => {
    const { id } = await admin();
    const refused = { status: 409, body: { error: { code: 'last_admin' } } };
    expect(await house.ask('PUT', `/people/${id}/grants`, { grants: [{ role: 'viewer' }], ...REASON })).toMatchObject(
      refused,
    );
    expect(await house.ask('POST', `/people/${id}/remove`, REASON)).toMatchObject(refused);
    const other = await newPerson(house, 'admin');
    expect((await house.ask('PUT', `/people/${id}/grants`, { grants: [{ role: 'viewer' }], ...REASON })).status).toBe(
      200,
    );
    expect(await house.ask('POST', `/people/${other.id}/remove`, REASON)).toMatchObject(refused);
    expect((await house.ask('PUT', `/people/${id}/grants`, { grants: [{ role: 'admin' }], ...REASON })).status).toBe(
      200,
    );
  });

  it('of two admins that remove each other at the same moment, one stays', async () => {
    const [one, two] = [await newPerson(house, 'admin'), await newPerson(house, 'admin')];
    const { id } = await admin();
    await house.ask('PUT', `/people/${id}/grants`, { grants: [{ role: 'viewer' }], ...REASON });
    const admins = (await house.ask('GET', '/people')).body.people.filter(
      (p: { grants: { role: string }[] }) => p.grants[0]?.role === 'admin',
    );
    for (const other of admins) {
      if (other.id !== one.id && other.id !== two.id) await house.ask('POST', `/people/${other.id}/remove`, REASON);
    }
    const both = await Promise.all([one, two].map((who) => house.ask('POST', `/people/${who.id}/remove`, REASON)));
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    await house.ask('PUT', `/people/${id}/grants`, { grants: [{ role: 'admin' }], ...REASON });
  });

  it('who are removed leave nothing but their id, and can be invited again', async () => {
    const guest = await newGuest(house);
    await setUpCodes(guest);
    await house.ask('POST', `/people/${guest.id}/remove`, REASON);
    for (const table of ['person_details', 'person_sessions', 'second_factors', 'recovery_codes']) {
      expect(await house.database.control(table).where({ person: guest.id }), table).toEqual([]);
    }
    const entries = (await house.ask('GET', `/history?objectId=${guest.id}`)).body.entries;
    expect(entries.map((entry: { action: string }) => entry.action)).toEqual([
      'person.remove',
      'codes.set_up',
      'person.create',
    ]);
    expect((await house.ask('POST', '/invitations', { email: guest.email, grants: [{ role: 'viewer' }] })).status).toBe(
      201,
    );
    expect((await house.ask('POST', `/people/${guest.id}/remove`, REASON)).status).toBe(404);
  });

  it('are invited to an address that nobody has, and a second invitation takes the place of the first', async () => {
    const { email } = await newPerson(house);
    expect((await house.ask('POST', '/invitations', { email, grants: [{ role: 'viewer' }] })).body.error.code).toBe(
      'email_taken',
    );
    const invite = () =>
      house.ask('POST', '/invitations', { email: 'Twice@Example.org', grants: [{ role: 'viewer' }] });
    const [first, second] = [await invite(), await invite()];
    const look = (answer: typeof first) =>
      house.send('POST', '/invitation', { token: answer.body.page.split('#')[1] }, OWN);
    expect((await look(first)).body.error.code).toBe('invitation_over');
    expect((await look(second)).body).toEqual({
      email: 'twice@example.org',
      grants: [VIEWER],
      organisation: 'Example',
    });
    expect(second.body.sent).toBeNull();
    expect(second.body.invitation.expiresAt - second.body.invitation.createdAt).toBe(7 * 24 * 60 * 60 * 1000);
  });

  it('see where they are signed in, and sign out of one or of all others', async () => {
    const guest = await newGuest(house);
    const again = async (agent: string) => {
      const headers = { ...OWN, 'user-agent': agent };
      return cookieIn(await house.send('POST', '/session', { email: guest.email, password: PASSWORD }, headers));
    };
    const phone = await again('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1');
    const work = await again('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0');
    const sessions = async () => (await guest.send('GET', '/account')).body.sessions;
    const found: { id: string; browser: string; isThis: boolean; address: string }[] = await sessions();
    expect(found.map(({ browser }) => browser).sort()).toEqual(['Another browser', 'Edge on Windows', 'Safari on iOS']);
    expect(found.filter(({ isThis }) => isThis)).toMatchObject([{ browser: 'Another browser', address: '127.0.0.1' }]);

    const onPhone = found.find(({ browser }) => browser === 'Safari on iOS');
    expect((await guest.send('DELETE', `/account/sessions/${onPhone?.id}`)).status).toBe(204);
    expect((await sendAs(house, phone)('GET', '/teams')).status).toBe(401);
    expect((await sendAs(house, work)('GET', '/teams')).status).toBe(200);
    expect((await guest.send('DELETE', '/account/sessions')).status).toBe(204);
    expect((await sendAs(house, work)('GET', '/teams')).status).toBe(401);
    expect(await sessions()).toHaveLength(1);
  });

  it('change their own password, which ends their sessions elsewhere', async () => {
    const guest = await newGuest(house);
    const elsewhere = cookieIn(await enter(house, guest.email));
    const change = (current: string, password: string) => guest.send('PUT', '/account/password', { current, password });
    expect((await change('wrong', 'another password')).status).toBe(422);
    expect((await change(PASSWORD, 'short')).status).toBe(422);
    expect((await change(PASSWORD, 'another password')).status).toBe(204);
    expect((await sendAs(house, elsewhere)('GET', '/teams')).status).toBe(401);
    expect((await guest.send('GET', '/teams')).status).toBe(200);
    expect((await enter(house, guest.email)).status).toBe(401);
    expect((await enter(house, guest.email, 'another password')).status).toBe(200);
  });

  it('who are programs have no account', async () => {
    expect((await house.ask('GET', '/account')).body.error.code).toBe('people_only');
    expect((await house.ask('PATCH', '/account', { name: 'x' })).body.error.code).toBe('people_only');
  });

  it('stay signed in for as long as the settings say, and no longer', async () => {
    const guest = await newGuest(house);
    const set = (fields: object) =>
      house.ask('PUT', '/sign-in-settings', { sessionHours: 12, idleMinutes: 120, codeRoles: [], ...fields });
    const age = (fields: object) =>
      house.database.control('person_sessions').where({ person: guest.id }).update(fields);
    const status = async () => (await guest.send('GET', '/teams')).status;
    const minutes = (n: number) => Date.now() - n * 60_000;

    await age({ last_seen_at: minutes(119) });
    expect(await status()).toBe(200);
    // Being seen has moved the end of doing nothing, to the minute.
    const [{ lastSeenAt }] = (await guest.send('GET', '/account')).body.sessions;
    expect(lastSeenAt).toBeGreaterThan(minutes(1));
    await age({ last_seen_at: minutes(121) });
    expect(await status()).toBe(401);
    await set({ idleMinutes: 180 });
    expect(await status()).toBe(200);
    await age({ began_at: minutes(12 * 60 + 1), last_seen_at: Date.now() });
    expect(await status()).toBe(401);
    await set({ sessionHours: 13 });
    expect(await status()).toBe(200);
    expect((await set({ sessionHours: 0 })).status).toBe(422);
    expect((await set({ idleMinutes: 1 })).status).toBe(422);
    await set({});
  });

  it('set codes up at the sign-in where their role has to have them, and get recovery codes', async () => {
    const { email } = await newPerson(house);
    const settings = { sessionHours: 12, idleMinutes: 120 };
    await house.ask('PUT', '/sign-in-settings', { ...settings, codeRoles: ['viewer'] });
    const entered = await enter(house, email);
    expect(entered.body).toEqual({ next: 'set_up_code' });
    const send = sendAs(house, cookieIn(entered));
    const { secret, address } = (await send('POST', '/session/code-set-up')).body;
    expect(new URL(address).searchParams.get('secret')).toBe(secret);
    expect(decodeURIComponent(new URL(address).pathname)).toContain(email);
    const done = await send('POST', '/session/code', { code: codeAt(secret, Date.now()) });
    expect(done.body.recoveryCodes).toHaveLength(10);
    expect(new Set(done.body.recoveryCodes).size).toBe(10);
    expect((await enter(house, email)).body).toEqual({ next: 'code' });
    // An admin is asked for none.
    expect((await enter(house, ADMIN.email, ADMIN.password)).body.person.grants[0].role).toBe('admin');
    await house.ask('PUT', '/sign-in-settings', { ...settings, codeRoles: [] });
  });

  it('whose codes an admin resets are signed out, and come in with the password', async () => {
    const guest = await newGuest(house);
    await setUpCodes(guest);
    expect((await house.ask('POST', `/people/${guest.id}/reset-codes`, REASON)).status).toBe(204);
    expect((await guest.send('GET', '/teams')).status).toBe(401);
    expect((await enter(house, guest.email)).body.person.id).toBe(guest.id);
    expect((await house.ask('POST', `/people/${guest.id}/reset-codes`, REASON)).status).toBe(404);
  });
});

describe.each(dialects)('service tokens on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());
  const make = async (fields: object = {}) => {
    const input = { name: 'deploy', grants: [{ role: 'admin' }], scope: 'role', days: 30, ...fields };
    const { serviceToken, token } = (await house.ask('POST', '/service-tokens', input)).body;
    const authorization = `Bearer ${token}`;
    const send = (method: string, path: string, body?: unknown) => house.send(method, path, body, { authorization });
    return { id: serviceToken.id as string, token: token as string, send };
  };
  const listed = async (id: string) =>
    (await house.ask('GET', '/service-tokens')).body.serviceTokens.find((one: { id: string }) => one.id === id);

  it('do what their role may, in their own name', async () => {
    const { id, token, send } = await make();
    expect((await listed(id)).lastUsedAt).toBeNull();
    const made = await send('POST', '/teams', { name: 'by a program' });
    expect(made.status).toBe(201);
    const [entry] = (await house.ask('GET', `/history?objectId=${made.body.id}`)).body.entries;
    expect(entry.actor).toBe(id);
    expect((await listed(id)).lastUsedAt).toBeGreaterThan(0);
    expect(JSON.stringify(await house.database.control('service_tokens'))).not.toContain(token);
    expect(JSON.stringify((await house.ask('GET', '/service-tokens')).body)).not.toContain(token);
  });

  it('only look where their role or their scope says so', async () => {
    for (const fields of [{ scope: 'read' }, { grants: [{ role: 'viewer' }] }]) {
      const { send } = await make(fields);
      expect((await send('GET', '/teams')).status).toBe(200);
      expect((await send('POST', '/teams', { name: 'no' })).body.error.code).toBe('not_allowed');
    }
  });

  it('end when they are revoked, and by themselves, and are no keys of apps', async () => {
    const { id, token, send } = await make();
    expect((await house.ask('POST', `/service-tokens/${id}/revoke`, REASON)).body.revokedAt).toBeGreaterThan(0);
    expect((await send('GET', '/teams')).status).toBe(401);
    const late = await make();
    await house.database.control('service_tokens').where({ id: late.id }).update({ expires_at: Date.now() });
    expect((await late.send('GET', '/teams')).status).toBe(401);
    expect(token).toMatch(/^sbt_/);
    for (const days of [0, 367, 1.5, null]) {
      const input = { name: 'x', grants: [{ role: 'viewer' }], scope: 'read', days };
      expect((await house.ask('POST', '/service-tokens', input)).status).toBe(422);
    }
  });
});

describe('an invitation by e-mail', () => {
  it('carries the link, and is not sent where nobody knows where the pages are', async () => {
    let heard = '';
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData(stream, _session, done) {
        stream.on('data', (piece) => {
          heard += piece;
        });
        stream.on('end', () => done());
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-invitation-'));
    try {
      const secrets = await openSecrets({ secretKey: null, dataDir });
      const mail = { url: `smtp://127.0.0.1:${port}`, from: 'signalbox@example.com' };
      const at = { createdAt: 1, expiresAt: 2 };
      const invitation = {
        id: 'inv_1',
        email: 'nia@example.org',
        grants: [...ADMIN_GRANTS],
        createdBy: 'per_1',
        ...at,
      };
      const tools = { secrets, mail, publicUrl: 'https://gateway.example.com', allowPrivate: false };
      expect(await sendInvitation({ ...tools, publicUrl: null }, invitation, '/invitation#sbi_x')).toBeNull();
      expect(await sendInvitation({ ...tools, mail: null }, invitation, '/invitation#sbi_x')).toBeNull();
      expect(heard).toBe('');
      expect(await sendInvitation(tools, invitation, '/invitation#sbi_x')).toMatchObject({ ok: true });
      expect(heard).toMatch(/^To: nia@example\.org/m);
      expect(heard).toContain('https://gateway.example.com/invitation#sbi_x');
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(dataDir, { recursive: true });
    }
  });
});
