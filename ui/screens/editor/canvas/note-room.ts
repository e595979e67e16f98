/** Where there is room for a new note. */
import type { Drawing } from '../../../../policies/graph.ts';
import type { Box, Point } from '../../../canvas/geometry.ts';
import { boxOf, idsOnCanvas } from './canvas-names.ts';

/** Of a new note, and its distance from what stands above it. */
const SIZE = { width: 300, height: 110 };
const GAP = 16;

/** The place at or below a point, in whole pixels, where a new note covers nothing. */
export function freeForNote(drawing: Drawing, { x, y }: Point): Point {
  const left = Math.round(x - SIZE.width / 2);
  const boxes = idsOnCanvas(drawing)
    .flatMap((id) => boxOf(drawing, [id]) ?? [])
    .filter((box) => box.x < left + SIZE.width && left < box.x + box.width);
  const covered = (at: number): Box | undefined =>
    boxes.find((box) => box.y < at + SIZE.height && at < box.y + box.height);
  let top = Math.round(y - SIZE.height / 2);
  for (let other = covered(top); other; other = covered(top)) top = other.y + other.height + GAP;
  return { x: left, y: top };
}
