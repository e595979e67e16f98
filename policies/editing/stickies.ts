/** Notes on the canvas: they stand in the layout, and decide nothing. */
import type { Drawing, Layout } from '../graph.ts';
import { type Change, refused, withLayout } from './change.ts';
import { cut, LONGEST_STICKY, MOST_STICKIES } from './limits.ts';
import { freshId, takenIds } from './names.ts';
import type { Point } from './room.ts';

export type Sticky = Layout['stickies'][number];

const FIRST_SIZE = { width: 300, height: 110 };
const LEAST_SIZE = { width: 80, height: 40 };

/** How selections and positions name a note, so that it is never mistaken for a node of the same id. */
export function stickyOnCanvas(id: string): string {
  return `sticky ${id}`;
}

/** Puts a note at a point; its id is null when there are too many. */
export function addSticky<D extends Drawing>(
  drawing: D,
  text: string,
  at: Point,
): Change<D> & { readonly sticky: string | null } {
  const { stickies } = drawing.layout;
  if (stickies.length >= MOST_STICKIES) {
    return { ...refused(drawing, `A drawing holds at most ${MOST_STICKIES} notes. Delete some first.`), sticky: null };
  }
  const id = freshId(takenIds(drawing), 'note');
  const sticky: Sticky = { id, text: cut(text, LONGEST_STICKY), at: { x: at.x, y: at.y }, ...FIRST_SIZE };
  return { drawing: withLayout(drawing, { stickies: [...stickies, sticky] }), said: [], sticky: id };
}

/** Changes the text of a note; what is longer than a note may be is cut off. */
export function editSticky<D extends Drawing>(drawing: D, id: string, text: string): D {
  return changeSticky(drawing, id, { text: cut(text, LONGEST_STICKY) });
}

/** Changes the size of a note, and its place where it is pulled at the left or above. */
export function resizeSticky<D extends Drawing>(
  drawing: D,
  id: string,
  size: { readonly width: number; readonly height: number; readonly at?: Point },
): D {
  if (!Number.isFinite(size.width) || !Number.isFinite(size.height)) return drawing;
  return changeSticky(drawing, id, {
    width: Math.max(LEAST_SIZE.width, size.width),
    height: Math.max(LEAST_SIZE.height, size.height),
    ...(size.at ? { at: { x: size.at.x, y: size.at.y } } : {}),
  });
}

/** Deletes a note. */
export function removeSticky<D extends Drawing>(drawing: D, id: string): D {
  const stickies = drawing.layout.stickies.filter((sticky) => sticky.id !== id);
  return stickies.length === drawing.layout.stickies.length ? drawing : withLayout(drawing, { stickies });
}

function changeSticky<D extends Drawing>(drawing: D, id: string, changes: Partial<Sticky>): D {
  const { stickies } = drawing.layout;
  const before = stickies.find((sticky) => sticky.id === id);
  if (!before) return drawing;
  const after = { ...before, ...changes };
  if (JSON.stringify(after) === JSON.stringify(before)) return drawing;
  return withLayout(drawing, { stickies: stickies.map((sticky) => (sticky === before ? after : sticky)) });
}
