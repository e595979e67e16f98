/** The newest requests that a budget has refused. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { BUDGETS } from './budgets.ts';
import { ask } from './client.ts';

const refusal = z.object({
  /** Id of the request. */
  id: z.string(),
  at: z.number(),
  scope: z.string(),
  tags: z.record(z.string(), z.object({ value: z.string() })),
  /** Id of the key that sent it. */
  key: z.string(),
  /** What it could have cost, in the unit of the budget. */
  amount: z.number(),
  words: z.string(),
});

const refusalsSchema = z.object({
  refusals: z.array(refusal),
  /** How many refused requests were looked at, whatever had refused them, and the start of the oldest of them. */
  looked: z.number(),
  since: z.number().nullable(),
  /** Whether there are older ones that were not looked at. */
  more: z.boolean(),
});

const MOST = 10;

export const refusalsQuery = (budget: string, scope: string) =>
  queryOptions({
    queryKey: [...BUDGETS, 'refusals', budget, scope],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ scope, limit: String(MOST) });
      return ask(refusalsSchema, `/budgets/${encodeURIComponent(budget)}/refusals?${query}`, { signal });
    },
  });
