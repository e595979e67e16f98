/** What limits a key: how it is given, how it is kept, and how requests find it, with nothing left to be parsed. */
import type { Knex } from 'knex';
import { z } from 'zod';
import {
  type AllowedModels,
  allowedModels,
  KEY_ENDPOINTS,
  type KeyEndpoint,
  modelEntryProblem,
} from '../../policies/key-limits.ts';
import { type Network, readNetwork } from '../../policies/network.ts';
import { SignalboxError } from '../errors.ts';
import { idSchema, momentSchema } from './input.ts';

const modelEntry = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .superRefine((entry, context) => {
    const message = modelEntryProblem(entry);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

const networkText = z
  .string()
  .trim()
  .max(60)
  .superRefine((text, context) => {
    const read = readNetwork(text);
    if (!read.ok) context.addIssue({ code: 'custom', message: read.why });
  });

/** The members of a key that limit it; null stands for no limit. */
export const limitFields = {
  policies: z.array(idSchema).max(200).nullable().meta({
    description: 'Ids of the policies that the key may use; null for those of its project and of the organisation.',
  }),
  endpoints: z
    .array(z.enum(KEY_ENDPOINTS))
    .min(1)
    .max(KEY_ENDPOINTS.length)
    .nullable()
    .meta({ description: 'What the key may be used for; null for everything.' }),
  models: z.array(modelEntry).min(1).max(50).nullable().meta({
    description:
      'Models that may be called for the key, whatever the policy chooses: ids, patterns such as openai/*, aliases; null for all.',
  }),
  networks: z.array(networkText).min(1).max(50).nullable().meta({
    description: 'Addresses and networks from which the key may be used, such as 10.0.0.0/8; null for everywhere.',
  }),
  expiresAt: momentSchema
    .nullable()
    .meta({ description: 'From when on the key is refused, in milliseconds since 1970; null for never.' }),
};

export const keyLimitsSchema = z.strictObject(limitFields);
export type KeyLimitsInput = z.output<typeof keyLimitsSchema>;

/** Limits as they are kept: each network in its one way of writing, and nothing twice. */
export function tidyLimits(limits: KeyLimitsInput): KeyLimitsInput {
  const networks = limits.networks?.map((text) => {
    const read = readNetwork(text);
    return read.ok ? read.text : text;
  });
  return {
    policies: unique(limits.policies),
    endpoints: unique(limits.endpoints),
    models: unique(limits.models),
    networks: unique(networks ?? null),
    expiresAt: limits.expiresAt,
  };
}

const unique = <T>(list: readonly T[] | null): T[] | null => list && [...new Set(list)];

const listTo = (list: readonly string[] | null): string | null => (list === null ? null : JSON.stringify(list));

/** Limits as they stand in a row. */
export const limitColumns = (limits: KeyLimitsInput) => ({
  policies_json: listTo(limits.policies),
  endpoints_json: listTo(limits.endpoints),
  models_json: listTo(limits.models),
  networks_json: listTo(limits.networks),
  expires_at: limits.expiresAt,
});

/**
 * Throws `not_found` for a policy or an alias that is not there, and `invalid_input` for an end in the past that is not the
 * one that the key has already.
 */
export async function requirePossible(
  trx: Knex,
  organisation: string,
  { policies, models, expiresAt }: KeyLimitsInput,
  endsAt: number | null,
): Promise<void> {
  const known = new Set<string>(await trx('policies').where({ organisation }).pluck('id'));
  for (const policy of policies ?? []) {
    if (!known.has(policy)) throw new SignalboxError('not_found', { what: `policy of the id ${policy}` });
  }
  const aliases = new Set<string>(await trx('model_aliases').where({ organisation }).pluck('name'));
  for (const entry of models ?? []) {
    if (!entry.includes('/') && !aliases.has(entry)) {
      throw new SignalboxError('not_found', { what: `alias “${entry}” of a model` });
    }
  }
  if (expiresAt !== null && expiresAt !== endsAt && expiresAt <= Date.now()) {
    throw new SignalboxError('invalid_input', {
      why: 'The key would have expired already. Choose a moment to come, or revoke the key',
    });
  }
}

/** Limits as requests are held against them; null in each place where there is none. */
export interface KeyLimits {
  readonly endpoints: ReadonlySet<KeyEndpoint> | null;
  readonly models: AllowedModels | null;
  readonly networks: readonly Network[] | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | null;
}

/** Networks of a list; one that cannot be read any more lets nobody in. */
const readable = (texts: readonly string[]): Network[] =>
  texts.map(readNetwork).flatMap((read) => (read.ok ? [read.network] : []));

/** What a key is held to besides its policies; null where that is nothing. `modelOf` gives the model of an alias. */
export function limitsOf(
  { endpoints, models, networks, expiresAt }: Omit<KeyLimitsInput, 'policies'>,
  modelOf: (alias: string) => string | undefined,
): KeyLimits | null {
  if (endpoints === null && models === null && networks === null && expiresAt === null) return null;
  return {
    endpoints: endpoints && new Set(endpoints),
    models: models && allowedModels(models, modelOf),
    networks: networks && readable(networks),
    expiresAt,
  };
}
