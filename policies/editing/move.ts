/** Moving nodes and notes. Notes are named as `stickyOnCanvas` does. */
import type { Drawing } from '../graph.ts';
import { withLayout } from './change.ts';
import { type Point, placeOf } from './room.ts';
import { stickyOnCanvas } from './stickies.ts';

/** Moves nodes and notes by a distance; nodes that nobody has placed yet stay where the canvas puts them. */
export function moveNodes<D extends Drawing>(drawing: D, ids: readonly string[], by: Point): D {
  const { layout } = drawing;
  const stickies = new Map(layout.stickies.map(({ id, at }) => [stickyOnCanvas(id), at]));
  const moved = new Map<string, Point>();
  for (const id of ids) {
    const at = stickies.get(id) ?? placeOf(layout, id);
    if (at) moved.set(id, { x: at.x + by.x, y: at.y + by.y });
  }
  return placeNodes(drawing, moved);
}

/** Puts nodes and notes at points. */
export function placeNodes<D extends Drawing>(drawing: D, positions: ReadonlyMap<string, Point>): D {
  const { graph, layout } = drawing;
  const places = Object.entries(layout.positions);
  const known = new Map(places);
  let moved = false;
  const placed = (id: string, before: Point | undefined): Point | undefined => {
    const after = positions.get(id);
    if (!after || !Number.isFinite(after.x) || !Number.isFinite(after.y)) return before;
    if (before && before.x === after.x && before.y === after.y) return before;
    moved = true;
    return { x: after.x, y: after.y };
  };
  for (const { id } of graph.nodes) {
    const at = placed(id, known.get(id));
    if (at) known.set(id, at);
  }
  const stickies = layout.stickies.map((sticky) => {
    const at = placed(stickyOnCanvas(sticky.id), sticky.at) ?? sticky.at;
    return at === sticky.at ? sticky : { ...sticky, at };
  });
  return moved ? withLayout(drawing, { positions: Object.fromEntries(known), stickies }) : drawing;
}
