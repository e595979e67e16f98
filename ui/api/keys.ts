/** API keys of apps, those that were revoked included. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { KEY_ENDPOINTS } from '../../policies/key-limits.ts';
import { ask } from './client.ts';
import { refreshHouse } from './house.ts';

export const keySchema = z.object({
  id: z.string(),
  /** Id of its project. */
  project: z.string(),
  name: z.string(),
  /** How its token begins, to tell it from others. */
  prefix: z.string(),
  fixedTags: z.record(z.string(), z.string()),
  requiredTags: z.array(z.string()),
  tagChoices: z.record(z.string(), z.array(z.string())),
  /** Ids of the policies that it may use; null for those of its project and of the whole organisation. */
  policies: z.array(z.string()).nullable(),
  /** What it may be used for; null for everything. */
  endpoints: z.array(z.enum(KEY_ENDPOINTS)).nullable(),
  /** The models that may be called for it: ids, patterns and aliases; null for all. */
  models: z.array(z.string()).nullable(),
  /** Addresses and networks from which it may be used; null for everywhere. */
  networks: z.array(z.string()).nullable(),
  /** From when on it is refused, in milliseconds since 1970; null for never. */
  expiresAt: z.number().nullable(),
  /** Counts the changes of its limits. */
  revision: z.number(),
  /** Id of the person who made it. */
  createdBy: z.string(),
  createdAt: z.number(),
  revokedAt: z.number().nullable(),
});
export type Key = z.infer<typeof keySchema>;

const listedKey = keySchema.extend({
  /** The start of the hour of its last request, in milliseconds since 1970; null for never. */
  lastUsedAt: z.number().nullable(),
});
export type ListedKey = z.infer<typeof listedKey>;

const KEYS = ['keys'];

/** The newest first. */
export const keysQuery = queryOptions({
  queryKey: KEYS,
  queryFn: async ({ signal }) => (await ask(z.object({ keys: z.array(listedKey) }), '/keys', { signal })).keys,
});

/** What a key is limited to besides its policies. */
export type KeyLimits = Pick<Key, 'endpoints' | 'models' | 'networks' | 'expiresAt'>;
export type NewKey = Pick<Key, 'name' | 'project' | 'fixedTags' | 'requiredTags' | 'tagChoices' | 'policies'> &
  KeyLimits;

const madeKey = z.object({ key: keySchema, token: z.string() });
/** A key with its token, which is shown once. */
export type MadeKey = z.infer<typeof madeKey>;

/** Makes a key. Its token is in this answer and can never be had again. */
export function createKey(input: NewKey): Promise<MadeKey> {
  return ask(madeKey, '/keys', { method: 'POST', body: input });
}

/**
 * Puts other limits in place of all that a key has at its revision, for requests that start from now on; rejects with
 * `conflict`, the key as it is now in the details.
 */
export function changeKeyLimits(
  { id, revision }: Pick<Key, 'id' | 'revision'>,
  limits: KeyLimits & Pick<Key, 'policies'>,
  reason: string,
): Promise<Key> {
  const body = { ...limits, revision, reason };
  return ask(keySchema, `/keys/${encodeURIComponent(id)}/limits`, { method: 'PUT', body });
}

/**
 * Makes a key with all that another says and is limited to, and sets the other's end (milliseconds since 1970). Its token is
 * in this answer and can never be had again.
 */
export function replaceKey(
  id: string,
  input: { readonly name: string; readonly endsAt: number; readonly reason: string },
): Promise<MadeKey> {
  return ask(madeKey, `/keys/${encodeURIComponent(id)}/replace`, { method: 'POST', body: input });
}

/** Revokes a key for good: requests that carry it are refused from now on. */
export function revokeKey(id: string, reason: string): Promise<Key> {
  return ask(keySchema, `/keys/${encodeURIComponent(id)}/revoke`, { method: 'POST', body: { reason } });
}

/** After a change of keys. */
export async function refreshKeys(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: KEYS }), refreshHouse(client)]);
}
