/** One's own account. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { grantsSchema } from '../../policies/access/grants.ts';
import { ask } from './client.ts';

const personSession = z.object({
  id: z.string(),
  /** Such as “Firefox on Linux”. */
  browser: z.string(),
  address: z.string(),
  beganAt: z.number(),
  lastSeenAt: z.number(),
  isThis: z.boolean(),
});
export type PersonSession = z.infer<typeof personSession>;

const accountSchema = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string(), grants: grantsSchema }),
  hasPassword: z.boolean(),
  codes: z.object({ setUpAt: z.number(), recoveryLeft: z.number() }).nullable(),
  codesRequired: z.boolean(),
  sessions: z.array(personSession),
});
export type Account = z.infer<typeof accountSchema>;

const ACCOUNT = ['account'];

export const accountQuery = queryOptions({
  queryKey: ACCOUNT,
  queryFn: ({ signal }) => ask(accountSchema, '/account', { signal }),
});

/** After a change of it. */
export const refreshAccount = (client: QueryClient): Promise<void> => client.invalidateQueries({ queryKey: ACCOUNT });

const nothing = z.undefined();
const recovery = z.object({ recoveryCodes: z.array(z.string()) });

export const changeName = (name: string): Promise<undefined> =>
  ask(nothing, '/account', { method: 'PATCH', body: { name } });

/** Changes one's password, and signs out everywhere else. */
export const changePassword = (current: string, password: string): Promise<undefined> =>
  ask(nothing, '/account/password', { method: 'PUT', body: { current, password } });

/** A secret for an app; codes count once a first one was sent. */
export const beginCodes = (password: string): Promise<{ readonly secret: string; readonly address: string }> =>
  ask(z.object({ secret: z.string(), address: z.string() }), '/account/codes', { method: 'POST', body: { password } });

/** Sets codes up with a first one; gives the recovery codes, this once. */
export const confirmCodes = async (code: string): Promise<string[]> =>
  (await ask(recovery, '/account/codes', { method: 'PUT', body: { code } })).recoveryCodes;

export const turnOffCodes = (code: string): Promise<undefined> =>
  ask(nothing, '/account/codes/turn-off', { method: 'POST', body: { code } });

/** Ten new recovery codes in place of those there are. */
export const renewRecoveryCodes = async (code: string): Promise<string[]> =>
  (await ask(recovery, '/account/codes/recovery', { method: 'POST', body: { code } })).recoveryCodes;

export const signOutOf = (session: string): Promise<undefined> =>
  ask(nothing, `/account/sessions/${encodeURIComponent(session)}`, { method: 'DELETE' });

export const signOutOthers = (): Promise<undefined> => ask(nothing, '/account/sessions', { method: 'DELETE' });
