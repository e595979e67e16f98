/** Policies, their versions and drafts, and what the check finds. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { graphSchema, layoutSchema } from '../../policies/graph.ts';
import { ask } from './client.ts';

export const policySchema = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  liveVersion: z.number().nullable(),
});
export type Policy = z.infer<typeof policySchema>;

const versionSummary = z.object({
  number: z.number(),
  author: z.string(),
  reason: z.string(),
  at: z.number(),
  live: z.boolean(),
});
export type VersionSummary = z.infer<typeof versionSummary>;

const drawing = z.object({ graph: graphSchema, layout: layoutSchema });
export type Drawing = z.infer<typeof drawing>;

const problem = z.object({
  severity: z.enum(['error', 'warning']),
  node: z.string().nullable(),
  message: z.string(),
  fix: z.string(),
});
export type Problem = z.infer<typeof problem>;

export const policiesQuery = queryOptions({
  queryKey: ['policies'],
  queryFn: async ({ signal }) =>
    (await ask(z.object({ policies: z.array(policySchema) }), '/policies', { signal })).policies,
});

export const policyQuery = (id: string) =>
  queryOptions({
    queryKey: ['policies', id],
    queryFn: ({ signal }) => ask(policySchema, `/policies/${encodeURIComponent(id)}`, { signal }),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['policies', id, 'versions'],
    queryFn: async ({ signal }) => {
      const answer = z.object({ versions: z.array(versionSummary) });
      return (await ask(answer, `/policies/${encodeURIComponent(id)}/versions`, { signal })).versions;
    },
  });

/** The drawing of a version, which never changes once it is published, or of the draft. */
export const drawingQuery = (id: string, version: number | 'draft') =>
  queryOptions({
    queryKey: ['policies', id, 'drawing', version],
    ...(version === 'draft' ? {} : { staleTime: Number.POSITIVE_INFINITY }),
    queryFn: ({ signal }) => {
      const path = version === 'draft' ? 'draft' : `versions/${version}`;
      return ask(drawing, `/policies/${encodeURIComponent(id)}/${path}`, { signal });
    },
  });

/** What the check finds in a drawing, in the organisation as it is now. */
export const problemsQuery = (id: string, checked: Drawing['graph']) =>
  queryOptions({
    queryKey: ['policies', id, 'problems', checked],
    queryFn: async ({ signal }) => {
      const answer = z.object({ problems: z.array(problem) });
      const path = `/policies/${encodeURIComponent(id)}/check`;
      return (await ask(answer, path, { method: 'POST', body: { graph: checked }, signal })).problems;
    },
  });
