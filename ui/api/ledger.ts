/** The ledger of a budget: everything that has moved it, in order and in words. */
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { z } from 'zod';
import { BUDGETS } from './budgets.ts';
import { ask } from './client.ts';

const PAGE = 50;

const entry = z.object({
  at: z.number(),
  type: z.enum(['settlement', 'overrun', 'release', 'lost', 'correction', 'reset', 'top_up', 'hold']),
  scope: z.string(),
  /** What it adds to what is spent, what it holds or held, and what it adds to the limit; in the unit of the budget. */
  spent: z.number(),
  held: z.number(),
  raised: z.number(),
  words: z.string(),
  /** Id of the request that it comes from; null for what people have done. */
  request: z.string().nullable(),
  actor: z.string().nullable(),
  reason: z.string().nullable(),
});
export type LedgerEntry = z.infer<typeof entry>;

/** Moments in milliseconds since 1970, the first within, the last not. */
export interface LedgerFilter {
  readonly scope?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export const ledgerQuery = (budget: string, filter: LedgerFilter) =>
  infiniteQueryOptions({
    queryKey: [...BUDGETS, 'ledger', budget, filter],
    initialPageParam: null as string | null,
    // What was shown stays until what is asked for is there.
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ budget, limit: String(PAGE) });
      for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value));
      if (pageParam !== null) query.set('after', pageParam);
      return ask(z.object({ entries: z.array(entry), next: z.string().nullable() }), `/ledger?${query}`, { signal });
    },
    getNextPageParam: ({ next }) => next,
  });
