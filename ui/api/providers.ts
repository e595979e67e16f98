/** Providers of models: those that the environment sets up, and accounts that people do. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';
import { refreshPrices } from './prices.ts';

const provider = z.object({
  title: z.string(),
  /** What stands before the slash in the ids of its models; null where it is not set up. */
  name: z.string().nullable(),
  settings: z.array(z.object({ name: z.string(), description: z.string(), default: z.string().nullable() })),
});
export type Provider = z.infer<typeof provider>;

const PROVIDERS = ['providers'];

export const providersQuery = queryOptions({
  queryKey: PROVIDERS,
  queryFn: async ({ signal }) =>
    (await ask(z.object({ providers: z.array(provider) }), '/providers', { signal })).providers,
});

const accountModel = z.object({
  name: z.string(),
  /** The model of the price list that it is, where its name is another one. */
  standsFor: z.string().optional(),
  contextTokens: z.number().optional(),
  tools: z.boolean().optional(),
  images: z.boolean().optional(),
  leavesHouse: z.boolean().optional(),
  /** What may be sent in any minute; tokens of input and output together. */
  requestsPerMinute: z.number().optional(),
  tokensPerMinute: z.number().optional(),
});
export type AccountModel = z.infer<typeof accountModel>;

const account = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Without what is secret. */
  values: z.record(z.string(), z.string()),
  /** Names of the secret fields that are filled in. */
  secrets: z.array(z.string()),
  region: z.string(),
  leavesHouse: z.boolean(),
  allowPrivate: z.boolean(),
  enabled: z.boolean(),
  models: z.array(accountModel),
  modelsAskedAt: z.number().nullable(),
  /** Why it serves nothing; null where it does. */
  problem: z.string().nullable(),
});
export type Account = z.infer<typeof account>;

const accountKind = z.object({
  kind: z.string(),
  title: z.string(),
  help: z.string(),
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      help: z.string(),
      type: z.enum(['text', 'secret', 'address']),
      required: z.boolean(),
      standard: z.string().nullable(),
    }),
  ),
  ownMachines: z.boolean(),
  /** An example of the region that it needs; null where it needs none. */
  region: z.string().nullable(),
  offersListed: z.boolean(),
  isListed: z.boolean(),
  canAsk: z.boolean(),
});
export type AccountKind = z.infer<typeof accountKind>;

const ACCOUNTS = [...PROVIDERS, 'accounts'];

export const accountsQuery = queryOptions({
  queryKey: ACCOUNTS,
  queryFn: ({ signal }) =>
    ask(z.object({ accounts: z.array(account), kinds: z.array(accountKind) }), '/provider-accounts', { signal }),
});

/** After a change of accounts: they, and the models and prices that come from them. */
export async function refreshAccounts(client: QueryClient): Promise<void> {
  // The house is refreshed with the prices.
  await Promise.all([client.invalidateQueries({ queryKey: ACCOUNTS }), refreshPrices(client)]);
}

/** What a form has of an account; secrets that are left out stay as they are. */
export interface AccountInput {
  readonly kind: string;
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  readonly region: string;
  readonly leavesHouse: boolean;
  readonly allowPrivate: boolean;
  readonly models: readonly AccountModel[];
}

export const createAccount = (input: AccountInput): Promise<Account> =>
  ask(account, '/provider-accounts', { method: 'POST', body: input });

export const changeAccount = (
  id: string,
  input: Partial<Omit<AccountInput, 'kind' | 'name'> & { readonly enabled: boolean }>,
): Promise<Account> => ask(account, `/provider-accounts/${encodeURIComponent(id)}`, { method: 'PATCH', body: input });

export const deleteAccount = (id: string): Promise<void> =>
  ask(z.undefined(), `/provider-accounts/${encodeURIComponent(id)}`, { method: 'DELETE' });

/** Asks the server of an account which models it has, and keeps them. */
export const askModels = (id: string): Promise<Account> =>
  ask(account, `/provider-accounts/${encodeURIComponent(id)}/ask-models`, { method: 'POST' });

const tried = z.object({ ok: z.boolean(), words: z.string() });
export type Tried = z.infer<typeof tried>;

/** Tries an account as it is stored with a real request. */
export const tryAccount = (id: string): Promise<Tried> =>
  ask(tried, `/provider-accounts/${encodeURIComponent(id)}/test`, { method: 'POST', body: {} });

/** Tries what a form has; `account` is the one that is being changed, `model` the one to ask. */
export const tryInput = (
  input: AccountInput,
  { account: id, model }: { readonly account: string | null; readonly model: string },
): Promise<Tried> =>
  ask(tried, '/provider-accounts/test', {
    method: 'POST',
    body: { ...input, ...(id !== null && { account: id }), ...(model !== '' && { model }) },
  });
