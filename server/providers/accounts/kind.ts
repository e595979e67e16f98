/** What a kind of account is: the provider behind it, what it has to be told, and how it is made from that. */
import type { PricedVendor } from '../listed-source.ts';
import type { Connecting } from '../network.ts';
import type { Provider } from '../provider.ts';

/** Something that a provider has to be told, in words for the form. */
export interface AccountField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** A secret is sealed, and never shown again; an address is checked for where it leads. */
  readonly type: 'text' | 'secret' | 'address';
  readonly required: boolean;
  /** What holds where nothing is written; null for nothing. */
  readonly standard: string | null;
}

/** An account as its provider is made from it. `values` has each field, empty where nothing holds. */
export interface AccountSettings {
  /** What stands before the slash in the ids of its models. */
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  /** Empty where it is not said. */
  readonly region: string;
  readonly connect: Connecting;
}

/** Where a server tells which models it has. */
export interface ModelListAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AccountKind {
  readonly title: string;
  /** What it is, and where its key is found. */
  readonly help: string;
  readonly fields: readonly AccountField[];
  /** The vendor in the price list that has its models; null where none does. */
  readonly prices: PricedVendor | null;
  /** Whether the models of that price list are offered for choice, besides those that are named. */
  readonly offersListed: boolean;
  /** Whether its machines are usually the organisation's own. */
  readonly ownMachines: boolean;
  /** An example of a region where one is needed; null where none is. */
  readonly region: string | null;
  /** Why the settings cannot be used together, as a sentence; null where they can. */
  problem?(settings: Omit<AccountSettings, 'connect'>): string | null;
  create(settings: AccountSettings): Provider;
  /** Null where nothing can be asked. */
  readonly modelList: ((settings: AccountSettings) => ModelListAddress) | null;
}

const without = (address: string): string => address.replace(/\/+$/, '');

/** A value of an account; empty where there is none. Addresses end without a slash. */
export function settingOf({ values }: Pick<AccountSettings, 'values'>, field: string): string {
  const value = values[field] ?? '';
  return field === 'address' ? without(value) : value;
}

export const keyField = (help: string, required = true): AccountField => ({
  name: 'key',
  label: 'Key',
  help,
  type: 'secret',
  required,
  standard: null,
});

export const addressField = (help: string, standard: string | null): AccountField => ({
  name: 'address',
  label: 'Address',
  help,
  type: 'address',
  required: standard === null,
  standard,
});
