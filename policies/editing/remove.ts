/** Deleting nodes and notes, and closing the ways that led through them. */
import type { Drawing, Graph } from '../graph.ts';
import { type Change, withGraph, withLayout } from './change.ts';
import { called } from './names.ts';
import { stickyOnCanvas } from './stickies.ts';
import { type Edge, reachedFrom } from './ways.ts';

/**
 * Deletes nodes and notes (these named as `stickyOnCanvas` does). Where a node leads to one other only, what led to it
 * leads there now. The last request node stays, which is said.
 */
export function removeNodes<D extends Drawing>(drawing: D, ids: readonly string[]): Change<D> {
  const { graph, layout } = drawing;
  const chosen = new Set(ids);
  const starts = graph.nodes.filter((node) => node.kind === 'request');
  const kept = starts.length > 0 && starts.every(({ id }) => chosen.has(id)) ? starts[0] : undefined;
  if (kept) chosen.delete(kept.id);
  const said = kept ? [`${called(kept)} stays: every request enters there.`] : [];

  const gone = new Set(graph.nodes.filter(({ id }) => chosen.has(id)).map(({ id }) => id));
  const stickies = layout.stickies.filter(({ id }) => !chosen.has(stickyOnCanvas(id)));
  const noStickyGone = stickies.length === layout.stickies.length;
  if (gone.size === 0) return { drawing: noStickyGone ? drawing : withLayout(drawing, { stickies }), said };
  const positions = Object.fromEntries(Object.entries(layout.positions).filter(([id]) => !gone.has(id)));
  const nodes = graph.nodes.filter(({ id }) => !gone.has(id));
  const without = withGraph(drawing, { nodes, edges: healed(graph, gone) });
  return { drawing: withLayout(without, { positions, stickies: noStickyGone ? layout.stickies : stickies }), said };
}

/** The edges that are left without those nodes, whether these are still in the graph or not. */
export function healed(graph: Graph, gone: ReadonlySet<string>): Edge[] {
  const standing = new Map(graph.nodes.map((node) => [node.id, node]));
  let edges: Edge[] = graph.edges;
  for (const id of gone) {
    standing.delete(id);
    const onward = new Set(edges.filter(({ from, to }) => from === id && to !== id).map(({ to }) => to));
    const [only] = onward;
    const target = onward.size === 1 && only !== undefined ? standing.get(only) : undefined;
    edges = edges.filter(({ from }) => from !== id);
    const further = target && target.kind !== 'request' ? reachedFrom(edges, [target.id]) : undefined;
    edges = edges.flatMap((edge) => {
      if (edge.to !== id) return [edge];
      return target && further && !further.has(edge.from) ? [{ ...edge, to: target.id }] : [];
    });
  }
  return edges;
}
