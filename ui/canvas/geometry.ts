/** Sizes of what is drawn, in pixels of the canvas. Nodes are as tall as their ports need, and known before drawing. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export const NODE_WIDTH = 264;
/** The line with icon and title. */
const HEAD_HEIGHT = 42;
const BODY_PADDING = 8;
/** Four lines of the sentence. */
const SENTENCE_HEIGHT = 68;
const PORT_HEIGHT = 20;
/** The dot of a port, whose middle is on the edge of its node. */
export const PORT_DOT = 9;

/** Distance of the middle of a port, or of the entrance with index 0, from the top of its node. */
export const portOffset = (index: number): number => HEAD_HEIGHT + BODY_PADDING + PORT_HEIGHT * (index + 0.5);

/** Height of a node with that many ports. */
export const nodeHeight = (ports: number): number =>
  HEAD_HEIGHT + 2 * BODY_PADDING + Math.max(SENTENCE_HEIGHT, ports * PORT_HEIGHT);

/** The smallest box around all of them; an empty one for none. */
export function around(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}
