/**
 * The price list that is in force is the one that somebody accepted. The list that comes with the program waits until
 * then, so that a newer program changes no price by itself.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Price } from '../../policies/model.ts';
import { sayPrice, sayPriceChange } from '../../policies/price-words.ts';
import { SignalboxError } from '../errors.ts';
import { type AcceptedList, type ListedPrice, type ListedPrices, type PriceStep, stepAt } from '../money/prices.ts';
import { shippedPrices } from '../providers/listed-source.ts';
import type { Control, ControlStore } from './control.ts';
import { digestOf } from './digest.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema } from './input.ts';
import { priceSchema } from './prices.ts';

/** The list that comes with the program, with the SHA-256 of its prices. */
export interface ShippedList {
  readonly digest: string;
  readonly prices: ListedPrices;
}

/** Reads the shipped list. Costs milliseconds: once, at the start. */
export function shippedList(): ShippedList {
  const prices = shippedPrices();
  return { digest: digestOf(prices), prices };
}

export interface PriceListRow {
  readonly id: string;
  readonly organisation: string;
  readonly digest: string;
  readonly prices_json: string;
  readonly accepted_at: number;
  readonly author: string;
  readonly reason: string;
}

const listedPrices = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      label: z.string(),
      steps: z.array(z.object({ from: momentSchema, price: priceSchema })).readonly(),
    }),
  ),
);

/** A stored list as prices need it. */
export const toAcceptedList = (row: PriceListRow): AcceptedList & Pick<PriceListRow, 'id' | 'organisation'> => ({
  id: row.id,
  organisation: row.organisation,
  digest: row.digest,
  acceptedAt: row.accepted_at,
  prices: listedPrices.parse(JSON.parse(row.prices_json)),
});

const SYSTEM = 'system';

/** Accepts the shipped list for every organisation that has never accepted one, with an entry of the history each. */
export async function acceptFirstLists(control: Control, shipped: ShippedList): Promise<void> {
  const { organisations, priceLists } = control.snapshot();
  for (const organisation of organisations.keys()) {
    if (priceLists.some((list) => list.organisation === organisation)) continue;
    const actor = { id: SYSTEM, organisation };
    await acceptList(control, actor, shipped, {
      digest: shipped.digest,
      reason: 'The prices that Signalbox came with',
    });
  }
}

/** Who accepted the list that is in force, and when; null before the first. */
export async function lastAccepted(
  db: Knex,
  organisation: string,
): Promise<{ readonly digest: string; readonly acceptedAt: number; readonly author: string } | null> {
  const row = await db<PriceListRow>('price_lists')
    .where({ organisation })
    .orderBy([
      { column: 'accepted_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .first('digest', 'accepted_at', 'author');
  return row ? { digest: row.digest, acceptedAt: row.accepted_at, author: row.author } : null;
}

/** Lets the shipped list hold from now on. Throws `invalid_input` where it is in force, or where another one is meant. */
export async function acceptList(
  store: ControlStore,
  actor: Actor,
  shipped: ShippedList,
  { digest, reason }: { readonly digest: string; readonly reason: string },
): Promise<{ readonly digest: string; readonly acceptedAt: number; readonly author: string }> {
  if (digest !== shipped.digest) {
    throw new SignalboxError('invalid_input', {
      why: 'digest: another price list waits by now; load the page again and look at its changes',
    });
  }
  const entry = { action: 'price_list.accept', objectType: 'price_list', objectId: digest, reason };
  return store.change(actor, entry, async (trx) => {
    const { organisation } = actor;
    const before = await lastAccepted(trx, organisation);
    if (before?.digest === digest) {
      throw new SignalboxError('invalid_input', { why: 'This price list is in force already' });
    }
    // A later list never begins before an earlier one, whatever the clock says.
    const acceptedAt = Math.max(Date.now(), before?.acceptedAt ?? 0);
    const row: PriceListRow = {
      id: newId('pls'),
      organisation,
      digest,
      prices_json: JSON.stringify(shipped.prices),
      accepted_at: acceptedAt,
      author: actor.id,
      reason,
    };
    await trx('price_lists').insert(row);
    return {
      before: before && { digest: before.digest, acceptedAt: before.acceptedAt },
      after: { digest, acceptedAt },
      value: { digest, acceptedAt, author: actor.id },
    };
  });
}

export interface PriceListChange {
  /** `vendor/model`. */
  readonly model: string;
  readonly label: string;
  readonly kind: 'changed' | 'new' | 'gone';
  /** At the prices of now; null where a list has none. */
  readonly before: Price | null;
  readonly after: Price | null;
  /** What is different, a line each. */
  readonly words: readonly string[];
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** The price that holds now, and those to come. */
function stepsFrom(listed: ListedPrice | undefined, now: number): readonly PriceStep[] {
  const steps = listed?.steps ?? [];
  const current = stepAt(steps, now);
  return [...(current ? [current] : []), ...steps.filter(({ from }) => from > now)];
}

const inWords = (price: Price | undefined): string[] => (price ? sayPrice(price) : ['no price']);

/** How the prices of two lists differ from `now` on (milliseconds since 1970): changed, new, then gone, by name. */
export function comparePrices(before: ListedPrices, after: ListedPrices, now: number): PriceListChange[] {
  const changes: PriceListChange[] = [];
  for (const vendor of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, next] = [before[vendor] ?? {}, after[vendor] ?? {}];
    for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
      const [was, is] = [old[name], next[name]];
      const one = { model: `${vendor}/${name}`, label: (is ?? was)?.label ?? name };
      const [wasNow, isNow] = [was && stepAt(was.steps, now)?.price, is && stepAt(is.steps, now)?.price];
      const prices = { before: wasNow ?? null, after: isNow ?? null };
      if (!was) changes.push({ ...one, ...prices, kind: 'new', words: inWords(isNow) });
      else if (!is) changes.push({ ...one, ...prices, kind: 'gone', words: inWords(wasNow) });
      else {
        const words = sayChange(stepsFrom(was, now), stepsFrom(is, now), now);
        if (words.length > 0) changes.push({ ...one, ...prices, kind: 'changed', words });
      }
    }
  }
  const order = ['changed', 'new', 'gone'];
  return changes.sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.model < b.model ? -1 : a.model > b.model ? 1 : 0),
  );
}

/** What is different at each moment from now on at which either list has another price. */
function sayChange(was: readonly PriceStep[], is: readonly PriceStep[], now: number): string[] {
  const later = [...was, ...is].map(({ from }) => from).filter((from) => from > now);
  return [now, ...new Set(later.sort((a, b) => a - b))].flatMap((at) => {
    const [old, next] = [stepAt(was, at)?.price, stepAt(is, at)?.price];
    const words = old && next ? sayPriceChange(old, next) : old || next ? inWords(next) : [];
    return at === now ? words : words.map((word) => `from ${DAY.format(at)}: ${word}`);
  });
}
