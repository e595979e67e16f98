/** Discounts and surcharges on the list prices of a provider, each for a time; none is ever taken back for the past. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import type { RateCard } from '../money/rate-cards.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema } from './input.ts';

const WHOLE = 10_000;

export const rateCardInputSchema = z.strictObject({
  provider: z.string().min(1).max(100),
  models: z
    .array(z.string().trim().min(1).max(200).regex(/^\S+$/, 'A model is named without spaces'))
    .min(1, 'Name a model, or choose all models of the provider')
    .max(100)
    .readonly()
    .nullable()
    .meta({ description: 'Names of models, in which * stands for any characters; null for all of the provider.' }),
  discountBasisPoints: z
    .int()
    .min(-WHOLE)
    .max(WHOLE)
    .meta({ description: 'Hundredths of a percent: 1500 takes 15 % off, -500 adds 5 %.' }),
  from: momentSchema.nullable().meta({ description: 'Null for now; the past is never repriced.' }),
  until: momentSchema.nullable().meta({ description: 'The first moment at which it no longer holds; null for none.' }),
  note: z.string().trim().max(1000).default(''),
});

export const rateCardSchema = z.object({
  ...rateCardInputSchema.shape,
  id: z.string(),
  from: momentSchema,
  note: z.string(),
  author: z.string(),
  reason: z.string(),
  at: momentSchema,
});
type StoredRateCard = z.infer<typeof rateCardSchema>;

export interface RateCardRow {
  readonly id: string;
  readonly organisation: string;
  readonly provider: string;
  readonly models_json: string | null;
  readonly discount_basis_points: number;
  readonly from_at: number;
  readonly until_at: number | null;
  readonly note: string;
  readonly author: string;
  readonly reason: string;
  readonly at: number;
}

/** The stored card; a rate card is all that prices need of it. */
export function toRateCard(row: RateCardRow): StoredRateCard & RateCard {
  return rateCardSchema.parse({
    id: row.id,
    provider: row.provider,
    models: row.models_json === null ? null : JSON.parse(row.models_json),
    discountBasisPoints: row.discount_basis_points,
    from: row.from_at,
    until: row.until_at,
    note: row.note,
    author: row.author,
    reason: row.reason,
    at: row.at,
  });
}

/** What the history keeps of a card. */
const said = ({ provider, models, discountBasisPoints, from, until, note }: StoredRateCard) => ({
  provider,
  models,
  discountBasisPoints,
  from,
  until,
  note,
});

/** Every card ever made, the latest first. */
export async function listRateCards(db: Knex, organisation: string): Promise<StoredRateCard[]> {
  const rows = await db<RateCardRow>('rate_cards')
    .where({ organisation })
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ]);
  return rows.map(toRateCard);
}

/**
 * Makes a card. Throws `invalid_input` for a provider that is not among `providers`, for a beginning that has passed, and
 * for an end that is not after it.
 */
export async function createRateCard(
  store: ControlStore,
  actor: Actor,
  providers: readonly string[],
  input: z.output<typeof rateCardInputSchema>,
  reason: string,
): Promise<StoredRateCard> {
  const { provider, models, until } = input;
  if (!providers.includes(provider)) {
    throw new SignalboxError('invalid_input', {
      why: `provider: “${provider}” is not set up here; there are ${providers.join(', ') || 'none'}`,
    });
  }
  const id = newId('rc');
  return store.change(
    actor,
    { action: 'rate_card.create', objectType: 'rate_card', objectId: id, reason },
    async (trx) => {
      const now = Date.now();
      const from = input.from ?? now;
      if (from < now) {
        throw new SignalboxError('invalid_input', {
          why: 'from: the past is never repriced; give a moment to come, or null for now',
        });
      }
      if (until !== null && until <= from) {
        throw new SignalboxError('invalid_input', {
          why: 'until: a rate card ends after it has begun; give a later moment',
        });
      }
      const row: RateCardRow = {
        id,
        organisation: actor.organisation,
        provider,
        models_json: models === null ? null : JSON.stringify(models),
        discount_basis_points: input.discountBasisPoints,
        from_at: from,
        until_at: until,
        note: input.note,
        author: actor.id,
        reason,
        at: now,
      };
      await trx('rate_cards').insert(row);
      const value = toRateCard(row);
      return { before: null, after: said(value), value };
    },
  );
}

/**
 * Ends a card at a moment to come, or now (null); one that has not begun yet never will. Throws `not_found`, and
 * `invalid_input` for a moment that has passed or at which the card has ended anyway.
 */
export async function endRateCard(
  store: ControlStore,
  actor: Actor,
  id: string,
  at: number | null,
  reason: string,
): Promise<StoredRateCard> {
  const { organisation } = actor;
  const change = { action: 'rate_card.end', objectType: 'rate_card', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const old = await trx<RateCardRow>('rate_cards').where({ organisation, id }).first();
    if (!old) throw new SignalboxError('not_found', { what: 'rate card of that id' });
    const now = Date.now();
    const until = at ?? now;
    if (until < now) {
      throw new SignalboxError('invalid_input', {
        why: 'at: the past is never repriced; give a moment to come, or null for now',
      });
    }
    if (old.until_at !== null && old.until_at <= until) {
      throw new SignalboxError('invalid_input', {
        why:
          old.until_at <= now
            ? 'This rate card has ended already'
            : 'at: this rate card ends before that anyway; give an earlier moment',
      });
    }
    const row = { ...old, until_at: until };
    await trx('rate_cards').where({ organisation, id }).update({ until_at: until });
    const value = toRateCard(row);
    return { before: said(toRateCard(old)), after: said(value), value };
  });
}
