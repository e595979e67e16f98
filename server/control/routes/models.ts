/** Models and providers. */
import { z } from 'zod';
import { TOKENIZERS } from '../../../policies/model.ts';
import { BREAKER_STATES } from '../../gateway/breaker.ts';
import type { UpstreamState } from '../../gateway/upstreams.ts';
import { providerChoices } from '../../providers/index.ts';
import { TRAFFIC_MS, unpricedModels } from '../price-traffic.ts';
import { priceSchema } from '../prices.ts';
import { type ControlDeps, defineRoute, type Route } from '../route.ts';

export const modelSchema = z
  .object({
    id: z.string(),
    provider: z.string(),
    name: z.string().meta({ description: 'The name that the provider knows it by.' }),
    names: z.array(z.string()).meta({ description: 'What apps may call it by, besides its id.' }),
    label: z.string(),
    price: priceSchema.nullable(),
    tier: z.enum(['small', 'standard', 'large']),
    contextTokens: z.int().nullable(),
    imageTokens: z.int().meta({ description: 'The most tokens that one image can cost.' }),
    tokenizer: z.enum(TOKENIZERS).nullable().meta({ description: 'What it reads texts with; null where not known.' }),
    boundFactor: z.number().optional(),
    supports: z.object({
      tools: z.boolean(),
      images: z.boolean(),
      audio: z.boolean(),
      files: z.boolean(),
      jsonSchema: z.boolean(),
    }),
    embeddings: z.enum(['also', 'only']).optional().meta({
      description: 'Whether it makes embeddings too, or nothing but them; not there where it makes none.',
    }),
    leavesHouse: z.boolean(),
    region: z.string().optional().meta({ description: 'Where its machines stand; not there where that is not said.' }),
  })
  .meta({ id: 'Model' });
/** How a model is doing, from memory: since the gateway has started, at most. */
const health = z
  .object({
    state: z.enum(BREAKER_STATES).meta({
      description:
        'Whether it is called: closed (as usual), resting (left alone after one failure), open (left alone, since it keeps failing), half_open (one call is let through to try it).',
    }),
    openInMs: z.number().meta({ description: 'Until it is called again.' }),
    calls: z.int().meta({ description: 'That ended in the last 5 minutes.' }),
    errorRate: z.number().nullable().meta({ description: 'Share of the calls; null without any.' }),
    firstTokenMs: z.number().nullable().meta({ description: 'Mean time to the first content of an answer.' }),
    tokensPerSecond: z.number().nullable(),
    underWay: z.int().meta({ description: 'Calls that have not ended.' }),
  })
  .meta({ id: 'ModelHealth' });

function healthOf(state: UpstreamState | undefined): z.input<typeof health> | null {
  if (!state) return null;
  const { errors, calls, ...rest } = state;
  return { ...rest, calls, errorRate: calls === 0 ? null : errors / calls };
}

/** The models of an organisation, each with the aliases and the bare name that lead to it. */
export function modelsOf(deps: ControlDeps, organisation: string): z.input<typeof modelSchema>[] {
  const { models, lookup, aliases } = deps.models(organisation);
  return models.map((one) => {
    const own = [...aliases].flatMap(([name, model]) => (model === one.id ? [name] : []));
    return { ...one, names: [...own, ...(lookup(one.name)?.id === one.id ? [one.name] : [])] };
  });
}

const provider = z
  .object({
    title: z.string(),
    name: z.string().nullable().meta({
      description: 'What stands before the slash in the ids of its models; null where it is not set up.',
    }),
    settings: z
      .array(z.object({ name: z.string(), description: z.string(), default: z.string().nullable() }))
      .readonly()
      .meta({ description: 'Settings of the environment, without their values.' }),
  })
  .meta({ id: 'Provider' });
const unpriced = z
  .object({
    id: z.string(),
    label: z.string(),
    offered: z.boolean().meta({ description: 'False for one that requests have named and no provider lists.' }),
    requests: z.int().meta({ description: 'That it answered; what they cost is not known.' }),
    refused: z.int().meta({ description: 'That a budget in dollars refused because of it.' }),
  })
  .meta({ id: 'UnpricedModel' });

export const modelRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/models',
    may: 'read house',
    tag: 'Models',
    summary: 'The models of the configured providers, at the prices of now, with how they have been doing.',
    status: 200,
    response: z.object({
      models: z.array(
        modelSchema
          .extend({ health: health.nullable().meta({ description: 'Null for one that was not called.' }) })
          .meta({ id: 'ModelWithHealth' }),
      ),
    }),
    handle: (_input, { deps, actor }) => {
      const states = deps.modelStates(actor.organisation);
      const models = modelsOf(deps, actor.organisation);
      return { models: models.map((model) => ({ ...model, health: healthOf(states.get(model.id)) })) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/providers',
    may: 'read house',
    tag: 'Models',
    summary: 'Every provider that can be set up, under which name it is, and the settings that do it.',
    status: 200,
    response: z.object({ providers: z.array(provider) }),
    handle: (_input, { deps }) => ({ providers: [...providerChoices(deps.providers)] }),
  }),
  defineRoute({
    method: 'post',
    path: '/models/find',
    may: 'read house',
    tag: 'Models',
    summary: 'The models that names lead to, also names that are not listed, such as dated ones; null for none.',
    status: 200,
    body: z.strictObject({ names: z.array(z.string().max(200)).max(500) }),
    response: z.object({ found: z.record(z.string(), modelSchema.nullable()) }),
    handle: ({ body }, { deps, actor }) => {
      const { lookup } = deps.models(actor.organisation);
      const found = body.names.map((name) => {
        const model = lookup(name);
        return [name, model ? { ...model, names: [] } : null] as const;
      });
      return { found: Object.fromEntries(found) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/models/unpriced',
    may: 'read house',
    tag: 'Models',
    summary: 'Models without a price: those that are offered, and those that the last 30 days of requests have named.',
    status: 200,
    response: z.object({ models: z.array(unpriced) }),
    handle: async (_input, { deps, actor }) => {
      const { organisation } = actor;
      const since = { organisation, from: Date.now() - TRAFFIC_MS };
      return { models: await unpricedModels(deps.records, since, deps.models(organisation)) };
    },
  }),
];
