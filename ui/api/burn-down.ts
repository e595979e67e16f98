/** How a budget is being spent: what was spent until now, when it runs out, and what it has refused. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { BUDGETS } from './budgets.ts';
import { ask } from './client.ts';

const forecast = z.object({
  /** Milliseconds since 1970; null where it lasts, or where it is too early to tell. */
  runsOutAt: z.number().nullable(),
  /** The time within which it probably runs out. */
  earliest: z.number().nullable(),
  latest: z.number().nullable(),
  /** Whether enough was spent before to tell anything. */
  enough: z.boolean(),
  words: z.string(),
  method: z.string(),
});

const burnDownSchema = z.object({
  unit: z.enum(['usd', 'tokens']),
  scope: z.string(),
  /** With what was added for this window. */
  limit: z.number(),
  window: z.object({ start: z.number(), end: z.number().nullable() }),
  /** What was spent of the window until each moment. */
  points: z.array(z.object({ at: z.number(), spent: z.number() })),
  held: z.number(),
  forecast,
});
export type BurnDown = z.infer<typeof burnDownSchema>;

const pathOf = (budget: string, what: string, scope: string): string =>
  `/budgets/${encodeURIComponent(budget)}/${what}?scope=${encodeURIComponent(scope)}`;

export const burnDownQuery = (budget: string, scope: string) =>
  queryOptions({
    queryKey: [...BUDGETS, 'burn-down', budget, scope],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => ask(burnDownSchema, pathOf(budget, 'burn-down', scope), { signal }),
  });

const outlook = z.object({
  budget: z.string(),
  scope: z.string(),
  runsOutAt: z.number().nullable(),
  /** When, in words, with how sure that is. */
  words: z.string(),
});

/** When the most used scopes of all budgets are expected to run out. */
export const forecastsQuery = queryOptions({
  queryKey: [...BUDGETS, 'forecasts'],
  staleTime: 60_000,
  queryFn: async ({ signal }) =>
    (await ask(z.object({ forecasts: z.array(outlook) }), '/forecasts', { signal })).forecasts,
});
