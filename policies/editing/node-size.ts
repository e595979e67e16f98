/** How large a node is drawn, in pixels of the canvas: known before drawing, so that editing can find room for it. */

export const NODE_WIDTH = 264;
/** The line with icon and title. */
export const HEAD_HEIGHT = 42;
export const BODY_PADDING = 8;
export const PORT_HEIGHT = 20;
/** Four lines of the sentence. */
const SENTENCE_HEIGHT = 68;

/** Height of a node with that many ports. */
export const nodeHeight = (ports: number): number =>
  HEAD_HEIGHT + 2 * BODY_PADDING + Math.max(SENTENCE_HEIGHT, ports * PORT_HEIGHT);
