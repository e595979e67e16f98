/** What those who approved a draft were shown, as it was kept at that moment. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { graphSchema, layoutSchema } from '../../policies/graph.ts';
import { ask } from './client.ts';

const drawing = z.object({ graph: graphSchema, layout: layoutSchema });

const answer = z.object({
  request: z.object({
    author: z.string(),
    reason: z.string(),
    at: z.number(),
    approvals: z.array(z.object({ person: z.string(), at: z.number(), words: z.string().nullable() })),
  }),
  shown: z.object({
    before: drawing.extend({ version: z.number() }).nullable(),
    after: drawing,
    problems: z.array(z.object({ severity: z.enum(['error', 'warning']), message: z.string() })),
    /** All of them came out as expected: nobody can ask for approval otherwise. */
    tests: z.array(z.object({ id: z.string(), name: z.string() })),
  }),
});
export type Approved = z.infer<typeof answer>;

/** A request for approval with what was shown. */
export const approvedQuery = (request: string) =>
  queryOptions({
    queryKey: ['approvals', request, 'as approved'],
    queryFn: ({ signal }) => ask(answer, `/approvals/${encodeURIComponent(request)}`, { signal }),
  });
