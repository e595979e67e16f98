import { MiniMap } from '@xyflow/react';
import type { CanvasNode } from './elements.ts';

const classOf = (node: CanvasNode): string =>
  node.type === 'sticky' ? 'map-sticky' : `map-${node.data.words.group} map-${node.data.light}`;

const SIZE = { width: 150, height: 80 };

/** The whole drawing in small, to move over it. */
export function DrawingMap() {
  return <MiniMap pannable position="bottom-right" style={SIZE} nodeClassName={classOf} />;
}
