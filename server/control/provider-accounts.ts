/** Accounts of providers: set up by people, with their keys sealed, and never given out again. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import type { Account, AccountModel } from '../providers/accounts/account.ts';
import { findAccountKind } from '../providers/accounts/kinds.ts';
import { openedSecrets } from '../providers/accounts/live.ts';
import type { Secrets } from '../store/secrets.ts';
import type { Control } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema } from './input.ts';
import { policiesNaming, sayPolicies } from './policies-naming.ts';
import {
  type AccountChange,
  type AccountInput,
  MOST_MODELS,
  modelsSchema,
  type OpenAccount,
  refuse,
  requireKind,
  requireUsable,
  withValues,
} from './provider-account-input.ts';
import type { Snapshot } from './snapshot.ts';

/** Models that the history keeps by their names; of longer lists, their number. */
const MOST_IN_HISTORY = 100;

export const accountSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    values: z.record(z.string(), z.string()).meta({ description: 'Without what is secret.' }),
    secrets: z.array(z.string()).meta({ description: 'Names of the secret fields that are filled in.' }),
    region: z.string(),
    leavesHouse: z.boolean(),
    allowPrivate: z.boolean(),
    enabled: z.boolean(),
    models: modelsSchema,
    modelsAskedAt: momentSchema.nullable(),
    createdAt: momentSchema,
    problem: z.string().nullable().meta({ description: 'Why it serves nothing, as a sentence; null where it does.' }),
  })
  .meta({ id: 'ProviderAccount' });
export type StoredAccount = z.infer<typeof accountSchema>;

export interface AccountRow {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly kind: string;
  readonly values_json: string;
  readonly sealed: string | null;
  readonly region: string;
  /** SQLite knows numbers alone. */
  readonly leaves_house: boolean | number;
  readonly allow_private: boolean | number;
  readonly enabled: boolean | number;
  readonly models_json: string;
  readonly models_asked_at: number | null;
  readonly created_at: number;
}

/** An account as it is stored. */
export function toAccount(row: AccountRow): Account {
  const { id, organisation, name, kind, sealed, region } = row;
  return {
    id,
    organisation,
    name,
    kind,
    sealed,
    region,
    values: z.record(z.string(), z.string()).parse(JSON.parse(row.values_json)),
    leavesHouse: Boolean(row.leaves_house),
    allowPrivate: Boolean(row.allow_private),
    enabled: Boolean(row.enabled),
    models: modelsSchema.parse(JSON.parse(row.models_json)),
  };
}

/** What accounts are kept with. */
export interface AccountTools {
  readonly secrets: Secrets;
  /** Names of the providers that the environment sets up. */
  readonly taken: readonly string[];
}

function problemOf(account: Account, { secrets, taken }: AccountTools): string | null {
  if (taken.includes(account.name)) {
    return `The environment sets up a provider by the name “${account.name}” too, and that one is used. Take its settings away, or make this account under another name.`;
  }
  if (!findAccountKind(account.kind)) return 'This version of Signalbox does not know this kind of provider.';
  try {
    openedSecrets(account, secrets);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function toStored(row: AccountRow, tools: AccountTools): StoredAccount {
  const account = toAccount(row);
  const { id, name, kind, values, region, leavesHouse, allowPrivate, enabled, models } = account;
  const problem = problemOf(account, tools);
  let filled: string[] = [];
  try {
    filled = Object.keys(openedSecrets(account, tools.secrets));
  } catch {
    // The problem says it.
  }
  return {
    id,
    name,
    kind,
    values,
    region,
    leavesHouse,
    allowPrivate,
    enabled,
    problem,
    secrets: filled,
    models: [...models],
    modelsAskedAt: row.models_asked_at,
    createdAt: row.created_at,
  };
}

/** Names of all providers of an organisation: of the environment, and of its accounts. */
export function providerNames(
  { providerAccounts }: Snapshot,
  { providers }: { readonly providers: readonly string[] },
  organisation: string,
): string[] {
  const own = providerAccounts.filter((account) => account.organisation === organisation).map(({ name }) => name);
  return [...new Set([...providers, ...own])];
}

/** All accounts of an organisation by their names. */
export async function listAccounts(db: Knex, tools: AccountTools, organisation: string): Promise<StoredAccount[]> {
  const rows = await db<AccountRow>('provider_accounts').where({ organisation }).orderBy('name');
  return rows.map((row) => toStored(row, tools));
}

/** An account of the organisation. Throws `not_found`. */
export async function accountRow(db: Knex, organisation: string, id: string): Promise<AccountRow> {
  const row = await db<AccountRow>('provider_accounts').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'account of that id' });
  return row;
}

/** The history keeps no key, and of a long list of models how long it is. */
const sayAccount = ({
  name,
  kind,
  values,
  region,
  leavesHouse,
  allowPrivate,
  enabled,
  models,
}: OpenAccount['account']) => ({
  name,
  kind,
  values,
  region,
  leavesHouse,
  allowPrivate,
  enabled,
  models: models.length > MOST_IN_HISTORY ? models.length : models,
});

function columnsOf({ account, secret }: OpenAccount, secrets: Secrets): Omit<AccountRow, 'created_at'> {
  const { id, organisation, name, kind, values, region, leavesHouse, allowPrivate, enabled, models } = account;
  return {
    id,
    organisation,
    name,
    kind,
    region,
    enabled,
    values_json: JSON.stringify(values),
    sealed: Object.keys(secret).length === 0 ? null : secrets.seal(JSON.stringify(secret)),
    leaves_house: leavesHouse,
    allow_private: allowPrivate,
    models_json: JSON.stringify(models),
    models_asked_at: null,
  };
}

