/** Versions of a policy: which there are, publishing the draft as the next one, and publishing an old one again. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ApiError, ask } from './client.ts';
import { draftQuery } from './drafts.ts';

const versionSummary = z.object({
  number: z.number(),
  /** Of its graph: two versions with the same digest do the same. */
  digest: z.string(),
  /** Id of the person who published it. */
  author: z.string(),
  reason: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  live: z.boolean(),
});
export type VersionSummary = z.infer<typeof versionSummary>;

const pathOf = (policy: string): string => `/policies/${encodeURIComponent(policy)}`;

/** All versions, the newest first. */
export const versionsQuery = (policy: string) =>
  queryOptions({
    queryKey: ['policies', policy, 'versions'],
    queryFn: async ({ signal }) => {
      const answer = z.object({ versions: z.array(versionSummary) });
      return (await ask(answer, `${pathOf(policy)}/versions`, { signal })).versions;
    },
  });

/** The draft as it would be published: asked anew each time somebody comes to publish it. */
export const draftToPublishQuery = (policy: string) =>
  queryOptions({
    ...draftQuery(policy),
    queryKey: ['policies', policy, 'draft', 'to publish'],
    refetchOnMount: 'always',
  });

/**
 * Publishes the draft at the revision that was looked at. Rejects with `conflict` when it was saved since, `invalid_graph`
 * (see `problemsIn`), `tests_failed` (see `failedTestsIn`), `policy_archived`, and `approval_missing` unless it is an
 * `emergency`.
 */
export function publishDraft(
  policy: string,
  revision: number,
  reason: string,
  emergency: boolean,
): Promise<VersionSummary> {
  return ask(versionSummary, `${pathOf(policy)}/publish`, { method: 'POST', body: { revision, reason, emergency } });
}

/**
 * Publishes an old version again, as a new one. Rejects with `invalid_graph`, `policy_archived`, and `approval_missing` where
 * approvals are asked for, unless it is an `emergency`.
 */
export function restoreVersion(
  policy: string,
  version: number,
  reason: string,
  emergency: boolean,
): Promise<VersionSummary> {
  const path = `${pathOf(policy)}/versions/${version}/restore`;
  return ask(versionSummary, path, { method: 'POST', body: { reason, emergency } });
}

const refusedFor = z.object({
  problems: z.array(z.object({ severity: z.enum(['error', 'warning']), message: z.string(), fix: z.string() })),
});
type RefusedFor = z.infer<typeof refusedFor>['problems'];

/** The errors that the server found in a graph that it did not publish; none in another failure. */
export function problemsIn(error: Error): RefusedFor {
  if (!(error instanceof ApiError) || error.code !== 'invalid_graph') return [];
  const { data } = refusedFor.safeParse(error.details);
  return data?.problems.filter(({ severity }) => severity === 'error') ?? [];
}

const testsFailed = z.object({
  tests: z.array(z.object({ id: z.string(), name: z.string(), differences: z.array(z.string()) })),
});
type FailedTests = z.infer<typeof testsFailed>['tests'];

/** The tests that the server ran and that did not pass; none in another failure. */
export function failedTestsIn(error: Error): FailedTests {
  if (!(error instanceof ApiError) || error.code !== 'tests_failed') return [];
  return testsFailed.safeParse(error.details).data?.tests ?? [];
}
