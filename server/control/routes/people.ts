/** The people of an organisation, as admins look after them, and invitations. */
import { z } from 'zod';
import { grantsSchema } from '../../../policies/access/grants.ts';
import { locksOf } from '../../access/attempts.ts';
import { hashPassword } from '../../access/passwords.ts';
import { lastSeen } from '../../access/person-sessions.ts';
import { resetCodes, whoHasCodes } from '../accounts.ts';
import { idSchema, momentSchema, nameSchema, reasonSchema } from '../input.ts';
import {
  invitationInputSchema,
  invitationSchema,
  invite,
  listInvitations,
  sendInvitation,
  withdrawInvitation,
} from '../invitations.ts';
import {
  changeGrants,
  createPerson,
  emailSchema,
  listPeople,
  passwordSchema,
  personSchema,
  removePerson,
  unlockPerson,
} from '../people.ts';
import { defineRoute, type Route } from '../route.ts';

const listed = personSchema
  .extend({
    hasCodes: z.boolean().meta({ description: 'Whether one-time codes are set up.' }),
    lockedUntil: momentSchema.nullable().meta({ description: 'While too many attempts to sign in have failed.' }),
    lastSeenAt: momentSchema.nullable().meta({ description: 'Null where no session of theirs is known.' }),
  })
  .meta({ id: 'ListedPerson' });
const invitation = invitationSchema.meta({ id: 'Invitation' });
const params = z.strictObject({ person: idSchema });
const reason = z.strictObject({ reason: reasonSchema });

export const peopleRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/people',
    may: 'read people',
    tag: 'People',
    summary: 'The people of the organisation, by their names.',
    status: 200,
    response: z.object({ people: z.array(listed) }),
    handle: async (_input, { control, actor: { organisation } }) => {
      const people = await listPeople(control.db, organisation);
      const emails = people.map(({ email }) => email);
      const [codes, locks, seen] = await Promise.all([
        whoHasCodes(control.db, organisation),
        locksOf(control.db, emails, Date.now()),
        lastSeen(control.db, organisation),
      ]);
      return {
        people: people.map((one) => ({
          ...one,
          hasCodes: codes.has(one.id),
          lockedUntil: locks.get(one.email) ?? null,
          lastSeenAt: seen.get(one.id) ?? null,
        })),
      };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/people/names',
    may: 'read house',
    tag: 'People',
    summary: 'What the people of the organisation are called, by their names.',
    status: 200,
    response: z.object({ people: z.array(personSchema.pick({ id: true, name: true })) }),
    handle: async (_input, { control, actor }) => ({ people: await listPeople(control.db, actor.organisation) }),
  }),
  defineRoute({
    method: 'post',
    path: '/people',
    may: 'change people',
    tag: 'People',
    summary: 'Add a person with a password. An invitation lets them choose it themselves.',
    status: 201,
    errors: ['email_taken'],
    body: z.strictObject({ name: nameSchema, email: emailSchema, password: passwordSchema, grants: grantsSchema }),
    response: personSchema,
    handle: async ({ body: { password, ...words } }, { control, actor }) =>
      createPerson(control, actor, { ...words, passwordHash: await hashPassword(password) }),
  }),
  defineRoute({
    method: 'put',
    path: '/people/{person}/grants',
    may: 'change people',
    tag: 'People',
    summary: 'Give a person other roles, in place of those that they have. They count for their next request.',
    status: 200,
    errors: ['not_found', 'last_admin'],
    params,
    body: z.strictObject({ grants: grantsSchema, reason: reasonSchema }),
    response: personSchema,
    handle: ({ params, body }, { control, actor }) => changeGrants(control, actor, params.person, body),
  }),
  defineRoute({
    method: 'post',
    path: '/people/{person}/remove',
    may: 'change people',
    tag: 'People',
    summary: 'Erase a person’s details and end their sessions. Their id stays in the history.',
    status: 204,
    errors: ['not_found', 'last_admin'],
    params,
    body: reason,
    handle: async ({ params, body }, { control, actor }) => {
      await removePerson(control, actor, params.person, body.reason);
      return undefined;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/people/{person}/unlock',
    may: 'change people',
    tag: 'People',
    summary: 'Let somebody try again whose account is locked by failed attempts.',
    status: 204,
    errors: ['not_found'],
    params,
    handle: async ({ params }, { control, actor }) => {
      await unlockPerson(control, actor, params.person);
      return undefined;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/people/{person}/reset-codes',
    may: 'change people',
    tag: 'People',
    summary: 'Take the one-time codes of somebody away who has lost them, and sign them out.',
    status: 204,
    errors: ['not_found'],
    params,
    body: reason,
    handle: async ({ params, body }, { control, actor }) => {
      await resetCodes(control, actor, params.person, body.reason);
      return undefined;
    },
  }),
  defineRoute({
    method: 'get',
    path: '/invitations',
    may: 'read people',
    tag: 'People',
    summary: 'Invitations that nobody has used yet, the newest first.',
    status: 200,
    response: z.object({
      invitations: z.array(invitation),
      canMail: z.boolean().meta({ description: 'Whether invitations are sent by e-mail.' }),
    }),
    handle: async (_input, { control, deps, actor }) => ({
      invitations: await listInvitations(control.db, actor.organisation),
      canMail: deps.signIn.mail !== null && deps.signIn.publicUrl !== null,
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/invitations',
    may: 'change people',
    tag: 'People',
    summary: 'Invite somebody. The page that takes the invitation is in this answer only.',
    status: 201,
    errors: ['email_taken'],
    body: invitationInputSchema,
    response: z.object({
      invitation,
      page: z.string().meta({ description: 'From the first slash on.' }),
      sent: z.object({ ok: z.boolean(), words: z.string() }).nullable().meta({
        description: 'What came of sending it; null where this gateway does not send e-mail.',
      }),
    }),
    handle: async ({ body }, { control, deps, actor }) => {
      const made = await invite(control, actor, body);
      return { ...made, sent: await sendInvitation(deps.signIn, made.invitation, made.page) };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/invitations/{invitation}',
    may: 'change people',
    tag: 'People',
    summary: 'Withdraw an invitation: its link is worth nothing any more.',
    status: 204,
    errors: ['not_found'],
    params: z.strictObject({ invitation: idSchema }),
    handle: async ({ params }, { control, actor }) => {
      await withdrawInvitation(control, actor, params.invitation);
      return undefined;
    },
  }),
];
