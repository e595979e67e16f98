/** The policies and models that a key may use, as OpenAI's and Anthropic's packages list them. */
import type { Request } from 'express';
import { z } from 'zod';
import { findKind, modelsWithin, reachableModels } from '../../policies/compile.ts';
import { parseGraph } from '../../policies/graph.ts';
import { type AllowedModels, allowsModel } from '../../policies/key-limits.ts';
import type { BoundNode } from '../../policies/kinds/kind.ts';
import type { Model } from '../../policies/model.ts';
import type { VersionLookup } from '../../policies/pinned.ts';
import { lookupIn } from '../control/pinned-versions.ts';
import type { KeyEntry, LivePolicy } from '../control/snapshot.ts';
import { SignalboxError } from '../errors.ts';
import { keyOf } from './caller-key.ts';
import type { OrganisationModels, Runtime } from './runtime.ts';

const POLICY = 'policy/';

/** What apps may write as the model of a request: a model, another name for one, or a policy that chooses one. */
type Offer = { readonly id: string; readonly label: string; readonly model: Model | null };

/** Models that a policy can call, "asked" included, by the live policy that they were read from. */
const reached = new WeakMap<LivePolicy, readonly string[]>();

function modelsReached(policy: LivePolicy, versions: VersionLookup): readonly string[] {
  let names = reached.get(policy);
  if (!names) {
    const graph = parseGraph(policy.graph);
    const bound = new Map<string, BoundNode>();
    for (const { id, kind, settings } of graph.nodes) {
      const result = findKind(kind)?.bind(settings);
      if (result?.ok) bound.set(id, result.node);
    }
    const start = graph.nodes.find(({ kind }) => kind === 'request');
    names = start ? reachableModels(graph, bound, (inner) => modelsWithin(inner, versions))(start.id) : [];
    reached.set(policy, names);
  }
  return names;
}

/** What a key can come to use through its policies. */
class Offers {
  readonly policies: readonly Offer[];
  readonly #models: OrganisationModels;
  /** Ids of models that a policy names itself. */
  readonly #named = new Set<string>();
  readonly #allowed: AllowedModels | null;
  /** A policy calls whatever it is asked for. */
  readonly #anyAsked: boolean;

  constructor(runtime: Runtime, key: KeyEntry) {
    const { snapshot } = runtime;
    const mandatory = runtime.mandatory(key.organisation)?.id;
    const policies = [...key.policies].flatMap((id) => (id === mandatory ? [] : (snapshot.policies.get(id) ?? [])));
    this.#models = runtime.models(key.organisation);
    this.#allowed = key.limits?.models ?? null;
    const versions = lookupIn(snapshot.pinned, key.organisation);
    const names = new Set(policies.flatMap((policy) => modelsReached(policy, versions)));
    this.#anyAsked = names.has('asked');
    for (const name of names) {
      const model = name === 'asked' ? undefined : this.#models.lookup(name);
      if (model) this.#named.add(model.id);
    }
    this.policies = policies.map(({ name }) => ({ id: POLICY + name, label: name, model: null }));
  }

  all(): Offer[] {
    const { models, aliases } = this.#models;
    const ids = new Set([...(this.#anyAsked ? models.map(({ id }) => id) : []), ...this.#named]);
    return [...this.policies, ...[...aliases.keys(), ...ids].flatMap((name) => this.find(name) ?? [])];
  }

  /** By a name that an app may use, also a bare one. */
  find(name: string): Offer | undefined {
    if (name.startsWith(POLICY)) return this.policies.find(({ id }) => id === name);
    const { lookup, aliases } = this.#models;
    const model = lookup(name);
    if (!model || !(this.#anyAsked || this.#named.has(model.id))) return undefined;
    if (!allowsModel(this.#allowed, model.id)) return undefined;
    return aliases.has(name) ? { id: name, label: name, model } : { id: model.id, label: model.label, model };
  }
}

/** What both lists say besides their own members; of a policy nothing is known before it has chosen. */
function abilities(model: Model | null): Record<string, unknown> {
  if (!model) return {};
  const { supports, embeddings } = model;
  return {
    input_modalities: [
      'text',
      ...(supports.images ? ['image'] : []),
      ...(supports.audio ? ['audio'] : []),
      ...(supports.files ? ['file'] : []),
    ],
    output_modalities: [...(embeddings === 'only' ? [] : ['text']), ...(embeddings ? ['embeddings'] : [])],
    supports_tools: supports.tools,
    supports_json_schema: supports.jsonSchema,
  };
}

const openAiModel = ({ id, model }: Offer) => ({
  id,
  object: 'model',
  created: 0,
  owned_by: model?.provider ?? 'signalbox',
  ...(model && { context_length: model.contextTokens }),
  ...abilities(model),
});

const anthropicModel = ({ id, label, model }: Offer) => ({
  type: 'model',
  id,
  display_name: label,
  // The start of time, as Anthropic has it where a date is not known.
  created_at: '1970-01-01T00:00:00Z',
  ...(model && { max_input_tokens: model.contextTokens }),
  ...abilities(model),
});

/** Whether a program speaks Anthropic's protocol. */
export const speaksAnthropic = ({ headers }: Pick<Request, 'headers'>): boolean =>
  headers['anthropic-version'] !== undefined;

const pageSchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  after_id: z.string().optional(),
  before_id: z.string().optional(),
});

/** A page as Anthropic's packages ask for it. Throws `invalid_request` for a place that is none. */
function anthropicPage(offers: readonly Offer[], query: unknown) {
  const parsed = pageSchema.safeParse(query);
  if (!parsed.success) throw new SignalboxError('invalid_request', { why: '"limit" is a number from 1 to 1000' });
  const { limit, after_id: after, before_id: before } = parsed.data;
  const place = offers.findIndex(({ id }) => id === (after ?? before));
  if (place < 0 && (after ?? before) !== undefined) {
    throw new SignalboxError('invalid_request', { why: 'the page after or before an unknown model was asked for' });
  }
  const [from, to] =
    before !== undefined && after === undefined ? [Math.max(0, place - limit), place] : [place + 1, place + 1 + limit];
  const data = offers.slice(from, to).map(anthropicModel);
  const more = before !== undefined && after === undefined ? from > 0 : to < offers.length;
  return { data, has_more: more, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

/** Everything that the key of a request may use. Throws SignalboxError: those of `keyOf`, `invalid_request`. */
export function listModels(runtime: Runtime, req: Request): unknown {
  const offers = new Offers(runtime, keyOf(req, runtime.snapshot, 'models')).all();
  if (speaksAnthropic(req)) return anthropicPage(offers, req.query);
  return { object: 'list', data: offers.map(openAiModel) };
}

/** One of them. Throws SignalboxError: those of `keyOf`, `unknown_model`. */
export function findModel(runtime: Runtime, req: Request, name: string): unknown {
  const offer = new Offers(runtime, keyOf(req, runtime.snapshot, 'models')).find(name);
  if (!offer) throw new SignalboxError('unknown_model', { model: name });
  return speaksAnthropic(req) ? anthropicModel(offer) : openAiModel(offer);
}
