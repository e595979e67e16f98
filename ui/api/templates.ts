/** The policies that are shipped, to begin new ones with. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { graphSchema, layoutSchema } from '../../policies/graph.ts';
import { ask } from './client.ts';

const template = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  graph: graphSchema,
  layout: layoutSchema,
});
export type Template = z.infer<typeof template>;

export const templatesQuery = queryOptions({
  queryKey: ['templates'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }) =>
    (await ask(z.object({ templates: z.array(template) }), '/templates', { signal })).templates,
});
