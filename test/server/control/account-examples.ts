/** What the routes of people, accounts, tokens and sign-in do in the tests of every mutating route. */
import { onTestFinished } from 'vitest';
import { codeAt } from '../../../server/access/one-time-codes.ts';
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
  providerInput,
  sendAs,
  setUpCodes,
  startProvider,
  type TestProvider,
} from '../access/people.ts';
import type { Answer, House } from './house.ts';

interface AccountExample {
  readonly prepare?: (house: House) => Promise<string>;
  readonly run: (house: House, prepared: string) => Promise<Answer>;
  readonly action: string | null;
  readonly by?: 'person';
}

const REASON = { reason: 'to see that it is written down' };
const NOWHERE = { url: 'https://id.example.com' };
const settings = { sessionHours: 24, idleMinutes: 60, codeRoles: [] };

const newInvitation = async (house: House): Promise<Answer> => {
  const { email } = await newPerson(house);
  return house.ask('POST', '/invitations', { email: `new-${email}`, grants: [{ role: 'viewer' }] });
};
const tokenOf = ({ body }: Answer): string => body.page.split('#')[1];
const cookie = async (house: House): Promise<string> => (await newGuest(house)).cookie;
const withCodes = async (house: House): Promise<string> => {
  const guest = await newGuest(house);
  const { recoveryCodes } = await setUpCodes(guest);
  return [guest.cookie, recoveryCodes[0], guest.id, guest.email].join(' ');
};
const newServiceToken = { name: 'deploy', grants: [{ role: 'viewer' }], scope: 'read', days: 30 };

/** A provider that is there until the test has ended. */
async function shortProvider(): Promise<TestProvider> {
  const provider = await startProvider();
  onTestFinished(() => provider.close());
  return provider;
}

/** Somebody who is known to a provider and comes back from it. */
async function backFromProvider(house: House): Promise<string> {
  const provider = await shortProvider();
  const id = await addProvider(house, provider);
  const { email } = await newPerson(house);
  provider.claims = { sub: email, email, email_verified: true };
  await comeBack(house, await goToProvider(house, id));
  const { cookie, query } = await goToProvider(house, id);
  return JSON.stringify({ cookie, query });
}

