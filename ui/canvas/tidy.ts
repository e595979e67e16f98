/** Order on the canvas: columns from left to right, few crossings, and notes beside the nodes that they stood at. */

import { NODE_WIDTH, nodeHeight } from '../../policies/editing/node-size.ts';
import { stickyOnCanvas } from '../../policies/editing/stickies.ts';
import type { Graph, Layout } from '../../policies/graph.ts';
import { arrange } from './arrange.ts';
import { around, type Box, type Point, portOffset } from './geometry.ts';

/** Between two columns, and between two nodes of one. */
const COLUMN_GAP = 96;
const NODE_GAP = 36;
/** Rounds in which neighbours change places; each ends earlier once none does. */
const ROUNDS = 12;

interface Placed extends Box {
  readonly id: string;
}

/** An edge by the height of both its ends within their nodes. */
interface Wire {
  readonly from: string;
  readonly lane: number;
  readonly to: string;
}

/**
 * Where everything comes to stand, by the ids of the canvas (`stickyOnCanvas` for notes). `ports` has the names of a node’s
 * ports in their order. The library that does it is loaded on the first use.
 */
export async function tidy(
  graph: Graph,
  layout: Layout,
  ports: (node: Graph['nodes'][number]) => readonly string[],
): Promise<ReadonlyMap<string, Point>> {
  const dagre = await import('@dagrejs/dagre');
  const lanes = new Map(graph.nodes.map((node) => [node.id, ports(node)]));
  const wires = graph.edges
    .filter(({ from, to }) => lanes.has(from) && lanes.has(to) && from !== to)
    .map(({ from, port, to }): Wire => ({ from, lane: Math.max(0, lanes.get(from)?.indexOf(port) ?? 0), to }))
    .sort((a, b) => a.lane - b.lane);
  const layers = new dagre.Graph({ multigraph: true });
  layers.setGraph({ rankdir: 'LR', ranksep: COLUMN_GAP, nodesep: NODE_GAP });
  layers.setDefaultEdgeLabel(() => ({}));
  for (const [id, { length }] of lanes) layers.setNode(id, { width: NODE_WIDTH, height: nodeHeight(length) });
  for (const { from, lane, to } of wires) layers.setEdge(from, to, {}, String(lane));
  dagre.layout(layers);
  const laid = [...lanes].map(([id, { length }]): Placed => {
    const { x = 0, y = 0 } = layers.node(id);
    const height = nodeHeight(length);
    return { id, x: Math.round(x - NODE_WIDTH / 2), y: Math.round(y - height / 2), width: NODE_WIDTH, height };
  });
  const boxes = uncrossed(laid, wires);
  const places = new Map<string, Point>([...boxes].map(([id, { x, y }]) => [id, { x, y }]));
  for (const [id, at] of notePlaces(graph, layout, boxes)) places.set(id, at);
  return places;
}

/** Lets neighbours in a column change places as long as edges cross less for it: the library does not know of ports. */
function uncrossed(laid: readonly Placed[], wires: readonly Wire[]): ReadonlyMap<string, Placed> {
  const boxes = new Map(laid.map((box) => [box.id, box]));
  const columns = new Map<number, string[]>();
  for (const { id, x } of [...laid].sort((a, b) => a.y - b.y)) columns.set(x, [...(columns.get(x) ?? []), id]);
  const into = new Map<string, Wire[]>();
  const outOf = new Map<string, Wire[]>();
  for (const wire of wires) {
    into.set(wire.to, [...(into.get(wire.to) ?? []), wire]);
    outOf.set(wire.from, [...(outOf.get(wire.from) ?? []), wire]);
  }
  const start = ({ from, lane }: Wire): number => (boxes.get(from)?.y ?? 0) + portOffset(lane);
  const end = ({ to }: Wire): number => boxes.get(to)?.y ?? 0;
  /** Crossings of the edges of two neighbours when `a` stands above `b`. */
  const crossings = (a: string, b: string): number =>
    inverted((into.get(a) ?? []).map(start), (into.get(b) ?? []).map(start)) +
    inverted((outOf.get(a) ?? []).map(end), (outOf.get(b) ?? []).map(end));
  for (let round = 0; round < ROUNDS; round++) {
    let changed = false;
    for (const column of columns.values()) {
      for (let i = 0; i + 1 < column.length; i++) {
        const above = boxes.get(column[i] ?? '');
        const below = boxes.get(column[i + 1] ?? '');
        if (!above || !below || crossings(below.id, above.id) >= crossings(above.id, below.id)) continue;
        column[i] = below.id;
        column[i + 1] = above.id;
        boxes.set(below.id, { ...below, y: above.y });
        boxes.set(above.id, { ...above, y: below.y + below.height - above.height });
        changed = true;
      }
    }
    if (!changed) break;
  }
  return boxes;
}

/** How many pairs are in the wrong order. */
function inverted(above: readonly number[], below: readonly number[]): number {
  let count = 0;
  for (const a of above) for (const b of below) if (a > b) count++;
  return count;
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Notes move with the node that they stood next to; those for which there is no room go above everything. */
function notePlaces(graph: Graph, layout: Layout, boxes: ReadonlyMap<string, Placed>): Map<string, Point> {
  const before = arrange(graph, layout);
  const taken: Box[] = [...boxes.values()];
  const all = around(taken);
  const places = new Map<string, Point>();
  let left = all.x;
  for (const { id, at, width, height } of layout.stickies) {
    let nearest: { readonly distance: number; readonly by: Point } | null = null;
    for (const [node, { x, y }] of before) {
      const now = boxes.get(node);
      const distance = Math.hypot(x + NODE_WIDTH / 2 - at.x - width / 2, y - at.y - height / 2);
      if (now && (nearest === null || distance < nearest.distance)) {
        nearest = { distance, by: { x: now.x - x, y: now.y - y } };
      }
    }
    let box: Box = { x: at.x + (nearest?.by.x ?? 0), y: at.y + (nearest?.by.y ?? 0), width, height };
    if (taken.some((other) => overlap(other, box))) {
      box = { x: left, y: all.y - height - NODE_GAP, width, height };
      left += width + NODE_GAP;
    }
    taken.push(box);
    places.set(stickyOnCanvas(id), { x: box.x, y: box.y });
  }
  return places;
}
