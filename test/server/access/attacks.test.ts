import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginAttempt, forgetFailures } from '../../../server/access/attempts.ts';
import { codeAt } from '../../../server/access/one-time-codes.ts';
import { verifyHistory } from '../../../server/control/history.ts';
import { ADMIN, dialects, type House, openHouse, openTestDatabase } from '../control/house.ts';
import {
  addProvider,
  comeBack,
  cookieIn,
  enter,
  goToProvider,
  newGuest,
  newPerson,
  OWN,
  PASSWORD,
  sendAs,
  setUpCodes,
  startProvider,
  type TestProvider,
} from './people.ts';

const REASON = { reason: 'for a test' };
const NOBODY = { session: null };

describe.each(dialects)('attacks on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    expect(await verifyHistory(house.database.control, house.organisation)).toMatchObject({ ok: true });
    // No address and no name of anybody, whatever was done above.
    const history = JSON.stringify(await house.database.control('history'));
    expect(history).not.toMatch(/@example|Guest|<script>/);
    await house.close();
  });
  const whoIs = async (cookie: string) => (await house.send('GET', '/session', undefined, { cookie })).body;

  it('session fixation: an id known from before is worth nothing after each step of a sign-in', async () => {
    const attacker = await newGuest(house);
    const { email } = await newPerson(house);
    const entered = await enter(house, email, PASSWORD, attacker.cookie);
    expect(cookieIn(entered)).not.toBe(attacker.cookie);
    expect(await whoIs(attacker.cookie)).toEqual(NOBODY);

    const guest = await newGuest(house);
    const { recoveryCodes } = await setUpCodes(guest);
    const halfway = cookieIn(await enter(house, guest.email));
    expect(await whoIs(halfway)).toEqual(NOBODY);
    const done = await sendAs(house, halfway)('POST', '/session/code', { code: recoveryCodes[0] });
    expect(done.status).toBe(200);
    expect(cookieIn(done)).not.toBe(halfway);
    expect(await whoIs(halfway)).toEqual(NOBODY);
    expect((await whoIs(cookieIn(done))).session.person.id).toBe(guest.id);
  });

  it('cross-site requests: none of the routes that change something takes a cookie alone', async () => {
    const admin = await newGuest(house, 'admin');
    const foreign = { cookie: admin.cookie, origin: 'https://elsewhere.example' };
    const tries: readonly (readonly [string, string, unknown?])[] = [
      ['POST', '/session', ADMIN],
      ['DELETE', '/session'],
      ['POST', '/session/provider', { query: '?code=1&state=2' }],
      ['POST', '/invitation/accept', { token: 'sbi_1', name: 'Eve', password: PASSWORD }],
      ['POST', '/invitations', { email: 'eve@example.org', grants: [{ role: 'admin' }] }],
      ['PUT', '/account/password', { current: PASSWORD, password: 'another password' }],
      ['PUT', `/people/${admin.id}/grants`, { grants: [{ role: 'viewer' }], ...REASON }],
      ['POST', '/service-tokens', { name: 'x', grants: [{ role: 'admin' }], scope: 'role', days: 1 }],
      ['PUT', '/sign-in-settings', { sessionHours: 1, idleMinutes: 5, codeRoles: [] }],
    ];
    for (const [method, path, body] of tries) {
      expect((await house.send(method, path, body, foreign)).status, path).toBe(403);
      expect((await house.send(method, path, body, { cookie: admin.cookie })).status, path).toBe(403);
    }
    // Browsers may add a login of their own to a request of another site, but never a bearer token.
    const basic = { ...foreign, authorization: 'Basic YTpi' };
    expect((await house.send('POST', '/session', ADMIN, basic)).status).toBe(403);
    expect((await whoIs(admin.cookie)).session.person.grants[0].role).toBe('admin');
  });

  it('forged and altered sessions are nobody’s', async () => {
    const { cookie } = await newGuest(house);
    const [name, value = ''] = cookie.split('=');
    const [sid = '', signature = ''] = decodeURIComponent(value).slice(2).split('.');
    const flipped = `${sid.startsWith('a') ? 'b' : 'a'}${sid.slice(1)}`;
    for (const text of [`s:${flipped}.${signature}`, `s:${sid}.`, `s:${sid}`, sid, `s:${sid}.${'A'.repeat(43)}`, '']) {
      expect(await whoIs(`${name}=${encodeURIComponent(text)}`), text).toEqual(NOBODY);
    }
    expect((await whoIs(cookie)).session).not.toBeNull();
  });

  it('a role that is changed, and a person who is removed, act on sessions that are open, at once', async () => {
    const guest = await newGuest(house, 'admin');
    expect((await guest.send('POST', '/teams', { name: `t ${guest.id}` })).status).toBe(201);
    await house.ask('PUT', `/people/${guest.id}/grants`, { grants: [{ role: 'viewer' }], ...REASON });
    expect(await guest.send('POST', '/teams', { name: 'no more' })).toMatchObject({
      status: 403,
      body: { error: { code: 'not_allowed' } },
    });
    expect((await guest.send('GET', '/teams')).status).toBe(200);
    expect((await house.ask('POST', `/people/${guest.id}/remove`, REASON)).status).toBe(204);
    expect((await guest.send('GET', '/teams')).status).toBe(401);
    expect((await enter(house, guest.email)).status).toBe(401);
    expect(await house.database.control('person_details').where({ person: guest.id })).toEqual([]);
    expect(await house.database.control('people').where({ id: guest.id })).toHaveLength(1);
  });

  it('mass assignment: nobody gives themselves a role', async () => {
    const guest = await newGuest(house);
    const attempts: readonly (readonly [string, string, unknown])[] = [
      ['PATCH', '/account', { name: 'Guest', grants: [{ role: 'admin' }] }],
      ['PUT', '/account/password', { current: PASSWORD, password: 'another password', grants: [{ role: 'admin' }] }],
      ['POST', '/session', { email: guest.email, password: PASSWORD, grants: [{ role: 'admin' }] }],
    ];
    for (const [method, path, body] of attempts) expect((await guest.send(method, path, body)).status, path).toBe(422);
    for (const [method, path, body] of [
      ['PUT', `/people/${guest.id}/grants`, { grants: [{ role: 'admin' }], ...REASON }],
      ['POST', '/invitations', { email: 'other@example.org', grants: [{ role: 'admin' }] }],
      ['POST', '/service-tokens', { name: 'x', grants: [{ role: 'admin' }], scope: 'role', days: 1 }],
    ] as const) {
      expect((await guest.send(method, path, body)).status, path).toBe(403);
    }
    expect((await whoIs(guest.cookie)).session.person.grants[0].role).toBe('viewer');
  });

  it('somebody else’s session cannot be signed out, and is not shown', async () => {
    const [guest, other] = [await newGuest(house), await newGuest(house)];
    const [theirs] = (await other.send('GET', '/account')).body.sessions;
    expect((await guest.send('DELETE', `/account/sessions/${theirs.id}`)).status).toBe(404);
    expect((await guest.send('GET', '/account')).body.sessions).toHaveLength(1);
    expect((await other.send('GET', '/account')).status).toBe(200);
  });

  it('markup in a name stays a text, and so does what a browser calls itself', async () => {
    const name = '<script>alert(1)</script>';
    const { email } = await newPerson(house);
    const headers = { ...OWN, 'user-agent': `${name} Firefox/140 Linux` };
    const cookie = cookieIn(await house.send('POST', '/session', { email, password: PASSWORD }, headers));
    expect((await sendAs(house, cookie)('PATCH', '/account', { name })).status).toBe(204);
    const account = await sendAs(house, cookie)('GET', '/account');
    expect(account.headers.get('content-type')).toMatch(/^application\/json/);
    expect(account.body.person.name).toBe(name);
    expect(account.body.sessions[0].browser).toBe('Firefox on Linux');
  });
});

