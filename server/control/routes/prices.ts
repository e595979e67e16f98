/** What models cost: prices set by hand, rate cards, and the price list. */
import { z } from 'zod';
import { type PriceInForce, sayPriceSource } from '../../money/prices.ts';
import { idSchema, momentSchema, reasonSchema } from '../input.ts';
import { acceptList, comparePrices, lastAccepted } from '../price-list.ts';
import { repricedTraffic, TRAFFIC_MS } from '../price-traffic.ts';
import { listPrices, priceInputSchema, priceOverrideSchema, priceSchema, setPrice } from '../prices.ts';
import { providerNames } from '../provider-accounts.ts';
import { createRateCard, endRateCard, listRateCards, rateCardInputSchema, rateCardSchema } from '../rate-cards.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';

const override = priceOverrideSchema.meta({ id: 'PriceOverride' });
const rateCard = rateCardSchema.meta({ id: 'RateCard' });
const nanoDollars = z.number().meta({ description: 'Nano-dollars.' });

const inForce = z
  .object({
    model: z.string(),
    price: priceSchema,
    base: priceSchema.meta({ description: 'What it is before the rate card.' }),
    source: z.enum(['set', 'list', 'own']).meta({
      description: 'Set here, from the price list, or the provider’s own: simulated, or of one’s own machines.',
    }),
    from: momentSchema.nullable().meta({ description: 'When its source began to hold; null for always.' }),
    words: z.string().meta({ description: 'As records keep it.' }),
    card: rateCardSchema.pick({ id: true, discountBasisPoints: true, from: true, until: true }).nullable(),
  })
  .meta({ id: 'PriceInForce' });

function inForceOf(model: string, found: PriceInForce): z.input<typeof inForce> {
  const { card, price, base, source, from } = found;
  return {
    model,
    price,
    base,
    source,
    from,
    words: sayPriceSource(found),
    card: card && { id: card.id, discountBasisPoints: card.discountBasisPoints, from: card.from, until: card.until },
  };
}

const accepted = z.object({ digest: z.string(), acceptedAt: momentSchema, author: z.string() });

const priceList = z
  .object({
    accepted: accepted.nullable().meta({ description: 'The list that is in force.' }),
    waiting: z
      .object({
        digest: z.string(),
        changes: z.array(
          z.object({
            model: z.string(),
            label: z.string(),
            kind: z.enum(['changed', 'new', 'gone']),
            before: priceSchema.nullable(),
            after: priceSchema.nullable(),
            words: z.array(z.string()).readonly(),
          }),
        ),
        traffic: z
          .object({
            from: momentSchema,
            requests: z.int(),
            before: nanoDollars,
            after: nanoDollars,
            complete: z.boolean().meta({ description: 'False where only the newest requests were counted.' }),
          })
          .meta({ description: 'What the last 30 days of requests to these models cost, and would have cost.' }),
      })
      .nullable()
      .meta({ description: 'The list that comes with the program, where it is another one.' }),
  })
  .meta({ id: 'PriceList' });

async function priceListOf({ control, deps, actor }: RouteContext): Promise<z.input<typeof priceList>> {
  const { organisation } = actor;
  const { shippedList, models, records } = deps;
  const last = await lastAccepted(control.db, organisation);
  if (last?.digest === shippedList.digest) return { accepted: last, waiting: null };
  const now = Date.now();
  const inForceNow = control.snapshot().priceLists.findLast((list) => list.organisation === organisation);
  const changes = comparePrices(inForceNow?.prices ?? {}, shippedList.prices, now);
  // What differs only in the past changes nothing any more.
  if (changes.length === 0) return { accepted: last, waiting: null };
  const from = now - TRAFFIC_MS;
  const traffic = await repricedTraffic(
    records,
    { organisation, from },
    {
      now: models(organisation).priceAt,
      other: models(organisation, { ...shippedList, acceptedAt: 0 }).priceAt,
    },
  );
  return { accepted: last, waiting: { digest: shippedList.digest, changes, traffic: { from, ...traffic } } };
}

export const priceRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/prices',
    may: 'read house',
    tag: 'Prices',
    summary: 'Every price that was set here over the published one.',
    status: 200,
    response: z.object({ prices: z.array(override) }),
    handle: async (_input, { control, actor }) => ({ prices: await listPrices(control.db, actor.organisation) }),
  }),
  defineRoute({
    method: 'post',
    path: '/prices',
    may: 'change price',
    tag: 'Prices',
    summary: 'Set the price of a model from a moment on.',
    status: 201,
    body: priceInputSchema.extend({ reason: reasonSchema }),
    response: override,
    handle: ({ body: { reason, ...input } }, { control, actor }) => setPrice(control, actor, input, reason),
  }),
  defineRoute({
    method: 'get',
    path: '/prices/in-force',
    may: 'read house',
    tag: 'Prices',
    summary: 'What every offered model with a price costs now, and where that comes from.',
    status: 200,
    response: z.object({ prices: z.array(inForce) }),
    handle: (_input, { deps, actor }) => {
      const { models, priceAt } = deps.models(actor.organisation);
      const now = Date.now();
      return {
        prices: models.flatMap((model) => {
          const found = priceAt(model, now);
          return found ? [inForceOf(model.id, found)] : [];
        }),
      };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/rate-cards',
    may: 'read house',
    tag: 'Prices',
    summary: 'Every discount and surcharge on list prices, the latest first.',
    status: 200,
    response: z.object({ rateCards: z.array(rateCard) }),
    handle: async (_input, { control, actor }) => ({ rateCards: await listRateCards(control.db, actor.organisation) }),
  }),
  defineRoute({
    method: 'post',
    path: '/rate-cards',
    may: 'change price',
    tag: 'Prices',
    summary: 'Take something off the list prices of a provider, or add to them, from a moment on.',
    status: 201,
    body: rateCardInputSchema.extend({ reason: reasonSchema }),
    response: rateCard,
    handle: ({ body: { reason, ...input } }, { control, deps, actor }) =>
      createRateCard(control, actor, providerNames(control.snapshot(), deps, actor.organisation), input, reason),
  }),
  defineRoute({
    method: 'post',
    path: '/rate-cards/{card}/end',
    may: 'change price',
    tag: 'Prices',
    summary: 'End a rate card at a moment to come, or now.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ card: idSchema }),
    body: z.strictObject({
      at: momentSchema.nullable().meta({ description: 'Null for now.' }),
      reason: reasonSchema,
    }),
    response: rateCard,
    handle: ({ params, body: { at, reason } }, { control, actor }) =>
      endRateCard(control, actor, params.card, at, reason),
  }),
  defineRoute({
    method: 'get',
    path: '/price-list',
    may: 'read house',
    tag: 'Prices',
    summary: 'The price list in force, and what a newer one that waits would change.',
    status: 200,
    response: priceList,
    handle: (_input, context) => priceListOf(context),
  }),
  defineRoute({
    method: 'post',
    path: '/price-list/accept',
    may: 'change price',
    tag: 'Prices',
    summary: 'Let the price list that waits hold from now on.',
    status: 200,
    body: z.strictObject({ digest: z.string().length(64), reason: reasonSchema }),
    response: accepted,
    handle: ({ body }, { control, deps, actor }) => acceptList(control, actor, deps.shippedList, body),
  }),
];
