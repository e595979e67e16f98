/** Where nodes stand that nobody has placed: in columns by their distance from the start. */
import type { Drawing, Graph, Layout } from '../../policies/graph.ts';
import type { Point } from './geometry.ts';

const COLUMN = 340;
const ROW = 170;

/** How many edges the longest way to each node has; nodes of a circle stand where it was first met. */
function columns(graph: Graph): Map<string, number> {
  const column = new Map(graph.nodes.map(({ id }) => [id, 0]));
  // In a graph without circles every node has its place after as many rounds as there are nodes.
  for (let round = 0; round < graph.nodes.length; round++) {
    let moved = false;
    for (const { from, to } of graph.edges) {
      const next = (column.get(from) ?? 0) + 1;
      if (from === to || next <= (column.get(to) ?? next) || next >= graph.nodes.length) continue;
      column.set(to, next);
      moved = true;
    }
    if (!moved) break;
  }
  return column;
}

/** A position for every node: the stored one, else one below everything that is placed. */
export function arrange(graph: Graph, layout: Layout): ReadonlyMap<string, Point> {
  const placed = new Map<string, Point>();
  for (const { id } of graph.nodes) {
    const stored = Object.hasOwn(layout.positions, id) ? layout.positions[id] : undefined;
    if (stored) placed.set(id, stored);
  }
  if (placed.size === graph.nodes.length) return placed;
  const top = placed.size === 0 ? 0 : Math.max(...[...placed.values()].map(({ y }) => y)) + ROW;
  const column = columns(graph);
  const filled = new Map<number, number>();
  for (const { id } of graph.nodes) {
    if (placed.has(id)) continue;
    const at = column.get(id) ?? 0;
    const row = filled.get(at) ?? 0;
    filled.set(at, row + 1);
    placed.set(id, { x: at * COLUMN, y: top + row * ROW });
  }
  return placed;
}

/** The drawing with a place for every node, those that nobody has placed standing where they are drawn. */
export function withPlaces<D extends Drawing>(drawing: D): D {
  const { graph, layout } = drawing;
  if (graph.nodes.every(({ id }) => Object.hasOwn(layout.positions, id))) return drawing;
  const positions = { ...layout.positions, ...Object.fromEntries(arrange(graph, layout)) };
  return { ...drawing, layout: { ...layout, positions } };
}
