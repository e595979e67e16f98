/** Ends a comparison: one variant takes the place of the split. */
import type { Drawing, Graph } from '../graph.ts';
import { type Change, refused, withGraph, withLayout } from './change.ts';
import { called } from './names.ts';
import { reachedFrom } from './ways.ts';

/**
 * Leads what came to a split straight to where one of its variants leads, and takes out the split and what only other variants
 * led to. Stays as it is, with the reason, where there is no such split or the variant leads nowhere.
 */
export function takeVariant<D extends Drawing>(drawing: D, split: string, port: string): Change<D> {
  const { graph, layout } = drawing;
  const node = graph.nodes.find(({ id, kind }) => id === split && kind === 'split');
  if (!node) return refused(drawing, 'The drawing has no such split any more.');
  const target = graph.edges.find((edge) => edge.from === split && edge.port === port)?.to;
  if (target === undefined) return refused(drawing, `This variant of ${called(node)} leads nowhere.`);

  const edges = graph.edges
    .filter(({ from }) => from !== split)
    .map((edge) => (edge.to === split ? { ...edge, to: target } : edge));
  const gone = new Set([split, ...onlyBehind(graph, split, edges)]);
  const nodes = graph.nodes.filter(({ id }) => !gone.has(id));
  const taken = withGraph(drawing, { nodes, edges: edges.filter(({ from, to }) => !gone.has(from) && !gone.has(to)) });
  const positions = Object.fromEntries(Object.entries(layout.positions).filter(([id]) => !gone.has(id)));
  const lost = graph.nodes.filter(({ id }) => gone.has(id) && id !== split).map(called);
  const said = lost.length === 0 ? [] : [`${lost.join(', ')}: only other variants led there, so it is taken out too.`];
  return { drawing: withLayout(taken, { positions }), said };
}

/** Nodes behind a split that no request reaches any more by these edges. */
function onlyBehind(graph: Graph, split: string, edges: Graph['edges']): string[] {
  const starts = graph.nodes.filter(({ kind }) => kind === 'request').map(({ id }) => id);
  const reached = reachedFrom(edges, starts);
  return [...reachedFrom(graph.edges, [split])].filter((id) => id !== split && !reached.has(id));
}