describe.each(dialects)('one-time codes on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  it('a code is taken once, also by two at the same moment, and so is a recovery code', async () => {
    const guest = await newGuest(house);
    const now = Date.now();
    const { secret, recoveryCodes } = await setUpCodes(guest, now);
    const halfway = async () => cookieIn(await enter(house, guest.email));
    const show = async (code: string) => sendAs(house, await halfway())('POST', '/session/code', { code });
    // The one that set codes up is used already.
    expect((await show(codeAt(secret, now))).status).toBe(401);
    const code = codeAt(secret, Date.now() + 30_000);
    const [first, second] = [await halfway(), await halfway()];
    const both = await Promise.all(
      [first, second].map((cookie) => sendAs(house, cookie)('POST', '/session/code', { code })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await show(recoveryCodes[3] ?? '')).status).toBe(200);
    expect((await show((recoveryCodes[3] ?? '').toUpperCase())).status).toBe(401);
    expect((await show((recoveryCodes[4] ?? '').toUpperCase().replaceAll('-', ' '))).status).toBe(200);
    const stored = JSON.stringify(await house.database.control('recovery_codes').where({ person: guest.id }));
    expect(stored).not.toContain(recoveryCodes[5]);
    expect(JSON.stringify(await house.database.control('second_factors'))).not.toContain(secret);
  });

  it('a password alone opens nothing where a code is wanted', async () => {
    const guest = await newGuest(house);
    await setUpCodes(guest);
    const cookie = cookieIn(await enter(house, guest.email));
    const send = sendAs(house, cookie);
    for (const path of ['/teams', '/account', '/people']) expect((await send('GET', path)).status, path).toBe(401);
    expect((await send('POST', '/session/code-set-up')).status).toBe(401);
    expect((await send('PUT', '/account/codes', { code: '123456' })).status).toBe(401);
  });
});

