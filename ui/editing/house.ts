/** The house that a policy is drawn in: what checking it and trying it out have to know. */
import type { Budget } from '../../policies/budget.ts';
import type { CheckContext } from '../../policies/check.ts';
import { findKind } from '../../policies/compile.ts';
import { callersChoose } from '../../policies/free-tags.ts';
import type { Graph } from '../../policies/graph.ts';
import { allowedModels } from '../../policies/key-limits.ts';
import type { Model } from '../../policies/model.ts';
import type { SimulationWorld } from '../../policies/simulate.ts';
import { type HouseAnswer, namesIn } from '../api/house.ts';
import type { OrganisationPolicy } from '../api/organisation-policy.ts';
import type { PinnedVersions } from '../api/pinned.ts';
import type { Policy } from '../api/policy.ts';
import { tokenCounter } from './token-counter.ts';

export interface House {
  readonly answer: HouseAnswer;
  readonly models: readonly Model[];
  /** Names by id, those of policies too. */
  readonly budgetNames: ReadonlyMap<string, string>;
  readonly check: CheckContext;
  /** What runs before the policy; null where nothing does, and before that one itself. */
  readonly before: OrganisationPolicy | null;
  /** The world of a request that comes with the key of that id; of nobody in particular without one. */
  world(key: string | null): SimulationWorld;
}

/** Models by names that the house does not list; null for names that lead to none. */
export type FoundModels = Readonly<Record<string, HouseAnswer['models'][number] | null>>;

/**
 * Puts the answer of the server into the forms that the policy language asks for, as `policy` has to know it: null for a
 * drawing that is of none yet. `pinned` are the versions of other policies that it goes on in, null while they are not known.
 */
export function houseOf(
  answer: HouseAnswer,
  policy: Pick<Policy, 'id' | 'project'> | null = null,
  found: FoundModels = {},
  pinned: PinnedVersions | null = null,
): House {
  const models = new Map<string, Model>();
  for (const model of answer.models) for (const name of [...model.names, model.id]) models.set(name, model);
  for (const [name, model] of Object.entries(found)) if (model) models.set(name, model);
  const budgets = new Map<string, Budget>(answer.budgets.map(({ budget }) => [budget.id, budget]));
  const uses = new Map(answer.budgets.map(({ budget, use }) => [budget.id, use]));
  const { organisationPolicy } = answer;
  const isFirst = organisationPolicy !== null && organisationPolicy.id === policy?.id;
  const before = isFirst ? null : organisationPolicy;
  const of = typeof policy?.project === 'string' ? 'project' : 'organisation';
  const check: CheckContext = {
    // Which policies are behind it only the server knows: it looks at them before it publishes.
    place: isFirst ? { of: 'everybody', behind: [] } : { of, before },
    models: (name) => models.get(name),
    budget: (id) => budgets.get(id),
    callersChoose: (tag) => callersChoose(answer.keys, tag),
    hasChannel: (name) => answer.channels.some((channel) => channel.name === name),
    ...(pinned && { versions: (policy, version) => pinned.get(`${policy}@${version}`) }),
  };
  return {
    answer,
    models: answer.models,
    budgetNames: namesIn(answer),
    check,
    before,
    world(id) {
      const key = answer.keys.find((one) => one.id === id);
      const project = answer.projects.find((one) => one.id === key?.project);
      return {
        ...check,
        counter: tokenCounter,
        allowedModels: key?.models ? allowedModels(key.models, (alias) => models.get(alias)?.id) : null,
        state: (budget, scope) => uses.get(budget.id)?.find((use) => use.scope === scope) ?? { spent: 0, held: 0 },
        facts: { key: { id: key?.id ?? '', name: key?.name ?? '' }, project: project?.name ?? '', app: null },
      };
    },
  };
}

/** Names of models in a graph that the house does not list: dated ones, for instance, or those that nobody offers. */
export function unlistedModels(graph: Graph, { models }: House): string[] {
  const listed = new Set(models.flatMap(({ id, name }) => [id, name]));
  const names = graph.nodes.flatMap((node) => {
    const bound = findKind(node.kind)?.bind(node.settings);
    return bound?.ok ? [...(bound.node.models ?? []), ...(bound.node.shadows ?? [])] : [];
  });
  return [...new Set(names)].filter((name) => name !== 'asked' && !listed.has(name)).sort();
}
