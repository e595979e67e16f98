import type { Model } from '../../../policies/model.ts';
import { type ModelSource, openSource } from '../catalogue.ts';
import { listedSource } from '../listed-source.ts';
import type { Account, AccountModel } from './account.ts';
import type { AccountKind } from './kind.ts';

function told(model: Model, { region, leavesHouse }: Account, own: AccountModel | undefined): Model {
  const { tools = model.supports.tools, images = model.supports.images } = own ?? {};
  const { requestsPerMinute: requests, tokensPerMinute: tokens } = own ?? {};
  return {
    ...model,
    contextTokens: own?.contextTokens ?? model.contextTokens,
    supports: { ...model.supports, tools, images },
    leavesHouse: own?.leavesHouse ?? leavesHouse,
    ...(region !== '' && { region }),
    ...((requests !== undefined || tokens !== undefined) && { perMinute: { requests, tokens } }),
  };
}

/**
 * The models of an account: those of its vendor's price list where it has one, those that people have named, and any other
 * that is asked for by the account's name. What people say of a model counts more than what is known of it.
 */
export function accountSource(account: Account, kind: AccountKind): ModelSource {
  const { name: provider, models } = account;
  const own = new Map(models.map((model) => [model.name, model]));
  const listed = kind.prices && listedSource(provider, kind.prices);
  const open = openSource(provider, [...own.keys()], account.leavesHouse);
  const listedName = (name: string): string => own.get(name)?.standsFor || name;

  const find = (name: string): Model | undefined => {
    const said = own.get(name);
    const known = listed?.find(listedName(name));
    const model = known
      ? { ...known, id: `${provider}/${name}`, name, ...(known.name !== name && { label: `${name} (${known.label})` }) }
      : open.find(name);
    return model && told(model, account, said);
  };
  const offered = kind.offersListed ? (listed?.models() ?? []) : [];
  const names = new Set([...own.keys(), ...offered.map(({ name }) => name)]);
  return {
    provider,
    vendor: listed?.vendor ?? null,
    models: () => [...names].flatMap((name) => find(name) ?? []),
    find,
    listing: (name) => listed?.listing(listedName(name)) ?? open.listing(name),
    forgotten: (name, label) => {
      const model = kind.offersListed ? listed?.forgotten(name, label) : undefined;
      return model && told(model, account, own.get(name));
    },
  };
}
