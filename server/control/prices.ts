/** Prices that an administrator sets over the published ones, each from a moment on. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Price } from '../../policies/model.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema } from './input.ts';

/** Nano-dollars for a million tokens. */
const amount = z.int().min(0).max(1e15);

const besides = (words: string) => amount.optional().meta({ description: words });

const rateSchema = z.strictObject({
  aboveInputTokens: z.int().min(0),
  input: amount,
  cachedInput: amount,
  cacheWrite: amount,
  cacheWriteHour: besides('Cache writes that are kept for an hour; as cache writes where it is left out.'),
  audioInput: besides('Sound in the input; as input where it is left out.'),
  cachedAudio: besides('Sound that is read from a cache; as cached input where it is left out.'),
  imageInput: besides('Images in the input; as input where it is left out.'),
  output: amount,
  audioOutput: besides('Sound in the output; as output where it is left out.'),
  perRequest: besides('Nano-dollars for each request, besides its tokens.'),
});

export const priceSchema = z
  .tuple([rateSchema], rateSchema)
  .refine((rates) => rates[0].aboveInputTokens === 0, 'The first rate starts at 0 input tokens')
  .refine(
    (rates) => rates.every((rate, i) => i === 0 || rate.aboveInputTokens > (rates[i - 1]?.aboveInputTokens ?? 0)),
    'Rates stand in rising order of their input tokens',
  )
  .readonly();

export const priceInputSchema = z.strictObject({
  model: z
    .string()
    .regex(/^[^/\s]+\/\S+$/, 'A model is written as provider/name')
    .max(200),
  price: priceSchema.meta({ description: 'Nano-dollars for a million tokens, by size of the input.' }),
  effectiveFrom: momentSchema
    .nullable()
    .default(null)
    .meta({ description: 'Null for now; the past is never repriced.' }),
});

export const priceOverrideSchema = z.object({
  id: z.string(),
  model: z.string(),
  price: priceSchema,
  effectiveFrom: momentSchema,
  author: z.string(),
  reason: z.string(),
  at: momentSchema,
});
type PriceOverride = z.infer<typeof priceOverrideSchema>;

export interface PriceRow {
  readonly id: string;
  readonly organisation: string;
  readonly model: string;
  readonly price_json: string;
  readonly effective_from: number;
  readonly author: string;
  readonly reason: string;
  readonly at: number;
}

/** The stored price itself. */
export const readPrice = (row: PriceRow): Price => priceSchema.parse(JSON.parse(row.price_json));

const toOverride = (row: PriceRow): PriceOverride => ({
  id: row.id,
  model: row.model,
  price: priceSchema.parse(JSON.parse(row.price_json)),
  effectiveFrom: row.effective_from,
  author: row.author,
  reason: row.reason,
  at: row.at,
});

/** Every price ever set, by model, the latest first. */
export async function listPrices(db: Knex, organisation: string): Promise<PriceOverride[]> {
  const rows = await db<PriceRow>('prices')
    .where({ organisation })
    .orderBy(['model', { column: 'effective_from', order: 'desc' }]);
  return rows.map(toOverride);
}

/** Sets the price of a model from a moment on; throws `invalid_input` for a moment that has passed. */
export async function setPrice(
  store: ControlStore,
  actor: Actor,
  input: z.output<typeof priceInputSchema>,
  reason: string,
): Promise<PriceOverride> {
  const id = newId('prc');
  const { model, price } = input;
  const change = { action: 'price.set', objectType: 'model', objectId: model, reason };
  return store.change(actor, change, async (trx) => {
    const now = Date.now();
    const effectiveFrom = input.effectiveFrom ?? now;
    if (effectiveFrom < now) {
      throw new SignalboxError('invalid_input', {
        why: 'effectiveFrom: the past is never repriced; give a moment to come, or null for now',
      });
    }
    const { organisation } = actor;
    const last = await trx<PriceRow>('prices').where({ organisation, model }).orderBy('effective_from', 'desc').first();
    const row: PriceRow = {
      id,
      organisation,
      model,
      price_json: JSON.stringify(price),
      effective_from: effectiveFrom,
      author: actor.id,
      reason,
      at: now,
    };
    await trx('prices').insert(row);
    return {
      before: last ? { price: readPrice(last), effectiveFrom: last.effective_from } : null,
      after: { price, effectiveFrom },
      value: toOverride(row),
    };
  });
}
