import { findProvider, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices';
import { AMOUNTS, type Model, type Price, type Rate } from '../../policies/model.ts';
import { discounted } from '../../policies/price.ts';
import { OWN_LIST, type OwnEntry } from './own-list.ts';
import { cardAt, type RateCard } from './rate-cards.ts';

/** A price that an administrator set. It replaces the list's from its time on (milliseconds since 1970). */
export interface PriceOverride {
  /** The full id of a model. */
  readonly model: string;
  readonly price: Price;
  readonly effectiveFrom: number;
}

/** A price and the moment from which it holds, milliseconds since 1970. */
export interface PriceStep {
  readonly from: number;
  readonly price: Price;
}

/** A model of the price list that comes with the program. */
export interface ListedModel {
  readonly id: string;
  readonly label: string;
  readonly contextTokens: number | null;
  /** Its price over time, oldest first; empty where the list has none. */
  readonly steps: readonly PriceStep[];
  /** Whether the provider's own name means this model: dated snapshots and aliases too. */
  matches(name: string): boolean;
}

/** A model as a price list has it: its price over time, oldest first. */
export interface ListedPrice {
  readonly label: string;
  readonly steps: readonly PriceStep[];
}

/** Prices by vendor and model. */
export type ListedPrices = Readonly<Record<string, Readonly<Record<string, ListedPrice>>>>;

/** A price list that somebody accepted: it is in force from that moment on (milliseconds since 1970), until the next. */
export interface AcceptedList {
  /** SHA-256 of its prices. */
  readonly digest: string;
  readonly acceptedAt: number;
  readonly prices: ListedPrices;
}

const NANO = 1_000_000_000;

type Amount = ModelPrice[string];

function amountAbove(amount: NonNullable<Amount>, above: number): number {
  if (typeof amount === 'number') return amount;
  let price = amount.base;
  for (const tier of amount.tiers) if (tier.start <= above) price = tier.price;
  return price;
}

/** What the list calls the amounts that are its own, besides those that every model has. */
const LISTED_AS = {
  cacheWriteHour: 'cache_write_1h_mtok',
  audioInput: 'input_audio_mtok',
  cachedAudio: 'cache_audio_read_mtok',
  imageInput: 'input_image_mtok',
  audioOutput: 'output_audio_mtok',
} as const;

/** Models that make embeddings are named by it. They have no output, and the list has no price for one. */
const MAKES_EMBEDDINGS = /embed/;

/**
 * The list's dollars per million tokens as whole nano-dollars per million tokens; null without prices of input and
 * output. Where the list has no price for reading from or writing to a cache, the vendor charges the plain input's.
 */
function priceOf(model: string, prices: ModelPrice): Price | null {
  const {
    input_mtok: input,
    output_mtok: output = MAKES_EMBEDDINGS.test(model) ? 0 : undefined,
    cache_read_mtok: read,
    cache_write_mtok: write,
  } = prices;
  if (input === undefined || output === undefined) return null;
  const special = Object.entries(LISTED_AS).flatMap(([name, key]) => {
    const amount = prices[key];
    return amount === undefined ? [] : [[name, amount] as const];
  });
  const starts = new Set<number>();
  for (const amount of [input, output, read, write, ...special.map(([, amount]) => amount)]) {
    if (typeof amount === 'object') for (const tier of amount.tiers) starts.add(tier.start);
  }
  const thousandRequests = prices.requests_kcount;
  const rateAbove = (above: number): Rate => {
    const nano = (amount: Amount) => Math.round(amountAbove(amount ?? input, above) * NANO);
    return {
      aboveInputTokens: above,
      input: nano(input),
      cachedInput: nano(read),
      cacheWrite: nano(write),
      output: nano(output),
      ...Object.fromEntries(special.map(([name, amount]) => [name, nano(amount)])),
      ...(thousandRequests !== undefined && { perRequest: Math.round(nano(thousandRequests) / 1000) }),
    };
  };
  return [
    rateAbove(0),
    ...[...starts]
      .filter((start) => start > 0)
      .sort((a, b) => a - b)
      .map(rateAbove),
  ];
}

function stepsOf({ id, prices }: ModelInfo): PriceStep[] {
  const steps: PriceStep[] = [];
  for (const entry of Array.isArray(prices) ? prices : [{ prices }]) {
    const price = priceOf(id, entry.prices);
    const constraint = 'constraint' in entry ? entry.constraint : undefined;
    // A price for some hours of the day cannot be told from the tokens alone: the plain price is kept.
    if (price === null || constraint?.type === 'time_of_date') continue;
    steps.push({ from: constraint === undefined ? 0 : Date.parse(constraint.start_date), price });
  }
  return steps.sort((a, b) => a.from - b.from);
}

function matcher(match: ModelInfo['match']): (name: string) => boolean {
  if ('or' in match) {
    const any = match.or.map(matcher);
    return (name) => any.some((matches) => matches(name));
  }
  if ('and' in match) {
    const all = match.and.map(matcher);
    return (name) => all.every((matches) => matches(name));
  }
  if ('equals' in match) return (name) => name === match.equals;
  if ('starts_with' in match) return (name) => name.startsWith(match.starts_with);
  if ('ends_with' in match) return (name) => name.endsWith(match.ends_with);
  if ('contains' in match) return (name) => name.includes(match.contains);
  const pattern = new RegExp(match.regex);
  return (name) => pattern.test(name);
}

function ownModel(
  { id, label, contextTokens, dollars, names }: OwnEntry,
  listed: ListedModel | undefined,
): ListedModel {
  const price = dollars === null ? null : priceOf(id, { input_mtok: dollars });
  return {
    id,
    label,
    contextTokens: listed?.contextTokens ?? contextTokens,
    steps: listed && listed.steps.length > 0 ? listed.steps : price ? [{ from: 0, price }] : [],
    matches: (name) => names.test(name),
  };
}

/**
 * What the price list that ships with the gateway has of one vendor ("openai", "anthropic"), in its order, and then what it
 * lacks; it asks nobody. Empty for a vendor that it does not know. Costs milliseconds: call it once, not per request.
 */
export function listedModels(vendor: string): ListedModel[] {
  const listed = (findProvider({ providerId: vendor })?.models ?? []).map((info) => ({
    id: info.id,
    label: info.name ?? info.id,
    contextTokens: info.context_window ?? null,
    steps: stepsOf(info),
    matches: matcher(info.match),
  }));
  const own = (OWN_LIST[vendor] ?? []).map((entry) => {
    const known = listed.find(({ id }) => id === entry.id);
    return ownModel(entry, known);
  });
  return [...listed.filter(({ id }) => own.every((entry) => entry.id !== id)), ...own];
}

/** The step that holds at `now` of steps in rising order; undefined before the first. */
export function stepAt(steps: readonly PriceStep[], now: number): PriceStep | undefined {
  let current: PriceStep | undefined;
  for (const step of steps) if (step.from <= now) current = step;
  return current;
}

/** All that decides over prices besides what a provider has of its own. */
export interface PriceRules {
  readonly overrides: readonly PriceOverride[];
  /** In the order in which they were made. */
  readonly cards: readonly RateCard[];
  /** In the order in which they were accepted. Before the first of them, the first holds. */
  readonly lists: readonly AcceptedList[];
}

/** The full id that a model is listed under, and where it stands in price lists; null where it stands in none. */
export interface Listing {
  readonly id: string;
  readonly listed: { readonly vendor: string; readonly model: string } | null;
}

/** A price with where it comes from. */
export interface PriceInForce {
  readonly price: Price;
  /** What it was before the rate card. */
  readonly base: Price;
  /** By hand, from a price list, or the provider's own: simulated, or of a model on one's own machines. */
  readonly source: 'set' | 'list' | 'own';
  /** The moment from which its source holds; null for one that has always held. */
  readonly from: number | null;
  /** Digest of the price list; null where it is from none. */
  readonly list: string | null;
  readonly card: RateCard | null;
}

/** The price of a model for a request that started at `at` (milliseconds since 1970); null where it is not known. */
export type PriceAt = (model: PricedModel, at: number) => PriceInForce | null;

type PricedModel = Pick<Model, 'id' | 'price'>;

/** Where a model stands: the names without their provider are those that rate cards know it by. */
interface Place {
  readonly provider: string;
  readonly names: readonly string[];
  readonly listing: Listing | undefined;
}

function placeIn(id: string, listing: Listing | undefined): Place {
  const slash = id.indexOf('/');
  const names = [id.slice(slash + 1), ...(listing ? [listing.id.slice(slash + 1)] : [])];
  return { provider: id.slice(0, slash), names, listing };
}

/** One object for each price and discount, so that who compares models sees that nothing has changed. */
const lessCards = new WeakMap<Price, Map<number, Price>>();

function lessCard(base: Price, card: RateCard | null): Price {
  if (!card) return base;
  const known = lessCards.get(base) ?? new Map<number, Price>();
  lessCards.set(base, known);
  const price = known.get(card.discountBasisPoints) ?? discounted(base, card.discountBasisPoints);
  known.set(card.discountBasisPoints, price);
  return price;
}

/** The list in force at a moment; undefined where none was ever accepted. */
function listAt(lists: readonly AcceptedList[], at: number): AcceptedList | undefined {
  return lists.findLast(({ acceptedAt }) => acceptedAt <= at) ?? lists[0];
}

/**
 * Prices over time: the one set by hand for a model, else that of the price list then in force less what the rate card
 * then in force takes off. `listing` says under which full id a model is listed (a dated snapshot has the prices of its
 * family, and what was set for it); a model that is in no list keeps its own price, less the rate card.
 */
export function pricesOverTime(listing: (id: string) => Listing | undefined, rules: PriceRules): PriceAt {
  const set = new Map<string, PriceStep[]>();
  for (const { model, price, effectiveFrom } of rules.overrides) {
    set.set(model, [...(set.get(model) ?? []), { from: effectiveFrom, price }]);
  }
  for (const steps of set.values()) steps.sort((a, b) => a.from - b.from);
  const setAt = (id: string, at: number) => {
    const steps = set.get(id);
    return steps && stepAt(steps, at);
  };

  // Finding out takes a dozen patterns, and requests ask for the same models all the time.
  const places = new WeakMap<PricedModel, Place>();
  const placeOf = (model: PricedModel): Place => {
    const known = places.get(model);
    if (known) return known;
    const place = placeIn(model.id, listing(model.id));
    places.set(model, place);
    return place;
  };

  return (model, at) => {
    const { provider, names, listing: place } = placeOf(model);
    const byHand = setAt(model.id, at) ?? (place && setAt(place.id, at));
    if (byHand) {
      const { price, from } = byHand;
      return { price, base: price, source: 'set', from, list: null, card: null };
    }
    const card = cardAt(rules.cards, provider, names, at);
    if (place?.listed) {
      const list = listAt(rules.lists, at);
      const steps = list?.prices[place.listed.vendor]?.[place.listed.model]?.steps;
      const base = steps && stepAt(steps, at)?.price;
      if (!list || !base) return null;
      return { price: lessCard(base, card), base, source: 'list', from: list.acceptedAt, list: list.digest, card };
    }
    const { price: base } = model;
    return base && { price: lessCard(base, card), base, source: 'own', from: null, list: null, card };
  };
}

const isFree = (price: Price): boolean => price.every((rate) => AMOUNTS.every((name) => (rate[name] ?? 0) === 0));

/** Where a price comes from, as records keep it: "list 1a2b3c4d of 2026-11-01, -15 %"; the day is that of UTC. */
export function sayPriceSource({ base, source, from, list, card }: PriceInForce): string {
  const moment = new Date(from ?? 0).toISOString();
  const origin =
    source === 'set'
      ? `set from ${moment}`
      : source === 'list'
        ? `list ${list?.slice(0, 8)} of ${moment.slice(0, 10)}`
        : isFree(base)
          ? 'own machines, free'
          : 'built in';
  if (!card) return origin;
  const percent = -card.discountBasisPoints / 100;
  return `${origin}, ${percent > 0 ? '+' : ''}${percent} %`;
}
