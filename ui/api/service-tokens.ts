/** Service tokens, by which programs use the control API. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type Grant, grantsSchema } from '../../policies/access/grants.ts';
import { ask } from './client.ts';

const serviceToken = z.object({
  id: z.string(),
  name: z.string(),
  grants: grantsSchema,
  scope: z.enum(['read', 'role']),
  prefix: z.string(),
  createdBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
});
export type ServiceToken = z.infer<typeof serviceToken>;

const TOKENS = ['service-tokens'];

/** The newest first, those that have ended included. */
export const serviceTokensQuery = queryOptions({
  queryKey: TOKENS,
  queryFn: async ({ signal }) =>
    (await ask(z.object({ serviceTokens: z.array(serviceToken) }), '/service-tokens', { signal })).serviceTokens,
});

export const refreshServiceTokens = (client: QueryClient): Promise<void> =>
  client.invalidateQueries({ queryKey: TOKENS });

const made = z.object({ serviceToken, token: z.string() });
export type MadeToken = z.infer<typeof made>;

/** Makes a token, which is in this answer and can never be had again. */
export const createServiceToken = (input: {
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly scope: ServiceToken['scope'];
  readonly days: number;
}): Promise<MadeToken> => ask(made, '/service-tokens', { method: 'POST', body: input });

export const revokeServiceToken = (id: string, reason: string): Promise<ServiceToken> =>
  ask(serviceToken, `/service-tokens/${encodeURIComponent(id)}/revoke`, { method: 'POST', body: { reason } });