// Where attempts are really made at the same time: SQLite has one connection that writes.
describe.each(dialects.filter((dialect) => dialect === 'postgres'))('attempts at the same time on %s', (dialect) => {
  it('are all counted, also the one that begins while another lets somebody in', async () => {
    const { database, close } = await openTestDatabase(dialect);
    try {
      const { control } = database;
      const email = 'both@example.org';
      await beginAttempt(control, email, Date.now());
      const other = await control.transaction();
      await other('sign_in_failures').forUpdate();
      const second = beginAttempt(control, email, Date.now());
      const waiting = control('pg_stat_activity')
        .where({ wait_event_type: 'Lock' })
        .whereLike('query', '%sign_in_failures%');
      await expect.poll(async () => (await waiting.clone()).length).toBe(1);
      await forgetFailures(other, email);
      await other.commit();
      expect(await second).toEqual({ locks: false });
      expect(await control('sign_in_failures')).toMatchObject([{ failures: 1 }]);
    } finally {
      await close();
    }
  });
});

describe.each(dialects)('guessing on %s', (dialect) => {
  const local = (
    house: House,
    address: string,
    path: string,
    body: unknown,
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const headers = { ...OWN, 'content-type': 'application/json' };
      const sent = request(`${house.url}${path}`, { method: 'POST', headers, localAddress: address }, (answer) => {
        let text = '';
        answer.on('data', (piece) => {
          text += piece;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      sent.on('error', reject);
      sent.end(JSON.stringify(body));
    });
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  it('passwords: the fifth failure locks an account, from wherever it comes, and says nothing of who is here', async () => {
    const { id, email } = await newPerson(house);
    const answers: Record<string, string[]> = {};
    for (const [i, who] of [email, 'nobody-at-all@example.org'].entries()) {
      answers[who] = [];
      for (let attempt = 0; attempt < 7; attempt++) {
        const body = { email: who, password: 'wrong' };
        const { status, text } = await local(house, `127.0.${i + 1}.${attempt + 1}`, '/session', body);
        answers[who].push(`${status} ${text}`);
      }
    }
    expect(answers[email]).toEqual(answers['nobody-at-all@example.org']);
    const statuses = answers[email]?.map((answer) => answer.slice(0, 3));
    expect(statuses).toEqual(['401', '401', '401', '401', '401', '429', '429']);
    expect(answers[email]?.[5]).toContain('Wait 1 minute');
    // The right one does not help either, and is not counted.
    expect((await local(house, '127.0.3.1', '/session', { email, password: PASSWORD })).status).toBe(429);
    const locks = (await house.ask('GET', '/history?action=person.lock')).body.entries;
    expect(locks.map((entry: { objectId: string }) => entry.objectId).sort()).toEqual(['nobody', id].sort());
    const [listed] = (await house.ask('GET', '/people')).body.people.filter((one: { id: string }) => one.id === id);
    expect(listed.lockedUntil).toBeGreaterThan(Date.now());

    expect((await house.ask('POST', `/people/${id}/unlock`)).status).toBe(204);
    expect((await local(house, '127.0.3.2', '/session', { email, password: PASSWORD })).status).toBe(200);
  });

  it('passwords: failures are forgotten after a day, and so are the addresses that were tried', async () => {
    const { email } = await newPerson(house);
    const wrong = (i: number) => local(house, `127.0.5.${i}`, '/session', { email, password: 'wrong' });
    for (let i = 1; i <= 4; i++) await wrong(i);
    const failures = house.database.control('sign_in_failures');
    await failures.clone().update({ last_at: Date.now() - 24 * 60 * 60 * 1000 - 1 });
    for (let i = 5; i <= 8; i++) expect((await wrong(i)).status).toBe(401);
    expect((await local(house, '127.0.5.9', '/session', { email, password: PASSWORD })).status).toBe(200);
    expect(await failures.clone()).toEqual([]);
  });

  it('passwords: many at the same moment are counted one by one', async () => {
    const { email } = await newPerson(house);
    const tries = Array.from({ length: 20 }, (_, i) =>
      local(house, `127.0.4.${i + 1}`, '/session', { email, password: `wrong ${i}` }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });

  it('codes: a right password in between does not begin the count anew', async () => {
    const guest = await newGuest(house);
    await setUpCodes(guest);
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const entered = await enter(house, guest.email);
      if (entered.status !== 200) {
        statuses.push(entered.status);
        continue;
      }
      statuses.push((await sendAs(house, cookieIn(entered))('POST', '/session/code', { code: '000000' })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('invitations: a link works once, in time, and cannot be guessed or read from the database', async () => {
    const fresh = await openHouse(dialect);
    try {
      const made = await fresh.ask('POST', '/invitations', { email: 'Nia@Example.org', grants: [{ role: 'viewer' }] });
      const token: string = made.body.page.split('#')[1];
      expect(JSON.stringify(await fresh.database.control('invitations'))).not.toContain(token);
      const accept = (text: string) => {
        const body = { token: text, name: 'Nia', password: PASSWORD };
        return fresh.send('POST', '/invitation/accept', body, OWN);
      };
      expect((await accept(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).status).toBe(410);
      const both = await Promise.all([accept(token), accept(token)]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 410]);
      expect((await accept(token)).body.error.code).toBe('invitation_over');
      expect((await enter(fresh, 'nia@example.org')).body.person.grants[0].role).toBe('viewer');

      const late = await fresh.ask('POST', '/invitations', { email: 'late@example.org', grants: [{ role: 'admin' }] });
      await fresh.database.control('invitations').update({ expires_at: Date.now() - 1 });
      expect((await accept(late.body.page.split('#')[1])).status).toBe(410);
      const gone = await fresh.ask('POST', '/invitations', { email: 'gone@example.org', grants: [{ role: 'admin' }] });
      await fresh.ask('DELETE', `/invitations/${gone.body.invitation.id}`);
      expect((await accept(gone.body.page.split('#')[1])).status).toBe(410);
      let last = 410;
      for (let i = 0; i < 10 && last === 410; i++) last = (await accept(`sbi_${i}`)).status;
      expect(last).toBe(429);
    } finally {
      await fresh.close();
    }
  });
});

describe.each(dialects)('a provider of sign-in on %s', (dialect) => {
  let house: House;
  let provider: TestProvider;
  beforeAll(async () => {
    [house, provider] = await Promise.all([openHouse(dialect), startProvider()]);
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await Promise.all([house.close(), provider.close()]);
  });

  it('is asked with a state, a nonce and a challenge of its own for every browser', async () => {
    const id = await addProvider(house, provider);
    const [one, two] = [await goToProvider(house, id), await goToProvider(house, id)];
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const [a, b] = [one, two].map(({ goTo }) => goTo.searchParams.get(name));
      expect(a?.length, name).toBeGreaterThan(20);
      expect(a, name).not.toBe(b);
    }
    expect(one.goTo.searchParams.get('code_challenge_method')).toBe('S256');
    await house.ask('DELETE', `/sign-in-providers/${id}`);
  });

  it('lets nobody in by the answer of another browser, twice, or with another state, nonce, key or audience', async () => {
    const id = await addProvider(house, provider);
    const refused = { status: 403, body: { error: { code: 'sign_in_refused' } } };
    const expired = { status: 401, body: { error: { code: 'sign_in_expired' } } };
    const [mine, theirs] = [await goToProvider(house, id), await goToProvider(house, id)];
    expect(await comeBack(house, { cookie: mine.cookie, query: theirs.query })).toMatchObject(refused);
    expect(await comeBack(house, { cookie: mine.cookie, query: mine.query })).toMatchObject(expired);
    expect(await comeBack(house, { cookie: '', query: theirs.query })).toMatchObject(expired);

    const fresh = async (claims: Record<string, unknown>) => {
      const before = provider.claims;
      provider.claims = { ...before, ...claims };
      const answer = await comeBack(house, await goToProvider(house, id));
      provider.claims = before;
      return answer;
    };
    expect(await fresh({ nonce: 'another one' })).toMatchObject(refused);
    expect(await fresh({ aud: 'another client' })).toMatchObject(refused);
    expect(await fresh({ iss: 'https://elsewhere.example' })).toMatchObject(refused);
    expect(await fresh({ exp: 1 })).toMatchObject(refused);
    expect((await house.ask('GET', '/history?action=session.begin')).body.entries).toEqual([]);
    await house.ask('DELETE', `/sign-in-providers/${id}`);
  });

  it('takes over no account by an address that is not proven', async () => {
    const id = await addProvider(house, provider);
    const { email } = await newPerson(house, 'admin');
    provider.claims = { sub: 'eve', email };
    expect((await comeBack(house, await goToProvider(house, id))).body.error.code).toBe('sign_in_refused');
    provider.claims = { sub: 'eve', email, email_verified: false };
    expect((await comeBack(house, await goToProvider(house, id))).body.error.code).toBe('sign_in_refused');
    await house.ask('DELETE', `/sign-in-providers/${id}`);
  });
});
