import type { Model, ModelLookup, Price } from '../../policies/model.ts';
import { tierOf } from '../../policies/price.ts';
import { type Listing, type PriceAt, type PriceRules, pricesOverTime } from '../money/prices.ts';

/** The models that one configured provider serves. Those of a price list have no price until the list says it. */
export interface ModelSource {
  readonly provider: string;
  /** The vendor whose price list has its models; null where none does. */
  readonly vendor: string | null;
  /** What is offered for choice. */
  models(): Model[];
  /** A model by the provider's own name, also one that is not offered; undefined where it serves none of that name. */
  find(name: string): Model | undefined;
  /** Where a name is listed; undefined where it is served unlisted. */
  listing(name: string): Listing | undefined;
  /** A model that the program has forgotten, and a price list that is in force has not. */
  forgotten(name: string, label: string): Model | undefined;
}

export interface Catalogue {
  /** What is offered for choice, by provider in the order of configuration. */
  readonly models: readonly Model[];
  readonly lookup: ModelLookup;
  /** Names of the organisation's own, with the model that each leads to. */
  readonly aliases: ReadonlyMap<string, string>;
  /** The price for a request, by the time of its start. `Model.price` is that of the time the catalogue was built. */
  readonly priceAt: PriceAt;
}

/**
 * Puts the models of all configured providers together, at the organisation's prices. `now` (milliseconds since 1970) is
 * the time whose prices the models show. Built anew when providers or prices change, never per request.
 * A bare name means the first provider that lists it; `provider/name` may also be one that the provider serves
 * unlisted.
 */
export function buildCatalogue(
  input: PriceRules & {
    readonly sources: readonly ModelSource[];
    readonly aliases?: readonly { readonly name: string; readonly model: string }[];
    readonly now: number;
  },
): Catalogue {
  const { sources, now, aliases: named = [], ...rules } = input;
  const aliases = new Map(named.map(({ name, model }) => [name, model]));
  const byProvider = new Map(sources.map((source) => [source.provider, source]));
  const forgotten = new Map(
    sources.flatMap((source) => forgottenOf(source, rules).map((model) => [model.id, { source, model }] as const)),
  );

  const split = (id: string): { source: ModelSource; name: string } | undefined => {
    const slash = id.indexOf('/');
    const source = slash < 0 ? undefined : byProvider.get(id.slice(0, slash));
    return source && { source, name: id.slice(slash + 1) };
  };
  const priceAt = pricesOverTime((id) => {
    const place = split(id);
    const kept = forgotten.get(id);
    if (kept?.source.vendor) return { id, listed: { vendor: kept.source.vendor, model: kept.model.name } };
    return place?.source.listing(place.name);
  }, rules);
  const priced = (model: Model): Model => {
    const price = priceAt(model, now)?.price ?? null;
    return price === model.price ? model : { ...model, price, tier: tierOf(price) };
  };

  const models = sources.flatMap((source) => [
    ...source.models().map(priced),
    ...[...forgotten.values()].flatMap((one) => (one.source === source ? [priced(one.model)] : [])),
  ]);
  const byId = new Map(models.map((model) => [model.id, model]));

  const lookup: ModelLookup = (idOrName) => {
    const known = byId.get(idOrName);
    if (known) return known;
    // An alias leads to a model and never to another alias.
    const meant = aliases.get(idOrName);
    return meant === undefined ? lookupModel(idOrName) : (byId.get(meant) ?? lookupModel(meant));
  };
  // Models that were asked for without their provider, as most apps do: to find one takes a walk through the listings.
  const byBareName = new Map<string, Model>();
  const lookupModel: ModelLookup = (idOrName) => {
    const known = byBareName.get(idOrName);
    if (known) return known;
    const place = split(idOrName);
    // A name may itself have a slash: without a provider of that prefix it is a bare name.
    const found = place
      ? place.source.find(place.name)
      : sources.find((source) => source.listing(idOrName))?.find(idOrName);
    const model = found
      ? priced(found)
      : sources.flatMap(({ provider }) => byId.get(`${provider}/${idOrName}`) ?? [])[0];
    // Only one that is offered: callers can make up as many other names as they like.
    if (!place && model && byId.get(model.id)?.name === idOrName) byBareName.set(idOrName, model);
    return model;
  };
  return { models, lookup, aliases, priceAt };
}

/** Models of the newest price list that the program itself knows no more: they are served until the list is replaced. */
function forgottenOf(source: ModelSource, { lists }: PriceRules): Model[] {
  const listed = source.vendor === null ? undefined : lists.at(-1)?.prices[source.vendor];
  return Object.entries(listed ?? {}).flatMap(([name, { label }]) =>
    source.listing(name) ? [] : (source.forgotten(name, label) ?? []),
  );
}

/** A provider whose models are given as they are, and no others. */
export function fixedSource(provider: string, given: readonly Model[]): ModelSource {
  const byName = new Map(given.map((model) => [model.name, model]));
  /**
   * A name may carry a query, such as `small?fault=429`: it tells the sandbox what to play. The model keeps its id, so
   * that policies, prices and records see one model, while its name goes to the sandbox with the query.
   */
  const base = (name: string) => byName.get(name.split('?', 1)[0] ?? name);
  return {
    provider,
    vendor: null,
    models: () => [...given],
    find: (name) => {
      const model = base(name);
      return model && (model.name === name ? model : { ...model, name });
    },
    listing: (name) => {
      const model = base(name);
      return model && { id: model.id, listed: null };
    },
    forgotten: () => undefined,
  };
}

const FREE: Price = [{ aboveInputTokens: 0, input: 0, cachedInput: 0, cacheWrite: 0, output: 0 }];

/**
 * An upstream of the organisation's own choice: `names` are listed, any other name is served too when it is asked for
 * with the provider before it. What its models can do is not known, so nothing is kept from them. Listed models cost
 * nothing on the organisation's own machines; elsewhere, and for names not listed, the price is unknown until an
 * administrator sets it.
 */
export function openSource(provider: string, names: readonly string[], leavesHouse: boolean): ModelSource {
  const modelOf = (name: string): Model => {
    const price = names.includes(name) && !leavesHouse ? FREE : null;
    return {
      id: `${provider}/${name}`,
      provider,
      name,
      label: name,
      price,
      tier: tierOf(price),
      contextTokens: null,
      tokenizer: null,
      imageTokens: 3000,
      supports: { tools: true, images: true, audio: true, files: true, jsonSchema: true },
      embeddings: 'also',
      leavesHouse,
    };
  };
  return {
    provider,
    vendor: null,
    models: () => names.map(modelOf),
    find: (name) => (name === '' ? undefined : modelOf(name)),
    listing: (name) => (names.includes(name) ? { id: `${provider}/${name}`, listed: null } : undefined),
    forgotten: () => undefined,
  };
}
