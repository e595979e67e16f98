/** Providers of models: which are set up, and how others are. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

const provider = z.object({
  title: z.string(),
  /** What stands before the slash in the ids of its models; null where it is not set up. */
  name: z.string().nullable(),
  settings: z.array(z.object({ name: z.string(), description: z.string(), default: z.string().nullable() })),
});
export type Provider = z.infer<typeof provider>;

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: async ({ signal }) =>
    (await ask(z.object({ providers: z.array(provider) }), '/providers', { signal })).providers,
});
