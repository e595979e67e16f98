/** The people of the organisation, invitations, and accepting one. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type Grant, grantsSchema } from '../../policies/access/grants.ts';
import { ask } from './client.ts';

const listedPerson = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  grants: grantsSchema,
  hasCodes: z.boolean(),
  lockedUntil: z.number().nullable(),
  lastSeenAt: z.number().nullable(),
});
export type ListedPerson = z.infer<typeof listedPerson>;

const invitation = z.object({
  id: z.string(),
  email: z.string(),
  grants: grantsSchema,
  createdBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
});
export type Invitation = z.infer<typeof invitation>;

const PEOPLE = ['people'];

/** By their names. */
export const listedPeopleQuery = queryOptions({
  queryKey: [...PEOPLE, 'listed'],
  queryFn: async ({ signal }) => (await ask(z.object({ people: z.array(listedPerson) }), '/people', { signal })).people,
});

/** Those that nobody has used yet. */
export const invitationsQuery = queryOptions({
  queryKey: [...PEOPLE, 'invitations'],
  queryFn: ({ signal }) =>
    ask(z.object({ invitations: z.array(invitation), canMail: z.boolean() }), '/invitations', { signal }),
});

/** After a change of people or invitations. */
export const refreshPeople = (client: QueryClient): Promise<void> => client.invalidateQueries({ queryKey: PEOPLE });

const pathOf = (id: string, act: string): string => `/people/${encodeURIComponent(id)}/${act}`;
const nothing = z.undefined();

const made = z.object({
  invitation,
  /** From the first slash on. */
  page: z.string(),
  sent: z.object({ ok: z.boolean(), words: z.string() }).nullable(),
});
export type MadeInvitation = z.infer<typeof made>;

/** Invites somebody; the page that takes it is in this answer only. */
export const invite = (email: string, grants: readonly Grant[]): Promise<MadeInvitation> =>
  ask(made, '/invitations', { method: 'POST', body: { email, grants } });

export const withdrawInvitation = (id: string): Promise<undefined> =>
  ask(nothing, `/invitations/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const changeGrants = async (id: string, grants: readonly Grant[], reason: string): Promise<void> => {
  await ask(z.unknown(), pathOf(id, 'grants'), { method: 'PUT', body: { grants, reason } });
};

export const removePerson = (id: string, reason: string): Promise<undefined> =>
  ask(nothing, pathOf(id, 'remove'), { method: 'POST', body: { reason } });

export const unlockPerson = (id: string): Promise<undefined> => ask(nothing, pathOf(id, 'unlock'), { method: 'POST' });

export const resetCodes = (id: string, reason: string): Promise<undefined> =>
  ask(nothing, pathOf(id, 'reset-codes'), { method: 'POST', body: { reason } });

const invited = z.object({ email: z.string(), grants: grantsSchema, organisation: z.string() });

/** Whom an invitation is for. */
export const invitedQuery = (token: string) =>
  queryOptions({
    queryKey: ['session', 'invitation', token],
    retry: false,
    queryFn: ({ signal }) => ask(invited, '/invitation', { method: 'POST', body: { token }, signal }),
  });

/** Makes the account that an invitation is for. */
export const acceptInvitation = async (token: string, name: string, password: string): Promise<void> => {
  await ask(z.unknown(), '/invitation/accept', { method: 'POST', body: { token, name, password } });
};
