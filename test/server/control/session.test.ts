import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_TOKEN, dialects, type House, openHouse } from './house.ts';

const OWN = { 'x-signalbox-csrf': '1' };

async function cookieOf(house: House): Promise<string> {
  const answer = await house.send('POST', '/session', ADMIN, OWN);
  expect(answer.status).toBe(200);
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

describe.each(dialects)('signing in on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  it('sets a cookie that scripts cannot read and other sites do not send', async () => {
    const answer = await house.send('POST', '/session', { ...ADMIN, email: '  aDA@example.ORG' }, OWN);
    expect(answer.status).toBe(200);
    expect(answer.body.person).toMatchObject({ name: 'Admin', email: 'ada@example.org' });
    expect(JSON.stringify(answer.body)).not.toContain('argon2');
    const cookie = answer.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
  });

  it('knows the person afterwards, until the session ends', async () => {
    const cookie = await cookieOf(house);
    expect((await house.send('GET', '/session', undefined, { cookie })).body.session.person.email).toBe(
      'ada@example.org',
    );
    expect((await house.send('DELETE', '/session', undefined, { cookie, ...OWN })).status).toBe(200);
    expect((await house.send('GET', '/session', undefined, { cookie })).body).toEqual({ session: null });
  });

  it('writes the id of the person, not a name, into the history', async () => {
    const cookie = await cookieOf(house);
    const { person } = (await house.send('GET', '/session', undefined, { cookie })).body.session;
    expect((await house.send('POST', '/teams', { name: 'by Ada' }, { cookie, ...OWN })).status).toBe(201);
    const [entry] = (await house.ask('GET', '/history?limit=1&action=team.create')).body.entries;
    expect(entry.actor).toBe(person.id);
    const rows = JSON.stringify(await house.database.control('history'));
    expect(rows).not.toContain('ada@example.org');
  });

  it('gives every session a new id', async () => {
    const first = await cookieOf(house);
    const again = await house.send('POST', '/session', ADMIN, { ...OWN, cookie: first });
    expect(again.headers.getSetCookie()[0]?.split(';')[0]).not.toBe(first);
    expect((await house.send('GET', '/session', undefined, { cookie: first })).body).toEqual({ session: null });
  });

  it('refuses a change that a page of another site could send', async () => {
    const cookie = await cookieOf(house);
    const send = (headers: Record<string, string>) =>
      house.send('POST', '/teams', { name: `t${++made}` }, { cookie, ...headers });
    let made = 0;
    const host = new URL(house.url).host;
    expect(await send({})).toMatchObject({ status: 403, body: { error: { code: 'invalid_request' } } });
    expect((await send({ origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await send({ origin: 'null' })).status).toBe(403);
    expect((await send({ origin: `http://${host}` })).status).toBe(201);
    expect((await send(OWN)).status).toBe(201);
    expect((await house.send('POST', '/session', ADMIN, {})).status).toBe(403);
  });

  it('lets a viewer see everything and change nothing', async () => {
    const viewer = { email: 'vi@example.org', password: 'a long password' };
    const made = await house.ask('POST', '/people', { ...viewer, name: 'Vi', grants: [{ role: 'viewer' }] });
    expect(made).toMatchObject({ status: 201, body: { grants: [{ role: 'viewer' }] } });
    expect((await house.ask('POST', '/people', { ...viewer, name: 'Vi', grants: [{ role: 'viewer' }] })).status).toBe(
      409,
    );
    const answer = await house.send('POST', '/session', viewer, OWN);
    expect(answer.body.grants).toEqual([{ role: 'viewer', within: null, content: false }]);
    const headers = { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', ...OWN };
    expect((await house.send('GET', '/policies', undefined, headers)).status).toBe(200);
    expect(await house.send('POST', '/teams', { name: 'by Vi' }, headers)).toMatchObject({
      status: 403,
      body: { error: { code: 'not_allowed' } },
    });
    expect((await house.send('DELETE', '/session', undefined, headers)).status).toBe(200);
  });

  it('forgets a person who was erased', async () => {
    const cookie = await cookieOf(house);
    const [details] = await house.database.control('person_details');
    await house.database.control('person_details').delete();
    expect((await house.send('GET', '/session', undefined, { cookie })).body).toEqual({ session: null });
    await house.database.control('person_details').insert(details);
  });

  it('lets programs in with the admin token, and with no other', async () => {
    expect((await house.send('GET', '/teams', undefined, { authorization: `bearer ${ADMIN_TOKEN}` })).status).toBe(200);
    for (const authorization of [`Bearer ${ADMIN_TOKEN}x`, 'Bearer ', ADMIN_TOKEN, 'Basic abc']) {
      const answer = await house.send('GET', '/teams', undefined, { authorization });
      expect(answer).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } });
    }
    expect((await house.send('GET', '/teams')).status).toBe(401);
  });

  it('answers an unknown address and a wrong password alike, and after ten failures not at all', async () => {
    const wrong = { email: ADMIN.email, password: 'wrong' };
    const first = await house.send('POST', '/session', wrong, OWN);
    const second = await house.send('POST', '/session', { ...wrong, email: 'nobody@example.org' }, OWN);
    expect(first).toMatchObject({ status: 401, body: { error: { code: 'wrong_password' } } });
    expect(second.body).toEqual(first.body);
    let last = second;
    for (let i = 0; i < 10 && last.status === 401; i++) last = await house.send('POST', '/session', wrong, OWN);
    expect(last).toMatchObject({ status: 429, body: { error: { code: 'too_many_attempts' } } });
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await house.send('POST', '/session', ADMIN, OWN)).status).toBe(429);
  });
});
