import { MiniMap } from '@xyflow/react';
import type { CanvasNode } from './elements.ts';

const classOf = (node: CanvasNode): string =>
  node.type === 'policy' ? `map-${node.data.words.group} map-${node.data.light}` : `map-${node.type}`;

const SIZE = { width: 150, height: 80 };

/** The whole drawing in small, to move over it. */
export function DrawingMap() {
  return <MiniMap pannable position="bottom-right" style={SIZE} nodeClassName={classOf} />;
}
