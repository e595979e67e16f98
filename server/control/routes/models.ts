/** Models and what they cost. */
import { z } from 'zod';
import { reasonSchema } from '../input.ts';
import { listPrices, priceInputSchema, priceOverrideSchema, priceSchema, setPrice } from '../prices.ts';
import { defineRoute, type Route } from '../route.ts';

const model = z
  .object({
    id: z.string(),
    provider: z.string(),
    label: z.string(),
    price: priceSchema.nullable(),
    tier: z.enum(['small', 'standard', 'large']),
    contextTokens: z.int().nullable(),
    supports: z.object({
      tools: z.boolean(),
      images: z.boolean(),
      audio: z.boolean(),
      files: z.boolean(),
      jsonSchema: z.boolean(),
    }),
    leavesHouse: z.boolean(),
  })
  .meta({ id: 'Model' });
const override = priceOverrideSchema.meta({ id: 'PriceOverride' });

export const modelRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/models',
    tag: 'Models',
    summary: 'The models of the configured providers, at the prices of now.',
    status: 200,
    response: z.object({ models: z.array(model) }),
    handle: (_input, { deps, actor }) => ({
      models: deps.models(actor.organisation).models.map((one) => ({ ...one })),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/prices',
    tag: 'Models',
    summary: 'Every price that was set here over the published one.',
    status: 200,
    response: z.object({ prices: z.array(override) }),
    handle: async (_input, { control, actor }) => ({ prices: await listPrices(control.db, actor.organisation) }),
  }),
  defineRoute({
    method: 'post',
    path: '/prices',
    tag: 'Models',
    summary: 'Set the price of a model from a moment on.',
    status: 201,
    body: priceInputSchema.extend({ reason: reasonSchema }),
    response: override,
    handle: ({ body: { reason, ...input } }, { control, actor }) => setPrice(control, actor, input, reason),
  }),
];
