/** API keys of apps, those that were revoked included. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';
import { refreshHouse } from './house.ts';

const key = z.object({
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
  /** Id of the person who made it. */
  createdBy: z.string(),
  createdAt: z.number(),
  revokedAt: z.number().nullable(),
});
export type Key = z.infer<typeof key>;

const KEYS = ['keys'];

/** The newest first. */
export const keysQuery = queryOptions({
  queryKey: KEYS,
  queryFn: async ({ signal }) => (await ask(z.object({ keys: z.array(key) }), '/keys', { signal })).keys,
});

export type NewKey = Pick<Key, 'name' | 'project' | 'fixedTags' | 'requiredTags' | 'tagChoices' | 'policies'>;

/** Makes a key. Its token is in this answer and can never be had again. */
export function createKey(input: NewKey): Promise<{ readonly key: Key; readonly token: string }> {
  return ask(z.object({ key, token: z.string() }), '/keys', { method: 'POST', body: input });
}

/** Revokes a key for good: requests that carry it are refused from now on. */
export function revokeKey(id: string, reason: string): Promise<Key> {
  return ask(key, `/keys/${encodeURIComponent(id)}/revoke`, { method: 'POST', body: { reason } });
}

/** After a change of keys. */
export async function refreshKeys(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: KEYS }), refreshHouse(client)]);
}
