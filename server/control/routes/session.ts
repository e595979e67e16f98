/** Signing in and out, and who is there. */
import { z } from 'zod';
import { grantsSchema } from '../../../policies/access/grants.ts';
import { findCaller } from '../../access/caller.ts';
import { signOutOf } from '../../access/person-sessions.ts';
import { endSession } from '../../access/sessions.ts';
import {
  askProvider,
  beginSetUp,
  enterCode,
  enterPassword,
  providerSignOut,
  readProvider,
} from '../../access/sign-in.ts';
import { SignalboxError } from '../../errors.ts';
import { idSchema } from '../input.ts';
import { acceptedSchema, acceptInvitation, findInvitation } from '../invitations.ts';
import { organisationSchema, readOrganisation } from '../organisations.ts';
import { type Account, findPerson, personSchema } from '../people.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';
import { listSignInProviders } from '../sign-in-providers.ts';

const session = z
  .object({
    person: personSchema.nullable(),
    organisation: organisationSchema,
    grants: grantsSchema,
    onlyReads: z.boolean().meta({ description: 'True for a program whose token changes nothing.' }),
  })
  .meta({ id: 'Session', description: 'The person is null for a program.' });

const next = z.object({
  next: z.enum(['code', 'set_up_code']).meta({
    description: 'What has to be done before one is in: send a code, or set codes up first.',
  }),
});
const code = z.string().trim().min(1).max(100);
const token = acceptedSchema.shape.token;

const sessionOf = async (account: Account, { control }: RouteContext): Promise<z.input<typeof session>> => ({
  person: account,
  organisation: await readOrganisation(control.db, account.organisation),
  grants: account.grants,
  onlyReads: false,
});

export const sessionRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/session',
    may: 'anyone',
    tag: 'Session',
    summary: 'Sign in with e-mail and password; sets the session cookie, or says which step comes next.',
    status: 200,
    limited: true,
    errors: ['wrong_password', 'too_many_attempts'],
    body: z.strictObject({ email: z.string().min(1).max(320), password: z.string().min(1).max(1000) }),
    response: z.union([session, next]),
    handle: async ({ body }, context) => {
      const entered = await enterPassword(context.control, context.request, body);
      return entered.next === null ? sessionOf(entered.account, context) : { next: entered.next };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/session/code',
    may: 'anyone',
    tag: 'Session',
    summary: 'Show a one-time code, or a recovery code, after the password.',
    status: 200,
    limited: true,
    errors: ['wrong_code', 'sign_in_expired', 'too_many_attempts'],
    body: z.strictObject({ code }),
    response: z.object({
      session,
      recoveryCodes: z.array(z.string()).readonly().nullable().meta({
        description: 'Where codes were set up with this one: shown this once. Null otherwise.',
      }),
    }),
    handle: async ({ body }, context) => {
      const { control, request, deps } = context;
      const { account, recoveryCodes } = await enterCode(control, request, deps.signIn, body.code);
      return { session: await sessionOf(account, context), recoveryCodes };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/session/code-set-up',
    may: 'anyone',
    tag: 'Session',
    summary: 'A secret for one-time codes, where they have to be set up before one is in. A first code follows.',
    status: 200,
    limited: true,
    errors: ['sign_in_expired', 'too_many_attempts'],
    response: z.object({
      secret: z.string(),
      address: z.string().meta({ description: 'What the picture for an app says.' }),
    }),
    handle: (_input, { control, request, deps }) => beginSetUp(control, request, deps.signIn),
  }),
  defineRoute({
    method: 'get',
    path: '/session',
    may: 'anyone',
    tag: 'Session',
    summary: 'Who is signed in; null for nobody.',
    status: 200,
    response: z.object({ session: session.nullable() }),
    handle: async (_input, { control, deps, request }) => {
      const caller = await findCaller(request, control, deps.adminToken).catch((error: unknown) => {
        if (error instanceof SignalboxError && error.code === 'unauthenticated') return null;
        throw error;
      });
      if (caller === null) return { session: null };
      return {
        session: {
          person: (await findPerson(control.db, caller.id)) ?? null,
          organisation: await readOrganisation(control.db, caller.organisation),
          grants: [...caller.grants],
          onlyReads: caller.onlyReads,
        },
      };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/session',
    may: 'signed in',
    tag: 'Session',
    summary: 'Sign out.',
    status: 200,
    response: z.object({
      goTo: z.string().nullable().meta({ description: 'Where the browser goes to sign out at its provider as well.' }),
    }),
    handle: async (_input, { control, deps, actor, request }) => {
      const { signedIn } = actor;
      if (signedIn === null) return { goTo: null };
      await signOutOf(control, signedIn, signedIn.session);
      await endSession(request);
      return { goTo: await providerSignOut(control, request, deps.signIn, signedIn) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/sign-in',
    may: 'anyone',
    tag: 'Session',
    summary: 'The providers by which one can sign in.',
    status: 200,
    response: z.object({ providers: z.array(z.object({ id: z.string(), name: z.string() })) }),
    handle: async (_input, { control }) => {
      const [organisation = ''] = control.snapshot().organisations.keys();
      return { providers: await listSignInProviders(control.db, organisation) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/sign-in/providers/{provider}',
    may: 'anyone',
    tag: 'Session',
    summary: 'Begin to sign in by a provider: where the browser has to go.',
    status: 200,
    limited: true,
    errors: ['not_found', 'sign_in_refused', 'too_many_attempts'],
    params: z.strictObject({ provider: idSchema }),
    response: z.object({ goTo: z.string() }),
    handle: async ({ params }, { control, deps, request }) => ({
      goTo: await askProvider(control, request, deps.signIn, params.provider),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/session/provider',
    may: 'anyone',
    tag: 'Session',
    summary: 'Sign in with what a provider has sent the browser back with.',
    status: 200,
    limited: true,
    errors: ['sign_in_expired', 'sign_in_refused', 'too_many_attempts'],
    body: z.strictObject({ query: z.string().max(10_000).meta({ description: 'Of the address, from “?” on.' }) }),
    response: session,
    handle: async ({ body }, context) => {
      const { control, request, deps } = context;
      return sessionOf(await readProvider(control, request, deps.signIn, body.query), context);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/invitation',
    may: 'anyone',
    tag: 'Session',
    summary: 'Whom an invitation is for. Its token is sent in the body, so that it stands in no log.',
    status: 200,
    limited: true,
    errors: ['invitation_over', 'too_many_attempts'],
    body: z.strictObject({ token }),
    response: z.object({ email: z.string(), grants: grantsSchema, organisation: z.string() }),
    handle: async ({ body }, { control }) => {
      const { email, grants, organisation } = await findInvitation(control.db, body.token);
      return { email, grants, organisation: (await readOrganisation(control.db, organisation)).name };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/invitation/accept',
    may: 'anyone',
    tag: 'Session',
    summary: 'Make the account that an invitation is for. Signing in comes after it.',
    status: 201,
    limited: true,
    errors: ['invitation_over', 'email_taken', 'too_many_attempts'],
    body: acceptedSchema,
    response: personSchema,
    handle: ({ body }, { control }) => acceptInvitation(control, body),
  }),
];
