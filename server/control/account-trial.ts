/** Tries accounts of providers, saved or not: with a real request, and by asking for their models. */
import { z } from 'zod';
import type { Model } from '../../policies/model.ts';
import { SignalboxError } from '../errors.ts';
import { askModels } from '../providers/accounts/ask-models.ts';
import type { AccountKind, AccountSettings } from '../providers/accounts/kind.ts';
import { settingsOf } from '../providers/accounts/live.ts';
import { accountSource } from '../providers/accounts/source.ts';
import { sayTrouble, TROUBLES, type Tried, type TriedPlace, tryAccount } from '../providers/accounts/try-account.ts';
import { bedrockAddress } from '../providers/bedrock.ts';
import { UpstreamError } from '../providers/provider.ts';
import type { Control } from './control.ts';
import type { Actor } from './history.ts';
import { idSchema } from './input.ts';
import {
  accountInputSchema,
  type OpenAccount,
  refuse,
  requireKind,
  requireUsable,
  withValues,
} from './provider-account-input.ts';
import { type AccountTools, accountRow, keepModels, openAccount, type StoredAccount } from './provider-accounts.ts';

export const triedSchema = z
  .object({
    ok: z.boolean(),
    trouble: z.enum(TROUBLES).nullable().meta({ description: 'What is to be looked at; null where it worked.' }),
    words: z.string(),
    model: z.string().meta({ description: 'The model that was asked, by the provider’s own name.' }),
    milliseconds: z.int(),
  })
  .meta({ id: 'TriedAccount' });
type TriedModel = Tried & { readonly model: string };

const model = z.string().trim().max(200).optional().meta({
  description: 'The model to ask, by the provider’s own name; one that costs little where it is left out.',
});

export const trialSchema = z.strictObject({ model });
export const unsavedTrialSchema = accountInputSchema.extend({
  account: idSchema.optional().meta({ description: 'The account whose secrets are used where none are given.' }),
  model,
});

/** Names of models that cost little, as vendors write them. */
const CHEAP = /nano|micro|flash-lite|lite|mini|haiku|small|flash|fast|instant|8b|7b/i;

function modelToAsk({ account }: OpenAccount, kind: AccountKind, asked: string | undefined): Model {
  const source = accountSource({ ...account, sealed: null }, kind);
  const chats = source.models().filter(({ embeddings }) => embeddings !== 'only');
  const own = chats.filter(({ name }) => account.models.some((one) => one.name === name));
  const name = asked || (own[0] ?? chats.find((one) => CHEAP.test(one.name)) ?? chats[0])?.name;
  const found = name === undefined ? undefined : source.find(name);
  if (found) return found;
  throw refuse('It has no models yet. Name one of them, or ask its server which it has');
}

function placeOf({ account }: OpenAccount, kind: AccountKind, settings: AccountSettings, model: string): TriedPlace {
  const { region } = account;
  const address = settings.values.address || bedrockAddress(region);
  return { title: kind.title, host: new URL(address).host, region, model };
}

async function attempt(open: OpenAccount, kind: AccountKind, asked: string | undefined): Promise<TriedModel> {
  const settings = settingsOf(open.account, kind, open.secret);
  const model = modelToAsk(open, kind, asked);
  const provider = kind.create(settings);
  try {
    const tried = await tryAccount(provider, model, placeOf(open, kind, settings, model.name));
    return { ...tried, model: model.name };
  } finally {
    await provider.close();
  }
}

/** Tries an account as it is stored. */
export async function trySaved(
  control: Control,
  tools: AccountTools,
  actor: Actor,
  id: string,
  asked: string | undefined,
): Promise<TriedModel> {
  const open = openAccount(await accountRow(control.db, actor.organisation, id), tools.secrets);
  const kind = requireKind(open.account.kind);
  requireUsable(kind, open);
  return attempt(open, kind, asked);
}

/** Tries an account as it is in a form. */
export async function tryUnsaved(
  control: Control,
  tools: AccountTools,
  actor: Actor,
  { account: id, model: asked, values: given, ...input }: z.output<typeof unsavedTrialSchema>,
): Promise<TriedModel> {
  const kind = requireKind(input.kind);
  const row = id === undefined ? null : await accountRow(control.db, actor.organisation, id);
  const before = row && openAccount(row, tools.secrets);
  if (before && before.account.kind !== input.kind) throw refuse('An account stays of its kind');
  const { values, secret } = withValues(kind, before, given);
  const account = { ...input, values, id: id ?? '', organisation: actor.organisation, enabled: true };
  requireUsable(kind, { account, secret });
  return attempt({ account, secret }, kind, asked);
}

/** Asks the server of an account for its models, and keeps them. Throws `invalid_input` with what went wrong in words. */
export async function askAndKeep(
  control: Control,
  tools: AccountTools,
  actor: Actor,
  id: string,
): Promise<StoredAccount> {
  const open = openAccount(await accountRow(control.db, actor.organisation, id), tools.secrets);
  const kind = requireKind(open.account.kind);
  requireUsable(kind, open);
  if (!kind.modelList) throw refuse(`${kind.title} cannot be asked for its models. Name them yourself`);
  const settings = settingsOf(open.account, kind, open.secret);
  try {
    const models = await askModels(kind.modelList(settings), settings.connect);
    return await keepModels(control, tools, actor, id, models);
  } catch (error) {
    if (error instanceof SignalboxError || !(error instanceof UpstreamError)) throw error;
    throw refuse(sayTrouble(error, placeOf(open, kind, settings, 'its list of models')).words.replace(/\.$/, ''));
  }
}
