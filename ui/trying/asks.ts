/** What a drawing asks of the outside, so that answers can be set for it. */
import { findKind } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';

export interface Asks {
  /** Ids of budgets. */
  readonly budgets: readonly string[];
  /** Names of models as settings have them; "asked" for the one that the app asks for. */
  readonly models: readonly string[];
  /** Nodes that limit how much passes in a time. */
  readonly throttles: readonly { readonly id: string; readonly title: string }[];
  /** Whether a node tells simple requests from complex ones. */
  readonly classifies: boolean;
}

/** Each budget and model once, in the order of the nodes; of settings that do not fit nothing is known. */
export function asksOf(graph: Graph): Asks {
  const budgets = new Set<string>();
  const models = new Set<string>();
  for (const { kind, settings } of graph.nodes) {
    const bound = findKind(kind)?.bind(settings);
    if (!bound?.ok) continue;
    for (const budget of bound.node.budgets ?? []) budgets.add(budget);
    for (const model of bound.node.models ?? []) models.add(model);
  }
  const throttles = graph.nodes.filter(({ kind }) => kind === 'throttle');
  return {
    throttles: throttles.map(({ id, title }) => ({ id, title: title || id })),
    budgets: [...budgets],
    models: [...models],
    classifies: graph.nodes.some(({ kind }) => kind === 'classify'),
  };
}
