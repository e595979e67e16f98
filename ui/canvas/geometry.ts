/** Sizes of what is drawn, in pixels of the canvas. Nodes are as tall as their ports need, and known before drawing. */

import { BODY_PADDING, HEAD_HEIGHT, PORT_HEIGHT } from '../../policies/editing/node-size.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** The dot of a port, whose middle is on the edge of its node. */
export const PORT_DOT = 9;

/** Distance of the middle of a port, or of the entrance with index 0, from the top of its node. */
export const portOffset = (index: number): number => HEAD_HEIGHT + BODY_PADDING + PORT_HEIGHT * (index + 0.5);

/** The smallest box around all of them; an empty one for none. */
export function around(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}