export const ACCOUNT_EXAMPLES: Readonly<Record<string, AccountExample>> = {
  'post /session': {
    action: 'session.begin',
    by: 'person',
    prepare: async (house) => (await newPerson(house)).email,
    run: enter,
  },
  'delete /session': {
    action: 'session.end',
    by: 'person',
    prepare: cookie,
    run: (house, cookie) => sendAs(house, cookie)('DELETE', '/session'),
  },
  'post /session/code': {
    action: 'session.begin',
    by: 'person',
    prepare: async (house) => {
      const [, recovery, , email = ''] = (await withCodes(house)).split(' ');
      return `${cookieIn(await enter(house, email))} ${recovery}`;
    },
    run: (house, prepared) => {
      const [cookie = '', code] = prepared.split(' ');
      return sendAs(house, cookie)('POST', '/session/code', { code });
    },
  },
  'post /session/code-set-up': {
    action: null,
    prepare: async (house) => {
      const { email } = await newPerson(house);
      await house.ask('PUT', '/sign-in-settings', { ...settings, codeRoles: ['viewer'] });
      const entered = cookieIn(await enter(house, email));
      await house.ask('PUT', '/sign-in-settings', settings);
      return entered;
    },
    run: (house, cookie) => sendAs(house, cookie)('POST', '/session/code-set-up'),
  },
  'post /sign-in/providers/{provider}': {
    action: null,
    prepare: async (house) => addProvider(house, await shortProvider()),
    run: (house, id) => house.send('POST', `/sign-in/providers/${id}`, undefined, OWN),
  },
  'post /session/provider': {
    action: 'session.begin',
    by: 'person',
    prepare: backFromProvider,
    run: (house, prepared) => comeBack(house, JSON.parse(prepared)),
  },
  'post /invitation': {
    action: null,
    prepare: async (house) => tokenOf(await newInvitation(house)),
    run: (house, token) => house.send('POST', '/invitation', { token }, OWN),
  },
  'post /invitation/accept': {
    action: 'invitation.accept',
    by: 'person',
    prepare: async (house) => tokenOf(await newInvitation(house)),
    run: (house, token) => house.send('POST', '/invitation/accept', { token, name: 'Nia', password: PASSWORD }, OWN),
  },
  'patch /account': {
    action: 'person.rename',
    by: 'person',
    prepare: cookie,
    run: (house, cookie) => sendAs(house, cookie)('PATCH', '/account', { name: 'Grace' }),
  },
  'put /account/password': {
    action: 'person.change_password',
    by: 'person',
    prepare: cookie,
    run: (house, cookie) =>
      sendAs(house, cookie)('PUT', '/account/password', { current: PASSWORD, password: 'another password' }),
  },
  'post /account/codes': {
    action: null,
    prepare: cookie,
    run: (house, cookie) => sendAs(house, cookie)('POST', '/account/codes', { password: PASSWORD }),
  },
  'put /account/codes': {
    action: 'codes.set_up',
    by: 'person',
    prepare: async (house) => {
      const guest = await newGuest(house);
      const { secret } = (await guest.send('POST', '/account/codes', { password: PASSWORD })).body;
      return `${guest.cookie} ${codeAt(secret, Date.now())}`;
    },
    run: (house, prepared) => {
      const [cookie = '', code] = prepared.split(' ');
      return sendAs(house, cookie)('PUT', '/account/codes', { code });
    },
  },
  'post /account/codes/turn-off': {
    action: 'codes.turn_off',
    by: 'person',
    prepare: withCodes,
    run: (house, prepared) => {
      const [cookie = '', code] = prepared.split(' ');
      return sendAs(house, cookie)('POST', '/account/codes/turn-off', { code });
    },
  },
  'post /account/codes/recovery': {
    action: 'codes.renew_recovery',
    by: 'person',
    prepare: withCodes,
    run: (house, prepared) => {
      const [cookie = '', code] = prepared.split(' ');
      return sendAs(house, cookie)('POST', '/account/codes/recovery', { code });
    },
  },
  'delete /account/sessions': {
    action: 'session.end_others',
    by: 'person',
    prepare: async (house) => {
      const guest = await newGuest(house);
      await enter(house, guest.email);
      return guest.cookie;
    },
    run: (house, cookie) => sendAs(house, cookie)('DELETE', '/account/sessions'),
  },
  'delete /account/sessions/{session}': {
    action: 'session.end',
    by: 'person',
    prepare: async (house) => {
      const guest = await newGuest(house);
      return `${guest.cookie} ${(await guest.send('GET', '/account')).body.sessions[0].id}`;
    },
    run: (house, prepared) => {
      const [cookie = '', session] = prepared.split(' ');
      return sendAs(house, cookie)('DELETE', `/account/sessions/${session}`);
    },
  },
  'put /people/{person}/grants': {
    action: 'person.change_grants',
    prepare: async (house) => (await newPerson(house)).id,
    run: (house, id) => house.ask('PUT', `/people/${id}/grants`, { grants: [{ role: 'admin' }], ...REASON }),
  },
  'post /people/{person}/remove': {
    action: 'person.remove',
    prepare: async (house) => (await newGuest(house)).id,
    run: (house, id) => house.ask('POST', `/people/${id}/remove`, REASON),
  },
  'post /people/{person}/unlock': {
    action: 'person.unlock',
    prepare: async (house) => {
      const { id, email } = await newPerson(house);
      await enter(house, email, 'wrong');
      return id;
    },
    run: (house, id) => house.ask('POST', `/people/${id}/unlock`),
  },
  'post /people/{person}/reset-codes': {
    action: 'codes.reset',
    prepare: async (house) => (await withCodes(house)).split(' ')[2] ?? '',
    run: (house, id) => house.ask('POST', `/people/${id}/reset-codes`, REASON),
  },
  'post /invitations': { action: 'invitation.create', run: newInvitationAlone },
  'delete /invitations/{invitation}': {
    action: 'invitation.withdraw',
    prepare: async (house) => (await newInvitation(house)).body.invitation.id,
    run: (house, id) => house.ask('DELETE', `/invitations/${id}`),
  },
  'post /service-tokens': {
    action: 'service_token.create',
    run: (house) => house.ask('POST', '/service-tokens', newServiceToken),
  },
  'post /service-tokens/{token}/revoke': {
    action: 'service_token.revoke',
    prepare: async (house) => (await house.ask('POST', '/service-tokens', newServiceToken)).body.serviceToken.id,
    run: (house, id) => house.ask('POST', `/service-tokens/${id}/revoke`, REASON),
  },
  'put /sign-in-settings': {
    action: 'sign_in.set',
    run: (house) => house.ask('PUT', '/sign-in-settings', { ...settings, sessionHours: 7 }),
  },
  'post /sign-in-providers': {
    action: 'sign_in_provider.create',
    run: (house) => house.ask('POST', '/sign-in-providers', providerInput(NOWHERE)),
  },
  'put /sign-in-providers/{provider}': {
    action: 'sign_in_provider.change',
    prepare: (house) => addProvider(house, NOWHERE),
    run: (house, id) => house.ask('PUT', `/sign-in-providers/${id}`, providerInput(NOWHERE)),
  },
  'delete /sign-in-providers/{provider}': {
    action: 'sign_in_provider.delete',
    prepare: (house) => addProvider(house, NOWHERE),
    run: (house, id) => house.ask('DELETE', `/sign-in-providers/${id}`),
  },
  'post /sign-in-providers/{provider}/test': {
    action: null,
    prepare: async (house) => addProvider(house, await shortProvider()),
    run: (house, id) => house.ask('POST', `/sign-in-providers/${id}/test`),
  },
};

function newInvitationAlone(house: House): Promise<Answer> {
  return house.ask('POST', '/invitations', { email: 'alone@example.org', grants: [{ role: 'viewer' }] });
}
