/** The house that a policy is drawn in: what checking it and trying it out have to know. */
import type { Budget } from '../../policies/budget.ts';
import type { CheckContext } from '../../policies/check.ts';
import { findKind } from '../../policies/compile.ts';
import { callersChoose } from '../../policies/free-tags.ts';
import type { Graph } from '../../policies/graph.ts';
import type { Model } from '../../policies/model.ts';
import type { SimulationWorld } from '../../policies/simulate.ts';
import { type HouseAnswer, namesIn } from '../api/house.ts';
import type { PinnedVersions } from '../api/pinned.ts';
import { tokenCounter } from './token-counter.ts';

export interface House {
  readonly answer: HouseAnswer;
  readonly models: readonly Model[];
  /** Names by id, those of policies too. */
  readonly budgetNames: ReadonlyMap<string, string>;
  readonly check: CheckContext;
  /** The world of a request that comes with the key of that id; of nobody in particular without one. */
  world(key: string | null): SimulationWorld;
}

/** Models by names that the house does not list; null for names that lead to none. */
export type FoundModels = Readonly<Record<string, HouseAnswer['models'][number] | null>>;

/**
 * Puts the answer of the server into the forms that the policy language asks for; `pinned` are the versions of other policies
 * that the drawing goes on in, null while they are not known.
 */
export function houseOf(answer: HouseAnswer, found: FoundModels = {}, pinned: PinnedVersions | null = null): House {
  const models = new Map<string, Model>();
  for (const model of answer.models) for (const name of [...model.names, model.id]) models.set(name, model);
  for (const [name, model] of Object.entries(found)) if (model) models.set(name, model);
  const budgets = new Map<string, Budget>(answer.budgets.map(({ budget }) => [budget.id, budget]));
  const uses = new Map(answer.budgets.map(({ budget, use }) => [budget.id, use]));
  const check: CheckContext = {
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
    world(id) {
      const key = answer.keys.find((one) => one.id === id);
      const project = answer.projects.find((one) => one.id === key?.project);
      return {
        ...check,
        counter: tokenCounter,
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
