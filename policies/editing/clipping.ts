/** Copying parts of a drawing, as text that can be pasted into any other policy. */
import { z } from 'zod';
import { type Drawing, type GraphNode, graphSchema, layoutSchema, parseGraph } from '../graph.ts';
import { type Change, refused, withGraph, withLayout } from './change.ts';
import { MOST_EDGES, MOST_NODES, MOST_STICKIES } from './limits.ts';
import { freshId, takenIds } from './names.ts';
import { portsOf } from './ports.ts';
import { type Point, placeOf } from './room.ts';
import { type Sticky, stickyOnCanvas } from './stickies.ts';
import type { Edge } from './ways.ts';

/** What is on the clipboard. The graph has a schema of its own, so that older clippings can be read later. */
export const clippingSchema = z.strictObject({
  clipping: z.literal(1),
  graph: graphSchema,
  layout: layoutSchema,
});
export type Clipping = z.infer<typeof clippingSchema>;

const anyClipping = z.strictObject({ clipping: z.int().min(1), graph: z.unknown(), layout: z.unknown() });

/** How far a duplicate stands from what it was made of. */
const ASIDE: Point = { x: 40, y: 40 };

/** The chosen nodes with the edges between them, and the chosen notes (named as `stickyOnCanvas` does). */
export function copyOf({ graph, layout }: Drawing, ids: readonly string[]): Clipping {
  const chosen = new Set(ids);
  const nodes = graph.nodes.filter(({ id }) => chosen.has(id));
  const inside = new Set(nodes.map(({ id }) => id));
  return {
    clipping: 1,
    graph: { ...graph, nodes, edges: graph.edges.filter(({ from, to }) => inside.has(from) && inside.has(to)) },
    layout: {
      positions: Object.fromEntries(Object.entries(layout.positions).filter(([id]) => inside.has(id))),
      stickies: layout.stickies.filter(({ id }) => chosen.has(stickyOnCanvas(id))),
    },
  };
}

/** Reads what somebody pastes as text; null when it is something else, or made by a version that is newer than this. */
export function readClipping(text: string): Clipping | null {
  try {
    const { graph, ...rest } = anyClipping.parse(JSON.parse(text));
    return clippingSchema.parse({ ...rest, graph: parseGraph(graph) });
  } catch {
    return null;
  }
}

export interface Pasted<D extends Drawing> extends Change<D> {
  /** What is new, to be selected: ids of nodes, and notes as `stickyOnCanvas` names them. */
  readonly ids: readonly string[];
}

/**
 * Pastes a clipping with its upper left corner at a point. Nodes get ids that are free; a second request node is left out,
 * which is said; models and budgets that are not known here stay as they are.
 */
export function paste<D extends Drawing>(drawing: D, clipping: Clipping, at: Point): Pasted<D> {
  const { graph, layout } = drawing;
  const taken = takenIds(drawing);
  const fresh = (wish: string): string => {
    const id = freshId(taken, wish);
    taken.add(id);
    return id;
  };
  let hasStart = graph.nodes.some((node) => node.kind === 'request');
  const said: string[] = [];
  const names = new Map<string, string>();
  const nodes: GraphNode[] = [];
  for (const node of clipping.graph.nodes) {
    if (names.has(node.id)) continue;
    if (node.kind === 'request' && hasStart) {
      if (said.length === 0) said.push('The request node was left out: a policy has one, and it is there already.');
      continue;
    }
    hasStart ||= node.kind === 'request';
    names.set(node.id, fresh(node.id));
    nodes.push({ ...node, id: names.get(node.id) ?? node.id });
  }
  const edges = innerEdges(clipping, nodes, names);
  const corner = cornerOf(clipping);
  const shift = ({ x, y }: Point): Point => ({ x: at.x + x - corner.x, y: at.y + y - corner.y });
  const stickies: Sticky[] = clipping.layout.stickies.map((sticky) => ({
    ...sticky,
    id: fresh(sticky.id),
    at: shift(sticky.at),
  }));

  const crowded =
    graph.nodes.length + nodes.length > MOST_NODES
      ? `${MOST_NODES} nodes`
      : graph.edges.length + edges.length > MOST_EDGES
        ? `${MOST_EDGES} edges`
        : layout.stickies.length + stickies.length > MOST_STICKIES
          ? `${MOST_STICKIES} notes`
          : null;
  if (crowded) return { ...refused(drawing, `Nothing was pasted: a drawing holds at most ${crowded}.`), ids: [] };
  if (nodes.length + stickies.length === 0) return { drawing, said, ids: [] };

  const places = [...names].flatMap(([before, id]): [string, Point][] => {
    const place = placeOf(clipping.layout, before);
    return place ? [[id, shift(place)]] : [];
  });
  const grown = withGraph(drawing, { nodes: [...graph.nodes, ...nodes], edges: [...graph.edges, ...edges] });
  return {
    drawing: withLayout(grown, {
      positions: { ...layout.positions, ...Object.fromEntries(places) },
      stickies: [...layout.stickies, ...stickies],
    }),
    said,
    ids: [...nodes.map(({ id }) => id), ...stickies.map(({ id }) => stickyOnCanvas(id))],
  };
}

/** The edges of a clipping between nodes that are pasted, one a port. Its text may have been changed by hand. */
function innerEdges({ graph }: Clipping, nodes: readonly GraphNode[], names: ReadonlyMap<string, string>): Edge[] {
  const pasted = new Map(nodes.map((node) => [node.id, node]));
  const ports = new Map(nodes.map((node) => [node.id, portsOf(node)]));
  const taken = new Set<string>();
  return graph.edges.flatMap((edge) => {
    const from = names.get(edge.from);
    const to = names.get(edge.to);
    const key = `${from}\n${edge.port}`;
    if (from === undefined || to === undefined || taken.has(key) || pasted.get(to)?.kind === 'request') return [];
    const known = ports.get(from);
    if (known && !known.some(({ name }) => name === edge.port)) return [];
    taken.add(key);
    return [{ ...edge, from, to }];
  });
}

/** The upper left corner of a clipping. */
function cornerOf({ layout }: Clipping): Point {
  const points = [...Object.values(layout.positions), ...layout.stickies.map(({ at }) => at)];
  if (points.length === 0) return { x: 0, y: 0 };
  return {
    x: points.reduce((least, { x }) => Math.min(least, x), Number.POSITIVE_INFINITY),
    y: points.reduce((least, { y }) => Math.min(least, y), Number.POSITIVE_INFINITY),
  };
}

/** Copies and pastes at once, a little aside. */
export function duplicate<D extends Drawing>(drawing: D, ids: readonly string[]): Pasted<D> {
  const clipping = copyOf(drawing, ids);
  const corner = cornerOf(clipping);
  return paste(drawing, clipping, { x: corner.x + ASIDE.x, y: corner.y + ASIDE.y });
}
