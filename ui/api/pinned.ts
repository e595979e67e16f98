/** The versions of other policies that drawings go on in; they never change. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type Graph, graphSchema } from '../../policies/graph.ts';
import type { PinnedVersion } from '../../policies/kinds/kind.ts';
import { ask } from './client.ts';

const found = z.object({
  found: z.array(z.object({ policy: z.string(), version: z.number(), name: z.string(), graph: graphSchema })),
});

/** By `policy@version`. */
export type PinnedVersions = ReadonlyMap<string, { readonly name: string; readonly graph: Graph }>;

/** Those versions, and the ones that they go on in themselves; what is not there is left out. */
export const pinnedQuery = (versions: readonly PinnedVersion[]) =>
  queryOptions({
    queryKey: ['policies', 'pinned', versions],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<PinnedVersions> => {
      if (versions.length === 0) return new Map();
      const answer = await ask(found, '/versions/find', { method: 'POST', body: { versions }, signal });
      return new Map(answer.found.map(({ policy, version, ...rest }) => [`${policy}@${version}`, rest]));
    },
  });

const uses = z.object({
  uses: z.array(
    z.object({
      policy: z.string(),
      name: z.string(),
      /** Null for its draft. */
      version: z.number().nullable(),
      live: z.boolean(),
      /** The version in which it goes on. */
      uses: z.number(),
    }),
  ),
});

/** The drafts and versions of other policies that go on in one. */
export const policyUsesQuery = (policy: string) =>
  queryOptions({
    queryKey: ['policies', policy, 'uses'],
    queryFn: async ({ signal }) => (await ask(uses, `/policies/${encodeURIComponent(policy)}/uses`, { signal })).uses,
  });
