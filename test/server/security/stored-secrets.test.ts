/** What people and programs present is in no table, so that a copy of the databases lets nobody in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionHash } from '../../../server/access/sessions.ts';
import { sessionHashes } from '../../../server/store/migrations/session-hashes.ts';
import {
  addProvider,
  comeBack,
  cookieIn,
  enter,
  goToProvider,
  newGuest,
  newPerson,
  PASSWORD,
  sendAs,
  setUpCodes,
  startProvider,
  type TestProvider,
} from '../access/people.ts';
import { ADMIN_TOKEN, dialects, type House, openHouse } from '../control/house.ts';
import { everythingStored, tablesWith } from '../store/everything-stored.ts';

/** The id of a session in its cookie, before the signature. */
const idIn = (cookie: string): string => /=s:([^.]+)\./.exec(decodeURIComponent(cookie))?.[1] ?? '';

describe.each(dialects)('a copy of the databases on %s', { timeout: 60_000 }, (dialect) => {
  let house: House;
  let provider: TestProvider;
  beforeAll(async () => {
    house = await openHouse(dialect);
    provider = await startProvider();
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await provider.close();
    await house.close();
  });

  const whoIs = async (cookie: string): Promise<string | undefined> =>
    (await house.send('GET', '/session', undefined, { cookie })).body.session?.person.id;
  const made = async (path: string, body: unknown) => {
    const answer = await house.ask('POST', path, body);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  };

  it('holds nothing that a person or a program presents', async () => {
    const guest = await newGuest(house, 'admin');
    const codes = await setUpCodes(guest);
    const halfway = cookieIn(await enter(house, guest.email));
    const other = await newGuest(house);
    const setUp = (await other.send('POST', '/account/codes', { password: PASSWORD })).body.secret;
    const id = await addProvider(house, provider, { clientSecret: 'what the client presents' });
    const asked = await goToProvider(house, id);
    const state = asked.goTo.searchParams.get('state') ?? '';
    const nonce = asked.goTo.searchParams.get('nonce') ?? '';

    const [project] = house.control.snapshot().projects.keys();
    const key = await made('/keys', { name: 'app', project });
    const replaced = await made(`/keys/${key.key.id}/replace`, {
      name: 'app again',
      endsAt: Date.now() + 60_000,
      reason: 'for a test',
    });
    const token = await made('/service-tokens', { name: 'x', grants: [{ role: 'admin' }], scope: 'role', days: 1 });
    const invited = await made('/invitations', { email: 'invited@example.org', grants: [{ role: 'viewer' }] });
    const address = 'https://hooks.example.com/what-the-hook-presents';
    const channel = await made('/channels', {
      name: 'hook',
      topics: ['budgets'],
      target: { kind: 'webhook', url: address },
    });
    const values = { address: 'http://127.0.0.1:9/v1', key: 'what-the-account-presents' };
    await made('/provider-accounts', {
      kind: 'other',
      name: 'mine',
      values,
      leavesHouse: false,
      models: [{ name: 'm' }],
    });

    const secrets = [
      ...[PASSWORD, ADMIN_TOKEN, codes.secret, ...codes.recoveryCodes, setUp, state, nonce],
      ...codes.recoveryCodes.map((code) => code.replaceAll('-', '')),
      ...[guest.cookie, halfway, other.cookie, asked.cookie].map(idIn),
      ...[key.token, replaced.token, token.token, invited.page.split('#')[1], channel.secret],
      ...['what the client presents', 'what-the-hook-presents', 'what-the-account-presents'],
    ];
    const { control, recordTables } = house.database;
    const stored = [...(await everythingStored(control, dialect)), ...(await everythingStored(recordTables, dialect))];
    const tablesOf = (text: string) => stored.filter(([, rows]) => rows.includes(text)).map(([table]) => table);
    for (const secret of secrets) {
      expect(String(secret).length).toBeGreaterThan(8);
      expect(tablesOf(secret), secret).toEqual([]);
    }
    // The look is at what is there: the hash of one of them stands in two tables.
    expect(tablesOf(sessionHash(idIn(guest.cookie)))).toEqual(['person_sessions', 'sessions']);
    expect(stored.map(([table]) => table)).toContain('records');

    // What was begun goes on, and a hash is no cookie.
    expect((await comeBack(house, asked)).status).toBe(200);
    const code = { code: codes.recoveryCodes[0] };
    expect((await sendAs(house, halfway)('POST', '/session/code', code)).status).toBe(200);
    expect(await whoIs(guest.cookie)).toBe(guest.id);
    const forged = guest.cookie.replace(idIn(guest.cookie), sessionHash(idIn(guest.cookie)));
    expect(await whoIs(forged)).toBeUndefined();
    const { sessions } = (await guest.send('GET', '/account')).body;
    expect(JSON.stringify(sessions)).not.toMatch(
      new RegExp(`${idIn(guest.cookie)}|${sessionHash(idIn(guest.cookie))}`),
    );
  });

  it('of before is brought up to date: who is signed in stays so, and can be signed out', async () => {
    const { control } = house.database;
    const [guest, leaving] = [await newGuest(house), await newGuest(house)];
    const person = await newPerson(house);
    const begun = await goToProvider(house, await addProvider(house, provider));
    for (const cookie of [guest.cookie, leaving.cookie, begun.cookie]) {
      const [sid, hash] = [idIn(cookie), sessionHash(idIn(cookie))];
      await control('sessions').where({ sid: hash }).update({ sid });
      await control('person_sessions').where({ sid: hash }).update({ sid });
    }
    await control('person_sessions').whereNotIn('person', [guest.id, leaving.id]).delete();
    await sessionHashes.up(control);

    expect(await whoIs(guest.cookie)).toBe(guest.id);
    expect(await tablesWith(control, dialect, idIn(guest.cookie))).toEqual([]);
    // A sign-in that had only begun begins again.
    expect((await comeBack(house, begun)).body.error.code).toBe('sign_in_expired');
    expect((await leaving.send('DELETE', '/session')).status).toBeLessThan(300);
    expect(await whoIs(leaving.cookie)).toBeUndefined();
    expect(await control('sessions').pluck('sid')).toEqual([sessionHash(idIn(guest.cookie))]);

    await sessionHashes.down(control);
    expect(await whoIs(guest.cookie)).toBeUndefined();
    expect((await enter(house, person.email)).status).toBe(200);
  });
});
