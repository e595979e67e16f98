/** What is kept of requests and for how long, and deleting what is known of somebody. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

const setting = z.object({
  content: z.enum(['full', 'redacted', 'none']),
  /** Null for ever. */
  contentDays: z.number().nullable(),
  recordDays: z.number().nullable(),
});
export type ContentSetting = z.infer<typeof setting>;

const settings = z.object({
  organisation: setting,
  projects: z.array(z.object({ project: z.string(), setting })),
});
export type ContentSettings = z.infer<typeof settings>;

export const contentSettingsQuery = queryOptions({
  queryKey: ['content-settings'],
  queryFn: ({ signal }) => ask(settings, '/content-settings', { signal }),
});

/** Sets what is kept of a project's requests, or (`project` null) of all others; a `setting` of null takes a project's own away. */
export async function setContent(
  client: QueryClient,
  project: string | null,
  kept: ContentSetting | null,
  reason: string,
): Promise<void> {
  const whose = project === null ? '/organisation' : `/projects/${encodeURIComponent(project)}`;
  const body = { setting: kept, reason };
  await ask(settings, `${whose}/content-settings`, { method: 'PUT', body });
  await client.invalidateQueries({ queryKey: contentSettingsQuery.queryKey });
}

const run = z.object({
  id: z.string(),
  kind: z.enum(['age', 'request']),
  actor: z.string(),
  reason: z.string(),
  beganAt: z.number(),
  /** Null while it is under way. */
  endedAt: z.number().nullable(),
  /** The name of the tag that was asked for, and the id of the project; null where it is of all. */
  tag: z.string().nullable(),
  project: z.string().nullable(),
  expected: z.number().nullable(),
  contents: z.number(),
  records: z.number(),
});
export type DeletionRun = z.infer<typeof run>;

const REFRESH_MS = 1_000;

/** Deletions of many requests, the newest first; asked for again and again while one is under way. */
export const deletionsQuery = queryOptions({
  queryKey: ['deletions'],
  queryFn: ({ signal }) =>
    ask(z.object({ runs: z.array(run), lookedAt: z.number().nullable() }), '/deletions', { signal }),
  refetchInterval: ({ state }) => (state.data?.runs.some(({ endedAt }) => endedAt === null) ? REFRESH_MS : false),
});

/** Which requests are meant; `project` null for those of all. */
export interface Meant {
  readonly tag: { readonly name: string; readonly value: string };
  readonly project: string | null;
}

const found = z.object({ requests: z.number(), contents: z.number() });
export type FoundRequests = z.infer<typeof found>;

/** How many requests are meant, and of how many what was said is still there. */
export const findRequests = (meant: Meant): Promise<FoundRequests> =>
  ask(found, '/deletions/find', { method: 'POST', body: meant });

/** Begins to delete them; rejects with `not_found` where there are none. */
export async function deleteRequests(client: QueryClient, meant: Meant, reason: string): Promise<void> {
  await ask(run, '/deletions', { method: 'POST', body: { ...meant, reason } });
  await client.invalidateQueries(deletionsQuery);
}
