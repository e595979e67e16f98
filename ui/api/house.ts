/** What else is in the organisation: people, budgets, models, keys, projects and teams. */
import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { TOKENIZERS } from '../../policies/model.ts';
import { storedBudgetSchema } from './budgets.ts';
import { ask } from './client.ts';
import { organisationPolicySchema } from './organisation-policy.ts';
import { policySchema } from './policy.ts';

const person = z.object({ id: z.string(), name: z.string() });

/** Names by id. */
export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: async ({ signal }) => {
    const { people } = await ask(z.object({ people: z.array(person) }), '/people/names', { signal });
    return new Map(people.map(({ id, name }) => [id, name]));
  },
});

const rate = z.object({
  aboveInputTokens: z.number(),
  input: z.number(),
  cachedInput: z.number(),
  cacheWrite: z.number(),
  cacheWriteHour: z.number().optional(),
  audioInput: z.number().optional(),
  cachedAudio: z.number().optional(),
  imageInput: z.number().optional(),
  output: z.number(),
  audioOutput: z.number().optional(),
  perRequest: z.number().optional(),
});

export const priceSchema = z.tuple([rate], rate);

const model = z.object({
  id: z.string(),
  provider: z.string(),
  name: z.string(),
  /** What apps may call it by, besides its id. */
  names: z.array(z.string()),
  label: z.string(),
  price: priceSchema.nullable(),
  tier: z.enum(['small', 'standard', 'large']),
  contextTokens: z.number().nullable(),
  imageTokens: z.number(),
  tokenizer: z.enum(TOKENIZERS).nullable(),
  supports: z.object({
    tools: z.boolean(),
    images: z.boolean(),
    audio: z.boolean(),
    files: z.boolean(),
    jsonSchema: z.boolean(),
  }),
  embeddings: z.enum(['also', 'only']).optional(),
  boundFactor: z.number().default(1),
  leavesHouse: z.boolean(),
  /** Where its machines stand; not there where that is not said. */
  region: z.string().optional(),
});

const budget = z.object({
  budget: storedBudgetSchema,
  /** Of each scope that was used in the open window; in the unit of the budget. */
  use: z.array(
    z.object({
      scope: z.string(),
      spent: z.number(),
      held: z.number(),
      resetsAt: z.number().nullable(),
      /** What was added to the limit for the open window. */
      toppedUp: z.number().optional(),
    }),
  ),
});

const key = z.object({
  id: z.string(),
  project: z.string(),
  name: z.string(),
  prefix: z.string(),
  fixedTags: z.record(z.string(), z.string()),
  requiredTags: z.array(z.string()),
  tagChoices: z.record(z.string(), z.array(z.string())),
  policies: z.array(z.string()).nullable(),
  /** The models that it may use: ids, patterns and aliases; null for all. */
  models: z.array(z.string()).nullable(),
});

const houseSchema = z.object({
  models: z.array(model),
  budgets: z.array(budget),
  /** Where messages go. */
  channels: z.array(
    z.object({ id: z.string(), name: z.string(), kind: z.enum(['webhook', 'slack', 'email']), shown: z.string() }),
  ),
  /** Those in use. */
  keys: z.array(key),
  projects: z.array(
    z.object({
      id: z.string(),
      team: z.string(),
      name: z.string(),
      defaultPolicy: z.string().nullable(),
      /** Who pays for it; null for whoever pays for its team. */
      costCentre: z.string().nullable(),
    }),
  ),
  teams: z.array(z.object({ id: z.string(), name: z.string(), costCentre: z.string().nullable() })),
  defaultPolicy: z.string().nullable(),
  /** The policy that runs before every other one; null where there is none. */
  organisationPolicy: organisationPolicySchema.nullable(),
  /** All policies, those in the archive too. */
  policies: z.array(policySchema.pick({ id: true, name: true, title: true, liveVersion: true, archived: true })),
  /** Values of tags that were seen in requests of the last week, the most frequent first. */
  tags: z.record(z.string(), z.array(z.string())),
});
export type HouseAnswer = z.infer<typeof houseSchema>;

const HOUSE = ['house'];

export const houseQuery = queryOptions({
  queryKey: HOUSE,
  queryFn: ({ signal }) => ask(houseSchema, '/house', { signal }),
});

/** After a change of what is in it. */
export function refreshHouse(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: HOUSE });
}

/** The models that names lead to which the house does not list; null for those that lead to none. */
export const foundModelsQuery = (names: readonly string[]) =>
  queryOptions({
    queryKey: ['house', 'models', names],
    staleTime: 60_000,
    enabled: names.length > 0,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const answer = z.object({ found: z.record(z.string(), model.nullable()) });
      return (await ask(answer, '/models/find', { method: 'POST', body: { names }, signal })).found;
    },
  });

/** Names of budgets by id, and of policies, which settings hold by their ids too. */
export const namesIn = ({ budgets, policies }: HouseAnswer): ReadonlyMap<string, string> =>
  new Map([...budgets.map(({ budget }) => budget), ...policies].map(({ id, name }) => [id, name]));

/** The names of `namesIn`. */
export const budgetNamesQuery = queryOptions({ ...houseQuery, select: namesIn });

/** Ids of the models that the configured providers offer. */
export const modelIdsQuery = queryOptions({
  ...houseQuery,
  select: ({ models }: HouseAnswer) => models.map(({ id }) => id),
});
