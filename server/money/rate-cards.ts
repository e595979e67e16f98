/** What an organisation has agreed with a provider: a discount on its list prices, or a surcharge, for a time. */
import { fitsPattern } from '../../policies/name-pattern.ts';

export interface RateCard {
  readonly id: string;
  /** The configured provider, which is the account that the card is for. */
  readonly provider: string;
  /** Names of models, in which `*` stands for any characters; null for all of them. */
  readonly models: readonly string[] | null;
  /** Hundredths of a percent, -10,000 to 10,000; below 0 it is a surcharge. */
  readonly discountBasisPoints: number;
  /** Milliseconds since 1970: in force from this moment on, and until the other one, which is no part of it. */
  readonly from: number;
  readonly until: number | null;
}

const holds = (card: RateCard, at: number): boolean => card.from <= at && (card.until === null || at < card.until);

/**
 * The card that is in force for a model at a moment: of those that are, the one that began last. `cards` are in the order
 * in which they were made; `names` are the model's own name and the one under which it is listed.
 */
export function cardAt(
  cards: readonly RateCard[],
  provider: string,
  names: readonly string[],
  at: number,
): RateCard | null {
  let current: RateCard | null = null;
  for (const card of cards) {
    if (card.provider !== provider || !holds(card, at) || (current && current.from > card.from)) continue;
    if (card.models === null || card.models.some((pattern) => names.some((name) => fitsPattern(pattern, name)))) {
      current = card;
    }
  }
  return current;
}
