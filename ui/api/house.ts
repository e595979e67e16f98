/** Names of what else is in the organisation: people, budgets and models. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

const person = z.object({ id: z.string(), name: z.string() });
const budget = z.object({ id: z.string(), name: z.string() });
const model = z.object({ id: z.string() });

/** Names by id. */
export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: async ({ signal }) => {
    const { people } = await ask(z.object({ people: z.array(person) }), '/people', { signal });
    return new Map(people.map(({ id, name }) => [id, name]));
  },
});

/** Names by id. */
export const budgetsQuery = queryOptions({
  queryKey: ['budgets'],
  queryFn: async ({ signal }) => {
    const { budgets } = await ask(z.object({ budgets: z.array(z.object({ budget })) }), '/budgets', { signal });
    return new Map(budgets.map(({ budget: { id, name } }) => [id, name]));
  },
});

/** Ids of the models that the configured providers offer. */
export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async ({ signal }) => {
    const { models } = await ask(z.object({ models: z.array(model) }), '/models', { signal });
    return models.map(({ id }) => id);
  },
});
