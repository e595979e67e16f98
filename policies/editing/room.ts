/** Where there is room on the canvas, in its pixels. */
import type { Drawing, GraphNode, Layout } from '../graph.ts';
import { NODE_WIDTH, nodeHeight } from './node-size.ts';
import { portsOf } from './ports.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** From one column of nodes to the next. */
export const COLUMN = 340;
/** Least space between two nodes. */
const GAP = 20;

const boxAt = (at: Point, node: GraphNode): Box => {
  const ports = portsOf(node)?.length ?? 0;
  return { x: at.x, y: at.y, width: NODE_WIDTH, height: nodeHeight(ports) };
};

const tooClose = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width + GAP && b.x < a.x + a.width + GAP && a.y < b.y + b.height + GAP && b.y < a.y + a.height + GAP;

/** Where a node stands; null when nobody has placed it. */
export function placeOf({ positions }: Layout, id: string): Point | null {
  return Object.hasOwn(positions, id) ? (positions[id] ?? null) : null;
}

function boxesOf({ graph, layout }: Drawing): Box[] {
  return graph.nodes.flatMap((node) => {
    const at = placeOf(layout, node.id);
    return at ? [boxAt(at, node)] : [];
  });
}

/** The free place for a node at or below a point. */
export function freePlace(drawing: Drawing, at: Point, node: GraphNode): Point {
  const boxes = boxesOf(drawing);
  let place = boxAt({ x: Math.round(at.x), y: Math.round(at.y) }, node);
  for (;;) {
    const other = boxes.find((box) => tooClose(place, box));
    if (!other) return { x: place.x, y: place.y };
    place = { ...place, y: Math.ceil(other.y + other.height + GAP) };
  }
}

/** The free place for a node to the right of another, or below everything if that one has no place. */
export function placeBeside(drawing: Drawing, id: string, node: GraphNode): Point {
  const beside = placeOf(drawing.layout, id);
  if (beside) return freePlace(drawing, { x: beside.x + COLUMN, y: beside.y }, node);
  const bottoms = boxesOf(drawing).map(({ y, height }) => y + height + GAP);
  return freePlace(drawing, { x: 0, y: bottoms.reduce((most, one) => Math.max(most, one), 0) }, node);
}

/** The place for a node half way between two others, and the layout in which there is room for it. */
export function placeBetween(
  drawing: Drawing,
  from: string,
  to: string,
  node: GraphNode,
): { readonly at: Point; readonly layout: Layout } {
  const { layout } = drawing;
  const left = placeOf(layout, from);
  const right = placeOf(layout, to);
  if (!left || !right) return { at: placeBeside(drawing, from, node), layout };
  const y = Math.round((left.y + right.y) / 2);
  const missing = 2 * COLUMN - (right.x - left.x);
  if (right.x <= left.x || missing <= 0) {
    return { at: freePlace(drawing, { x: (left.x + right.x) / 2, y }, node), layout };
  }
  const roomy = pushRight(layout, right.x, missing);
  return { at: freePlace({ ...drawing, layout: roomy }, { x: left.x + COLUMN, y }, node), layout: roomy };
}

/** Moves all that stands at `from` or further right by a distance. */
function pushRight(layout: Layout, from: number, by: number): Layout {
  const pushed = <P extends Point>(at: P): P => (at.x < from ? at : { ...at, x: at.x + by });
  return {
    ...layout,
    positions: Object.fromEntries(Object.entries(layout.positions).map(([id, at]) => [id, pushed(at)])),
    stickies: layout.stickies.map((sticky) => (sticky.at.x < from ? sticky : { ...sticky, at: pushed(sticky.at) })),
  };
}
