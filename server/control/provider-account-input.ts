/** What people may say of an account of a provider, and whether an account can be made of it. */
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import { type Account, accountModelSchema } from '../providers/accounts/account.ts';
import type { AccountKind } from '../providers/accounts/kind.ts';
import { findAccountKind } from '../providers/accounts/kinds.ts';
import { settingsOf } from '../providers/accounts/live.ts';
import { refusedHost } from '../providers/network.ts';

/** Models that an account keeps. */
export const MOST_MODELS = 3000;
export const modelsSchema = z
  .array(accountModelSchema)
  .max(MOST_MODELS)
  .refine((models) => new Set(models.map(({ name }) => name)).size === models.length, 'each model is named once');

const fields = {
  name: z
    .string()
    .trim()
    .max(40)
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'a name is small letters, digits and hyphens')
    .refine((name) => name !== 'policy', 'apps name policies by it: policy/grading, for instance. Choose another')
    .meta({ description: 'What stands before the slash in the ids of its models. It stays as it is.' }),
  values: z
    .record(z.string(), z.string().trim().max(4000))
    .meta({ description: 'By the names of the fields of its kind. A secret that is left out stays as it is.' }),
  region: z.string().trim().max(60).meta({ description: 'Where its machines stand; empty where that is not said.' }),
  leavesHouse: z.boolean(),
  allowPrivate: z.boolean().meta({
    description: 'Whether it may be reached in the gateway’s own network although requests to it leave the house.',
  }),
  enabled: z.boolean(),
  models: modelsSchema,
};

export const accountInputSchema = z.strictObject({
  kind: z.string().max(40),
  name: fields.name,
  values: fields.values,
  region: fields.region.default(''),
  leavesHouse: fields.leavesHouse,
  allowPrivate: fields.allowPrivate.default(false),
  models: fields.models.default([]),
});
export type AccountInput = z.output<typeof accountInputSchema>;

export const accountChangeSchema = z.strictObject({
  values: fields.values.optional(),
  region: fields.region.optional(),
  leavesHouse: fields.leavesHouse.optional(),
  allowPrivate: fields.allowPrivate.optional(),
  enabled: fields.enabled.optional(),
  models: fields.models.optional(),
});
export type AccountChange = z.output<typeof accountChangeSchema>;

export const refuse = (why: string): SignalboxError => new SignalboxError('invalid_input', { why });

/** The kind of that name. Throws `invalid_input`. */
export function requireKind(name: string): AccountKind {
  const kind = findAccountKind(name);
  if (!kind) throw refuse(`kind: there is no kind of provider “${name}”. Choose one of those that are offered`);
  return kind;
}

/** What is said of an account, its secrets in the open: to be stored, or to be tried. */
export interface OpenAccount {
  readonly account: Omit<Account, 'sealed'>;
  readonly secret: Readonly<Record<string, string>>;
}

const hostOf = (address: string | undefined): string => {
  if (!address) return '';
  return URL.canParse(address) ? new URL(address).host : address;
};

/**
 * Puts what is given of an account's fields beside what is stored of them. A key goes with the address that it was entered
 * for: with another one, it has to be entered anew. Throws `invalid_input`.
 */
export function withValues(
  kind: AccountKind,
  before: OpenAccount | null,
  given: Readonly<Record<string, string>>,
): Pick<OpenAccount, 'secret'> & { readonly values: Readonly<Record<string, string>> } {
  const values: Record<string, string> = { ...before?.account.values };
  const secret: Record<string, string> = { ...before?.secret };
  for (const [name, value] of Object.entries(given)) {
    const field = kind.fields.find((one) => one.name === name);
    if (!field) throw refuse(`values.${name}: ${kind.title} has no such field`);
    if (field.type !== 'secret') values[name] = value;
    else if (value !== '') secret[name] = value;
  }
  for (const { name, type, label } of kind.fields) {
    if (type !== 'address' || before === null || hostOf(values[name]) === hostOf(before.account.values[name])) continue;
    const kept = kind.fields.filter((one) => one.type === 'secret' && secret[one.name] && !given[one.name]);
    if (kept.length > 0) {
      const labels = kept.map((one) => `“${one.label}”`).join(', ');
      throw refuse(`“${label}” leads to another server now. Enter ${labels} anew, since it is sent there`);
    }
  }
  return { values, secret };
}

/** Throws `invalid_input` with what is wrong with an account. */
export function requireUsable(kind: AccountKind, { account, secret }: OpenAccount): void {
  const settings = settingsOf(account, kind, secret);
  for (const { name, label, type, required } of kind.fields) {
    const value = settings.values[name] ?? '';
    if (value === '' && required) throw refuse(`“${label}” is empty. ${kind.title} needs it`);
    if (value !== '' && type === 'address') requireAddress(label, value, account);
  }
  if (kind.region !== null && !/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(account.region)) {
    throw refuse(`${kind.title} needs a region, such as ${kind.region}`);
  }
  const problem = kind.problem?.(settings);
  if (problem) throw refuse(problem.replace(/\.$/, ''));
}

function requireAddress(label: string, value: string, account: OpenAccount['account']): void {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw refuse(`“${label}” is no web address. It begins with https:// or http://`);
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw refuse(`“${label}” has a name or a password before its host, or a # behind it. Leave them out`);
  }
  const refused = refusedHost(value, account.allowPrivate || !account.leavesHouse);
  if (refused !== null) throw refuse(refused.replace(/\.$/, ''));
}
