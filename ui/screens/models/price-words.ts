/** Where prices come from, and when rate cards hold, as people read them. */
import { sayDiscount } from '../../../policies/price-words.ts';
import type { PriceInForce, RateCard } from '../../api/prices.ts';
import { sayMoment } from '../../app/words.ts';

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

const isFree = ({ base }: PriceInForce): boolean => base.every(({ input, output }) => input === 0 && output === 0);

/** Where a price comes from, the short and the long of it: "price list, -15 %", "of 1 Nov 2026; by a rate card …". */
export function saySource(price: PriceInForce): { readonly short: string; readonly since: string | null } {
  const { source, from, card } = price;
  const of = from === null ? null : DAY.format(from);
  if (source === 'set') return { short: 'set here', since: `since ${of}` };
  const short = source === 'list' ? 'price list' : isFree(price) ? 'own machines' : 'simulated';
  if (!card) return { short, since: source === 'list' ? `accepted on ${of}` : null };
  const until = card.until === null ? '' : ` until ${DAY.format(card.until)}`;
  return {
    short: `${short}, ${sayDiscount(card.discountBasisPoints)}`,
    since: `rate card since ${DAY.format(card.from)}${until}`,
  };
}

export type CardState = 'in force' | 'to come' | 'ended' | 'never begun';

export function stateOf({ from, until }: RateCard, now: number): CardState {
  if (until !== null && until <= from) return 'never begun';
  if (until !== null && until <= now) return 'ended';
  return from > now ? 'to come' : 'in force';
}

/** "from 1 Nov 2026, 10:00:00 until …"; without an end, "for good". */
export const sayPeriod = ({ from, until }: RateCard): { readonly from: string; readonly until: string } => ({
  from: sayMoment(from),
  until: until === null ? 'for good' : sayMoment(until),
});

/** What a card is for: "all models", or their names. */
export const sayModels = ({ models }: Pick<RateCard, 'models'>): string => models?.join(', ') ?? 'all models';

/** "15 % off", "5 % on top". */
export function sayCard(basisPoints: number): string {
  if (basisPoints === 0) return 'nothing off';
  return `${Math.abs(basisPoints) / 100} % ${basisPoints > 0 ? 'off' : 'on top'}`;
}
