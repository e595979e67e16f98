import { findProvider, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices';
import type { Model, Price, Rate } from '../../policies/model.ts';

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

/** A model of the price list; `steps` is its price over time, oldest first, empty where the list has none. */
export interface ListedModel {
  readonly id: string;
  readonly label: string;
  readonly contextTokens: number | null;
  readonly steps: readonly PriceStep[];
  /** Whether the provider's own name means this model: dated snapshots and aliases too. */
  matches(name: string): boolean;
}

const NANO = 1_000_000_000;

type Amount = ModelPrice[string];

function amountAbove(amount: NonNullable<Amount>, above: number): number {
  if (typeof amount === 'number') return amount;
  let price = amount.base;
  for (const tier of amount.tiers) if (tier.start <= above) price = tier.price;
  return price;
}

/**
 * The list's dollars per million tokens as whole nano-dollars per million tokens; null without prices of input and
 * output. Where the list has no price for reading from or writing to a cache, the vendor charges the plain input's.
 */
function priceOf(prices: ModelPrice): Price | null {
  const { input_mtok: input, output_mtok: output, cache_read_mtok: read, cache_write_mtok: write } = prices;
  if (input === undefined || output === undefined) return null;
  const starts = new Set<number>();
  for (const amount of [input, output, read, write]) {
    if (typeof amount === 'object') for (const tier of amount.tiers) starts.add(tier.start);
  }
  const rateAbove = (above: number): Rate => {
    const nano = (amount: Amount) => Math.round(amountAbove(amount ?? input, above) * NANO);
    return {
      aboveInputTokens: above,
      input: nano(input),
      cachedInput: nano(read),
      cacheWrite: nano(write),
      output: nano(output),
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

function stepsOf(prices: ModelInfo['prices']): PriceStep[] {
  const steps: PriceStep[] = [];
  for (const entry of Array.isArray(prices) ? prices : [{ prices }]) {
    const price = priceOf(entry.prices);
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

/**
 * What the price list that ships with the gateway has of one vendor ("openai", "anthropic"), in its order; it asks
 * nobody. Empty for a vendor that it does not know. Costs milliseconds: call it once, not per request.
 */
export function listedModels(vendor: string): ListedModel[] {
  return (findProvider({ providerId: vendor })?.models ?? []).map((info) => ({
    id: info.id,
    label: info.name ?? info.id,
    contextTokens: info.context_window ?? null,
    steps: stepsOf(info.prices),
    matches: matcher(info.match),
  }));
}

/** The step that holds at `now` of steps in rising order; undefined before the first. */
export function stepAt(steps: readonly PriceStep[], now: number): PriceStep | undefined {
  let current: PriceStep | undefined;
  for (const step of steps) if (step.from <= now) current = step;
  return current;
}

/** The price of a model for a request that started at `now` (milliseconds since 1970); null where it is not known. */
export type PriceAt = (model: Pick<Model, 'id' | 'price'>, now: number) => Price | null;

/**
 * Puts the administrators' prices over the list's. An override in force wins over any change of the list; before its
 * time the list's price holds. `listing` says under which full id a model is listed, with the list's steps (a dated
 * snapshot has those of its family, and its overrides); a model that is not listed keeps its own price.
 */
export function pricesOverTime(
  listing: (id: string) => { readonly id: string; readonly steps: readonly PriceStep[] } | undefined,
  overrides: readonly PriceOverride[],
): PriceAt {
  const set = new Map<string, PriceStep[]>();
  for (const { model, price, effectiveFrom } of overrides) {
    set.set(model, [...(set.get(model) ?? []), { from: effectiveFrom, price }]);
  }
  for (const steps of set.values()) steps.sort((a, b) => a.from - b.from);
  return (model, now) => {
    const listed = listing(model.id);
    const own = stepAt(set.get(model.id) ?? [], now);
    const step = own ?? (listed && (stepAt(set.get(listed.id) ?? [], now) ?? stepAt(listed.steps, now)));
    return step?.price ?? model.price;
  };
}
