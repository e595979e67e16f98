/** Prices of models that were set here over the published ones. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import type { Price } from '../../policies/model.ts';
import { ask } from './client.ts';
import { priceSchema, refreshHouse } from './house.ts';

const setPriceSchema = z.object({
  id: z.string(),
  model: z.string(),
  price: priceSchema,
  /** Milliseconds since 1970. */
  effectiveFrom: z.number(),
  /** Id of the person who set it. */
  author: z.string(),
  reason: z.string(),
  at: z.number(),
});
export type SetPrice = z.infer<typeof setPriceSchema>;

const PRICES = ['prices'];

/** Every price ever set here, by model, the latest first. */
export const pricesQuery = queryOptions({
  queryKey: PRICES,
  queryFn: async ({ signal }) =>
    (await ask(z.object({ prices: z.array(setPriceSchema) }), '/prices', { signal })).prices,
});

/** Sets the price of a model from a moment on (milliseconds since 1970; null for now). */
export function setPrice(input: {
  readonly model: string;
  readonly price: Price;
  readonly effectiveFrom: number | null;
  readonly reason: string;
}): Promise<SetPrice> {
  return ask(setPriceSchema, '/prices', { method: 'POST', body: input });
}

/** After a price was set. */
export async function refreshPrices(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: PRICES }), refreshHouse(client)]);
}
