/** What a drawing asks of the outside, so that answers can be set for it. */
import { findKind } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';
import { measuredAmong } from '../../policies/kinds/model/model.ts';
import { lotOf, variantsOf } from '../../policies/kinds/split/split.ts';
import { MANDATORY } from '../../policies/mandatory.ts';

export interface Asks {
  /** Ids of budgets. */
  readonly budgets: readonly string[];
  /** Names of models as settings have them; "asked" for the one that the app asks for. */
  readonly models: readonly string[];
  /** Those of them that are chosen by how they are doing. */
  readonly measured: readonly string[];
  /** Nodes that limit how much passes in a time. */
  readonly throttles: readonly { readonly id: string; readonly title: string }[];
  /** Nodes that send shares different ways, with their variants. */
  readonly splits: readonly {
    readonly id: string;
    readonly title: string;
    readonly variants: readonly { readonly port: string; readonly label: string; readonly lot: number }[];
  }[];
  /** Nodes that keep answers. */
  readonly caches: readonly { readonly id: string; readonly title: string }[];
  /** Whether a node tells simple requests from complex ones. */
  readonly classifies: boolean;
}

/** What a drawing asks together with the graph that runs before it. */
export function asksBehind(graph: Graph, before: Graph | null): Asks {
  const own = asksOf(graph);
  if (before === null) return own;
  const first = asksOf(before);
  const placed = <T extends { readonly id: string }>(nodes: readonly T[]): T[] =>
    nodes.map((node) => ({ ...node, id: MANDATORY + node.id }));
  const both = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];
  return {
    budgets: both(first.budgets, own.budgets),
    models: both(first.models, own.models),
    measured: both(first.measured, own.measured),
    throttles: [...placed(first.throttles), ...own.throttles],
    splits: [...placed(first.splits), ...own.splits],
    caches: [...placed(first.caches), ...own.caches],
    classifies: first.classifies || own.classifies,
  };
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
  const splits = graph.nodes.flatMap(({ id, kind, title, settings }) => {
    const drawn = kind === 'split' ? variantsOf(settings) : [];
    const variants = drawn.flatMap(({ port, label }) => {
      const lot = lotOf(port, drawn);
      return lot === null ? [] : [{ port, label: label || port, lot }];
    });
    return variants.length > 1 ? [{ id, title: title || id, variants }] : [];
  });
  const measured = graph.nodes.flatMap(({ kind, settings }) => (kind === 'model' ? measuredAmong(settings) : []));
  const caches = graph.nodes.filter(({ kind }) => kind === 'cache');
  const throttles = graph.nodes.filter(({ kind }) => kind === 'throttle');
  return {
    splits,
    caches: caches.map(({ id, title }) => ({ id, title: title || id })),
    throttles: throttles.map(({ id, title }) => ({ id, title: title || id })),
    budgets: [...budgets],
    models: [...models],
    measured: [...new Set(measured)],
    classifies: graph.nodes.some(({ kind }) => kind === 'classify'),
  };
}
