/** Policies: what they are called and how they stand, and their drawings. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { graphSchema, layoutSchema } from '../../policies/graph.ts';
import { policyTestsSchema } from '../../policies/policy-test.ts';
import { ask } from './client.ts';
import { type Policy, policySchema } from './policy.ts';

const listedPolicy = policySchema.extend({
  draft: z.object({
    /** Id of the person who saved it last. */
    owner: z.string(),
    updatedAt: z.number(),
    /** Whether it is another than the live version. */
    differs: z.boolean(),
  }),
  /** What the check finds in the draft. */
  problems: z.object({ errors: z.number(), warnings: z.number() }),
  /** Of the last 24 hours; the cost in nano-dollars. */
  /** Null for those who may not see it. */
  traffic: z.object({ requests: z.number(), errors: z.number(), cost: z.number() }).nullable(),
  /** Ids of the budgets that its live version or its draft spends from. */
  budgets: z.array(z.string()),
});
export type ListedPolicy = z.infer<typeof listedPolicy>;

const drawing = z.object({ graph: graphSchema, layout: layoutSchema, tests: policyTestsSchema });
export type Drawing = z.infer<typeof drawing>;

const POLICIES = ['policies'];

export const policiesQuery = queryOptions({
  queryKey: POLICIES,
  queryFn: async ({ signal }) =>
    (await ask(z.object({ policies: z.array(listedPolicy) }), '/policies', { signal })).policies,
});

const pathOf = (id: string): string => `/policies/${encodeURIComponent(id)}`;

export const policyQuery = (id: string) =>
  queryOptions({
    queryKey: [...POLICIES, id],
    queryFn: ({ signal }) => ask(policySchema, pathOf(id), { signal }),
  });

/** The drawing of a version with its tests, which never changes once it is published, or of the draft. */
export const drawingQuery = (id: string, version: number | 'draft') =>
  queryOptions({
    queryKey: [...POLICIES, id, 'drawing', version],
    ...(version === 'draft' ? {} : { staleTime: Number.POSITIVE_INFINITY }),
    queryFn: ({ signal }) => {
      const path = version === 'draft' ? 'draft' : `versions/${version}`;
      return ask(drawing, `${pathOf(id)}/${path}`, { signal });
    },
  });

/** Changes what a policy is called; its name only while it was never published. */
export function changePolicy(
  id: string,
  change: { readonly title: string; readonly description: string; readonly name?: string },
): Promise<Policy> {
  return ask(policySchema, pathOf(id), { method: 'PATCH', body: change });
}

/** Puts a policy away: from now on it serves no request. Rejects with `policy_is_default` while it is somebody's default. */
export function archivePolicy(id: string, reason: string): Promise<Policy> {
  return ask(policySchema, `${pathOf(id)}/archive`, { method: 'POST', body: { reason } });
}

/** Brings a policy back from the archive: its live version serves requests again. */
export function unarchivePolicy(id: string, reason: string): Promise<Policy> {
  return ask(policySchema, `${pathOf(id)}/unarchive`, { method: 'POST', body: { reason } });
}

/** After a change of policies: everything that is shown of them is asked again. */
export function refreshPolicies(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: POLICIES });
}