/** Makes an account; its models can be asked for at once. */
export async function createAccount(
  control: Control,
  tools: AccountTools,
  actor: Actor,
  { values: given, ...input }: AccountInput,
): Promise<StoredAccount> {
  const kind = requireKind(input.kind);
  const { values, secret } = withValues(kind, null, given);
  const account = { ...input, values, id: newId('acc'), organisation: actor.organisation, enabled: true };
  requireUsable(kind, { account, secret });
  if (tools.taken.includes(account.name)) throw new SignalboxError('already_exists', { what: 'provider' });
  const change = {
    action: 'provider_account.create',
    objectType: 'provider_account',
    objectId: account.id,
    reason: null,
  };
  return control.change(actor, change, async (trx) => {
    const taken = await trx('provider_accounts').where({ name: account.name }).first();
    if (taken) throw new SignalboxError('already_exists', { what: 'provider' });
    const row: AccountRow = { ...columnsOf({ account, secret }, tools.secrets), created_at: Date.now() };
    await trx('provider_accounts').insert(row);
    return { before: null, after: sayAccount(account), value: toStored(row, tools) };
  });
}

/** An account with its secrets opened. Throws `invalid_input` where they were sealed with another key. */
export function openAccount(row: AccountRow, secrets: Secrets): OpenAccount {
  const { sealed, ...account } = toAccount(row);
  try {
    return { account, secret: openedSecrets({ sealed }, secrets) };
  } catch (error) {
    throw refuse(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}

/** Changes what is given of an account; requests that are under way end as they began. */
export async function changeAccount(
  control: Control,
  tools: AccountTools,
  actor: Actor,
  id: string,
  { values: given = {}, ...input }: AccountChange,
): Promise<StoredAccount> {
  const change = { action: 'provider_account.change', objectType: 'provider_account', objectId: id, reason: null };
  return control.change(actor, change, async (trx) => {
    const row = await accountRow(trx, actor.organisation, id);
    const kind = requireKind(row.kind);
    const before = openedOrEmpty(row, tools.secrets);
    const { values, secret } = withValues(kind, before, given);
    const set = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    const account: OpenAccount['account'] = { ...before.account, ...set, values };
    // What is only switched off need not be right.
    if (account.enabled) requireUsable(kind, { account, secret });
    const { models_asked_at: _, ...columns } = columnsOf({ account, secret }, tools.secrets);
    await trx('provider_accounts').where({ id }).update(columns);
    const renewed = kind.fields.filter(({ name, type }) => type === 'secret' && given[name]).map(({ name }) => name);
    return {
      before: sayAccount(before.account),
      after: { ...sayAccount(account), ...(renewed.length > 0 && { enteredAnew: renewed }) },
      value: toStored({ ...row, ...columns }, tools),
    };
  });
}

/** Secrets that were sealed with another key are lost, and have to be entered anew. */
function openedOrEmpty(row: AccountRow, secrets: Secrets): OpenAccount {
  const { sealed, ...account } = toAccount(row);
  try {
    return { account, secret: openedSecrets({ sealed }, secrets) };
  } catch {
    return { account, secret: {} };
  }
}

/** Keeps what its server said of its models; what people have said of a model stays. */
export async function keepModels(
  control: Control,
  tools: AccountTools,
  actor: Actor,
  id: string,
  asked: readonly AccountModel[],
): Promise<StoredAccount> {
  const change = { action: 'provider_account.ask_models', objectType: 'provider_account', objectId: id, reason: null };
  return control.change(actor, change, async (trx) => {
    const row = await accountRow(trx, actor.organisation, id);
    const known = new Map(toAccount(row).models.map((model) => [model.name, model]));
    const added = asked.filter(({ name }) => !known.has(name));
    const merged = new Map(known);
    for (const model of asked) merged.set(model.name, { ...model, ...known.get(model.name) });
    const models = [...merged.values()].slice(0, MOST_MODELS);
    const columns = { models_json: JSON.stringify(models), models_asked_at: Date.now() };
    await trx('provider_accounts').where({ id }).update(columns);
    const names = added.slice(0, MOST_IN_HISTORY).map(({ name }) => name);
    return {
      before: { name: row.name, models: known.size },
      after: { name: row.name, models: models.length, added: names },
      value: toStored({ ...row, ...columns }, tools),
    };
  });
}

/** Deletes an account with its keys. Throws `invalid_input` while a live policy names one of its models. */
export async function deleteAccount(control: Control, actor: Actor, id: string): Promise<void> {
  const { organisation } = actor;
  const { name } = await accountRow(control.db, organisation, id);
  const { aliases } = control.snapshot();
  const led = new Set(
    aliases
      .filter((alias) => alias.organisation === organisation && alias.model.startsWith(`${name}/`))
      .map((alias) => alias.name),
  );
  const using = (await policiesNaming(control, organisation))(
    (model) => model.startsWith(`${name}/`) || led.has(model),
  ).filter(({ live }) => live);
  if (using.length > 0) {
    throw refuse(
      `The account “${name}” cannot be deleted: requests go through its models in ${sayPolicies(using)}. Switch it off, or publish other models there first`,
    );
  }
  const change = { action: 'provider_account.delete', objectType: 'provider_account', objectId: id, reason: null };
  await control.change(actor, change, async (trx) => {
    const account = toAccount(await accountRow(trx, organisation, id));
    await trx('provider_accounts').where({ id }).delete();
    return { before: sayAccount(account), after: null, value: undefined };
  });
}
