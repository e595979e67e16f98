/** Signing in and out, and who is there. */
import { z } from 'zod';
import { checkPassword } from '../../access/passwords.ts';
import { beginSession, endSession } from '../../access/sessions.ts';
import { SignalboxError } from '../../errors.ts';
import { organisationSchema, readOrganisation } from '../organisations.ts';
import { findByEmail, findPerson, listPeople, personSchema } from '../people.ts';
import { defineRoute, type Route } from '../route.ts';

const person = personSchema.meta({ id: 'Person' });
const session = z
  .object({ person: person.nullable(), organisation: organisationSchema })
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
      return { person: known, organisation: await readOrganisation(control.db, known.organisation) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/session',
    tag: 'Session',
    summary: 'Who is signed in.',
    status: 200,
    response: session,
    handle: async (_input, { control, actor }) => ({
      person: (await findPerson(control.db, actor.id)) ?? null,
      organisation: await readOrganisation(control.db, actor.organisation),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/session',
    tag: 'Session',
    summary: 'Sign out.',
    status: 204,
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
];
