/** Signing in and out, and who is there. */
import { z } from 'zod';
import { findCaller } from '../../access/caller.ts';
import { checkPassword, hashPassword } from '../../access/passwords.ts';
import { beginSession, endSession } from '../../access/sessions.ts';
import { SignalboxError } from '../../errors.ts';
import { organisationSchema, readOrganisation } from '../organisations.ts';
import { createPerson, findByEmail, findPerson, listPeople, personSchema, roleSchema } from '../people.ts';
import { defineRoute, type Route } from '../route.ts';

const person = personSchema.meta({ id: 'Person' });
const session = z
  .object({
    person: person.nullable(),
    organisation: organisationSchema,
    mayChange: z.boolean().meta({ description: 'False for somebody who may only look.' }),
  })
  .meta({ id: 'Session', description: 'The person is null for the admin token.' });

export const sessionRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/session',
    tag: 'Session',
    summary: 'Sign in with e-mail and password; sets the session cookie.',
    status: 200,
    anyone: true,
    limited: true,
    errors: ['wrong_password', 'too_many_attempts'],
    body: z.strictObject({ email: z.string().min(1).max(320), password: z.string().min(1).max(1000) }),
    response: session,
    handle: async ({ body }, { control, request }) => {
      const found = await findByEmail(control.db, body.email);
      const right = await checkPassword(found?.passwordHash ?? null, body.password);
      const known = found && (await findPerson(control.db, found.person.id));
      if (!right || !known) throw new SignalboxError('wrong_password');
      await beginSession(request, known.id);
      return {
        person: known,
        organisation: await readOrganisation(control.db, known.organisation),
        mayChange: known.role !== 'viewer',
      };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/session',
    tag: 'Session',
    summary: 'Who is signed in; null for nobody.',
    status: 200,
    anyone: true,
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
          mayChange: caller.mayChange,
        },
      };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/session',
    tag: 'Session',
    summary: 'Sign out.',
    status: 204,
    reads: true,
    handle: async (_input, { request }) => {
      await endSession(request);
      return undefined;
    },
  }),
  defineRoute({
    method: 'get',
    path: '/people',
    tag: 'Session',
    summary: 'The people of the organisation: names for the ids that stand in versions and in the history.',
    status: 200,
    response: z.object({ people: z.array(person) }),
    handle: async (_input, { control, actor }) => ({ people: await listPeople(control.db, actor.organisation) }),
  }),
  defineRoute({
    method: 'post',
    path: '/people',
    tag: 'Session',
    summary: 'Add a person who signs in with a password: an admin, or a viewer who may only look.',
    status: 201,
    errors: ['already_exists'],
    body: z.strictObject({
      name: z.string().trim().min(1).max(120),
      email: z.email().max(320),
      password: z.string().min(10).max(1000),
      role: roleSchema,
    }),
    response: person,
    handle: async ({ body: { password, ...words } }, { control, actor }) =>
      createPerson(control, actor, { ...words, passwordHash: await hashPassword(password) }),
  }),
];
