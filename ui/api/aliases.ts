/** Aliases: names of the organisation's own for models. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';
import { refreshHouse } from './house.ts';

const alias = z.object({
  name: z.string(),
  /** Full id of the model that it leads to. */
  model: z.string(),
  /** Null where no provider serves that model any more. */
  label: z.string().nullable(),
  /** Policies that name it, in their live version or their draft. */
  policies: z.array(
    z.object({ id: z.string(), name: z.string(), title: z.string(), live: z.boolean(), draft: z.boolean() }),
  ),
  /** Keys that are limited to it. */
  keys: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type Alias = z.infer<typeof alias>;

const ALIASES = ['aliases'];

export const aliasesQuery = queryOptions({
  queryKey: ALIASES,
  queryFn: async ({ signal }) => (await ask(z.object({ aliases: z.array(alias) }), '/aliases', { signal })).aliases,
});

/** After a change of an alias: they, and the names of the models. */
export async function refreshAliases(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: ALIASES }), refreshHouse(client)]);
}

/** Leads an alias to a model from now on; makes it where there is none. */
export const setAlias = (name: string, model: string, reason: string | null): Promise<Alias> =>
  ask(alias, `/aliases/${encodeURIComponent(name)}`, { method: 'PUT', body: { model, reason } });

export const deleteAlias = (name: string): Promise<void> =>
  ask(z.undefined(), `/aliases/${encodeURIComponent(name)}`, { method: 'DELETE' });
