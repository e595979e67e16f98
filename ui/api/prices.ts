/** What models cost: prices set here, rate cards, the price list, and models that lack a price. */
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
  queryKey: [...PRICES, 'set'],
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

const priceInForceSchema = z.object({
  model: z.string(),
  price: priceSchema,
  /** What it is before the rate card. */
  base: priceSchema,
  /** Set here, from the price list, or the provider's own. */
  source: z.enum(['set', 'list', 'own']),
  /** When its source began to hold, in milliseconds since 1970; null for always. */
  from: z.number().nullable(),
  card: z
    .object({ id: z.string(), discountBasisPoints: z.number(), from: z.number(), until: z.number().nullable() })
    .nullable(),
});
export type PriceInForce = z.infer<typeof priceInForceSchema>;

/** What every offered model with a price costs now, by its id. */
export const pricesInForceQuery = queryOptions({
  queryKey: [...PRICES, 'in force'],
  queryFn: async ({ signal }) => {
    const { prices } = await ask(z.object({ prices: z.array(priceInForceSchema) }), '/prices/in-force', { signal });
    return new Map(prices.map((price) => [price.model, price]));
  },
});

const rateCardSchema = z.object({
  id: z.string(),
  provider: z.string(),
  /** Names, in which `*` stands for any characters; null for all. */
  models: z.array(z.string()).nullable(),
  /** Hundredths of a percent; below 0 it is a surcharge. */
  discountBasisPoints: z.number(),
  from: z.number(),
  until: z.number().nullable(),
  note: z.string(),
  author: z.string(),
  reason: z.string(),
  at: z.number(),
});
export type RateCard = z.infer<typeof rateCardSchema>;

/** Every rate card ever made, the latest first. */
export const rateCardsQuery = queryOptions({
  queryKey: [...PRICES, 'rate cards'],
  queryFn: async ({ signal }) =>
    (await ask(z.object({ rateCards: z.array(rateCardSchema) }), '/rate-cards', { signal })).rateCards,
});

/** Makes a rate card; null for now, and for no end. */
export function createRateCard(
  input: Pick<RateCard, 'provider' | 'models' | 'discountBasisPoints' | 'until' | 'note' | 'reason'> & {
    readonly from: number | null;
  },
): Promise<RateCard> {
  return ask(rateCardSchema, '/rate-cards', { method: 'POST', body: input });
}

/** Ends a rate card at a moment to come, or now (null). */
export function endRateCard(id: string, at: number | null, reason: string): Promise<RateCard> {
  const path = `/rate-cards/${encodeURIComponent(id)}/end`;
  return ask(rateCardSchema, path, { method: 'POST', body: { at, reason } });
}

const acceptedSchema = z.object({ digest: z.string(), acceptedAt: z.number(), author: z.string() });
const priceListSchema = z.object({
  accepted: acceptedSchema.nullable(),
  waiting: z
    .object({
      digest: z.string(),
      changes: z.array(
        z.object({
          model: z.string(),
          label: z.string(),
          kind: z.enum(['changed', 'new', 'gone']),
          words: z.array(z.string()),
        }),
      ),
      /** Of the last 30 days, in nano-dollars. */
      traffic: z.object({ requests: z.number(), before: z.number(), after: z.number(), complete: z.boolean() }),
    })
    .nullable(),
});
export type PriceList = z.infer<typeof priceListSchema>;
export type WaitingPriceList = NonNullable<PriceList['waiting']>;

/** The price list in force, and the one that waits. */
export const priceListQuery = queryOptions({
  queryKey: [...PRICES, 'list'],
  queryFn: ({ signal }) => ask(priceListSchema, '/price-list', { signal }),
});

/** Lets the list that waits hold from now on. */
export async function acceptPriceList(digest: string, reason: string): Promise<void> {
  await ask(acceptedSchema, '/price-list/accept', { method: 'POST', body: { digest, reason } });
}

const unpricedSchema = z.object({
  id: z.string(),
  label: z.string(),
  offered: z.boolean(),
  requests: z.number(),
  refused: z.number(),
});
export type UnpricedModel = z.infer<typeof unpricedSchema>;

/** Models without a price, with what the last 30 days of requests asked of them. */
export const unpricedQuery = queryOptions({
  queryKey: [...PRICES, 'unpriced'],
  queryFn: async ({ signal }) =>
    (await ask(z.object({ models: z.array(unpricedSchema) }), '/models/unpriced', { signal })).models,
});

/** After anything that changes what a model costs. */
export async function refreshPrices(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: PRICES }), refreshHouse(client)]);
}
