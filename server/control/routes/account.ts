/** One's own account: name, password, one-time codes, and where one is signed in. Only people have one. */
import { z } from 'zod';
import { requirePerson } from '../../access/caller.ts';
import { codeAddress } from '../../access/one-time-codes.ts';
import { listSessions, personSessionSchema, signOutOf, signOutOthers } from '../../access/person-sessions.ts';
import { saveSession } from '../../access/sessions.ts';
import { SignalboxError } from '../../errors.ts';
import {
  accountOf,
  changeName,
  changePassword,
  findCodes,
  newCodes,
  renewRecoveryCodes,
  requirePassword,
  setUpCodes,
  turnOffCodes,
} from '../accounts.ts';
import { idSchema, momentSchema, nameSchema } from '../input.ts';
import { passwordSchema, personSchema } from '../people.ts';
import { defineRoute, type Route } from '../route.ts';
import { needsCodes, readSignInSettings } from '../sign-in-settings.ts';

const own = { tag: 'Account', viewers: true } as const;
const password = z.string().min(1).max(1000);
const code = z.strictObject({ code: z.string().trim().min(1).max(100) });
const recoveryCodes = z.object({
  recoveryCodes: z.array(z.string()).meta({ description: 'Each lets one in once. They are shown this once.' }),
});

export const accountRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/account',
    may: 'signed in',
    tag: 'Account',
    summary: 'One’s own account.',
    status: 200,
    errors: ['people_only'],
    response: z.object({
      person: personSchema,
      hasPassword: z.boolean().meta({ description: 'False for somebody who signs in by a provider alone.' }),
      codes: z.object({ setUpAt: momentSchema, recoveryLeft: z.int() }).nullable(),
      codesRequired: z.boolean().meta({ description: 'Whether the role has to have one-time codes.' }),
      sessions: z.array(personSessionSchema),
    }),
    handle: async (_input, { control, actor }) => {
      const signedIn = requirePerson(actor);
      const account = await accountOf(control.db, signedIn);
      const [codes, { codeRoles }, sessions] = await Promise.all([
        findCodes(control.db, account.id),
        readSignInSettings(control.db, account.organisation),
        listSessions(control.db, signedIn),
      ]);
      const hasPassword = account.passwordHash !== null;
      return { person: account, hasPassword, codes, codesRequired: needsCodes(codeRoles, account), sessions };
    },
  }),
  defineRoute({
    ...own,
    method: 'patch',
    path: '/account',
    may: 'signed in',
    summary: 'Change one’s own name.',
    status: 204,
    errors: ['people_only'],
    body: z.strictObject({ name: nameSchema }),
    handle: async ({ body }, { control, actor }) => {
      await changeName(control, requirePerson(actor), body.name);
      return undefined;
    },
  }),
  defineRoute({
    ...own,
    method: 'put',
    path: '/account/password',
    may: 'signed in',
    summary: 'Change one’s own password, and sign out everywhere else.',
    status: 204,
    errors: ['people_only', 'too_many_attempts'],
    body: z.strictObject({ current: password, password: passwordSchema }),
    handle: async ({ body }, { control, actor }) => {
      await changePassword(control, requirePerson(actor), body);
      return undefined;
    },
  }),
  defineRoute({
    ...own,
    method: 'post',
    path: '/account/codes',
    may: 'signed in',
    summary: 'Begin to set up one-time codes: a secret for an app. They count once a first code was sent.',
    status: 200,
    errors: ['people_only', 'too_many_attempts'],
    body: z.strictObject({ password }),
    response: z.object({
      secret: z.string(),
      address: z.string().meta({ description: 'What the picture for an app says.' }),
    }),
    handle: async ({ body }, { control, deps, actor, request }) => {
      const account = await accountOf(control.db, requirePerson(actor));
      await requirePassword(control, account, body.password);
      if (await findCodes(control.db, account.id)) {
        throw new SignalboxError('invalid_input', { why: 'Codes are set up already. Turn them off first' });
      }
      const { secret, sealed } = newCodes(deps.signIn.secrets);
      request.session.codeSecret = sealed;
      await saveSession(request);
      return { secret, address: codeAddress(secret, account.email) };
    },
  }),
  defineRoute({
    ...own,
    method: 'put',
    path: '/account/codes',
    may: 'signed in',
    summary: 'Set up one-time codes with a first one.',
    status: 200,
    errors: ['people_only', 'wrong_code', 'sign_in_expired'],
    body: code,
    response: recoveryCodes,
    handle: async ({ body }, { control, deps, actor, request }) => {
      const account = await accountOf(control.db, requirePerson(actor));
      const { codeSecret } = request.session;
      if (codeSecret === undefined || (await findCodes(control.db, account.id))) {
        throw new SignalboxError('sign_in_expired');
      }
      const made = await setUpCodes(control, deps.signIn.secrets, account, codeSecret, body.code);
      delete request.session.codeSecret;
      await saveSession(request);
      return { recoveryCodes: made };
    },
  }),
  defineRoute({
    ...own,
    method: 'post',
    path: '/account/codes/turn-off',
    may: 'signed in',
    summary: 'Turn one’s own one-time codes off, with a last one.',
    status: 204,
    errors: ['people_only', 'wrong_code', 'too_many_attempts'],
    body: code,
    handle: async ({ body }, { control, deps, actor }) => {
      await turnOffCodes(control, deps.signIn.secrets, requirePerson(actor), body.code);
      return undefined;
    },
  }),
  defineRoute({
    ...own,
    method: 'post',
    path: '/account/codes/recovery',
    may: 'signed in',
    summary: 'Ten new recovery codes in place of those there are.',
    status: 200,
    errors: ['people_only', 'wrong_code', 'too_many_attempts'],
    body: code,
    response: recoveryCodes,
    handle: async ({ body }, { control, deps, actor }) => ({
      recoveryCodes: await renewRecoveryCodes(control, deps.signIn.secrets, requirePerson(actor), body.code),
    }),
  }),
  defineRoute({
    ...own,
    method: 'delete',
    path: '/account/sessions',
    may: 'signed in',
    summary: 'Sign out everywhere but here.',
    status: 204,
    errors: ['people_only'],
    handle: async (_input, { control, actor }) => {
      await signOutOthers(control, requirePerson(actor));
      return undefined;
    },
  }),
  defineRoute({
    ...own,
    method: 'delete',
    path: '/account/sessions/{session}',
    may: 'signed in',
    summary: 'Sign out of one session.',
    status: 204,
    errors: ['people_only', 'not_found'],
    params: z.strictObject({ session: idSchema }),
    handle: async ({ params }, { control, actor }) => {
      await signOutOf(control, requirePerson(actor), params.session);
      return undefined;
    },
  }),
];
