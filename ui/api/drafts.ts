/** The draft of a policy: the working copy that is drawn on, with its revision. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type Drawing, graphSchema, layoutSchema } from '../../policies/graph.ts';
import { type PolicyTest, policyTestsSchema } from '../../policies/policy-test.ts';
import { ask } from './client.ts';

export const draftSchema = z.object({
  graph: graphSchema,
  layout: layoutSchema,
  tests: policyTestsSchema,
  /** Raised by each save; a save names the one that it started from. */
  revision: z.number(),
  /** Id of the person who saved it last. */
  owner: z.string(),
  updatedAt: z.number(),
});
export type Draft = z.infer<typeof draftSchema>;

/** Saves of drafts that an editor left behind when it was closed. */
const underWay = new Map<string, Promise<void>>();

/** Makes everyone who asks for the draft of a policy wait for a save that is under way. */
export function waitForSave(policy: string, save: Promise<void>): void {
  const done = save.finally(() => {
    if (underWay.get(policy) === done) underWay.delete(policy);
  });
  underWay.set(policy, done);
}

/** Asked once when an editor opens: from then on the page knows better than the server. */
export const draftQuery = (policy: string) =>
  queryOptions({
    queryKey: ['policies', policy, 'draft'],
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      await underWay.get(policy);
      return ask(draftSchema, `/policies/${encodeURIComponent(policy)}/draft`, { signal });
    },
  });

/** Saves a draft over the revision that the page knows; rejects with \`conflict\`, the current one in the details. */
export function saveDraft(
  policy: string,
  { graph, layout, tests, revision }: Drawing & { readonly tests: readonly PolicyTest[]; readonly revision: number },
): Promise<Draft> {
  const body = { graph, layout, tests, revision };
  return ask(draftSchema, `/policies/${encodeURIComponent(policy)}/draft`, { method: 'PUT', body });
}
