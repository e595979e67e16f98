/** The variants of a split beside each other. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';
import { PERIOD_MS } from './periods.ts';
import type { Stretch } from './traffic.ts';

/** Milliseconds; an end is null where there are too few requests to tell it. */
const quantile = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() });

const variantSchema = z.object({
  port: z.string(),
  requests: z.number(),
  /** Nano-dollars. */
  cost: z.object({
    total: z.number(),
    mean: z.number(),
    low: z.number().nullable(),
    high: z.number().nullable(),
  }),
  latency: z.object({ p50: quantile, p95: quantile }).nullable(),
  errors: z.object({ count: z.number(), share: z.number(), low: z.number(), high: z.number() }),
  /** Scores from -1 to 1. */
  feedback: z.object({ count: z.number(), mean: z.number(), low: z.number(), high: z.number() }).nullable(),
  models: z.array(z.string()),
});
export type Variant = z.infer<typeof variantSchema>;

const answer = z.object({ variants: z.array(variantSchema), read: z.number(), isWhole: z.boolean() });

/** What became of the requests that took each variant of a split (`node`), of the newest ones where there are very many. */
export const variantsQuery = (policy: string, node: string, stretch: Stretch) =>
  queryOptions({
    queryKey: ['variants', policy, node, stretch],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const now = Date.now();
      const { from, to } = 'last' in stretch ? { from: now - PERIOD_MS[stretch.last], to: now } : stretch;
      const query = new URLSearchParams({ node, from: String(from), to: String(to) });
      return ask(answer, `/policies/${encodeURIComponent(policy)}/variants?${query}`, { signal });
    },
  });
