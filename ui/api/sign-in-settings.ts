/** How people sign in: limits of sessions, who needs codes, and providers. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { grantFields } from '../../policies/access/grants.ts';
import { roleSchema } from '../../policies/access/roles.ts';
import { ask } from './client.ts';

const settings = z.object({ sessionHours: z.number(), idleMinutes: z.number(), codeRoles: z.array(roleSchema) });
export type SignInSettings = z.infer<typeof settings>;

const provider = z.object({
  id: z.string(),
  name: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  hasSecret: z.boolean(),
  scopes: z.array(z.string()),
  groupClaim: z.string().nullable(),
  groupRoles: z.array(z.object({ group: z.string(), ...grantFields })),
  newRole: roleSchema,
  makesAccounts: z.boolean(),
  emailDomains: z.array(z.string()),
});
export type SignInProvider = z.infer<typeof provider>;

const SETTINGS = ['sign-in-settings'];

export const signInSettingsQuery = queryOptions({
  queryKey: SETTINGS,
  queryFn: ({ signal }) =>
    ask(z.object({ settings, providers: z.array(provider), returnAddress: z.string() }), '/sign-in-settings', {
      signal,
    }),
});

export const refreshSignInSettings = (client: QueryClient): Promise<void> =>
  client.invalidateQueries({ queryKey: SETTINGS });

export const setSignInSettings = (input: SignInSettings): Promise<SignInSettings> =>
  ask(settings, '/sign-in-settings', { method: 'PUT', body: input });

/** `clientSecret` is null to keep the one there is. */
export type ProviderInput = Omit<SignInProvider, 'id' | 'hasSecret'> & { readonly clientSecret: string | null };

const pathOf = (id: string): string => `/sign-in-providers/${encodeURIComponent(id)}`;

/** Adds a provider, or changes the one of that id. */
export const saveProvider = (id: string | null, input: ProviderInput): Promise<SignInProvider> =>
  id === null
    ? ask(provider, '/sign-in-providers', { method: 'POST', body: input })
    : ask(provider, pathOf(id), { method: 'PUT', body: input });

export const deleteProvider = (id: string): Promise<undefined> => ask(z.undefined(), pathOf(id), { method: 'DELETE' });

/** Whether a provider answers, in words. */
export const testProvider = (id: string): Promise<{ readonly ok: boolean; readonly words: string }> =>
  ask(z.object({ ok: z.boolean(), words: z.string() }), `${pathOf(id)}/test`, { method: 'POST' });
