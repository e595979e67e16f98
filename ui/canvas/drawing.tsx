import '@xyflow/react/dist/style.css';
import './canvas.css';
import { useComputedColorScheme } from '@mantine/core';
import { Background, Controls, MiniMap, ReactFlow } from '@xyflow/react';
import { type CSSProperties, useMemo } from 'react';
import type { Graph, Layout } from '../../policies/graph.ts';
import { elementsOf, type PolicyNodeType, type StickyType, type Way } from './elements.ts';
import type { Box } from './geometry.ts';
import { PolicyNode } from './policy-node.tsx';
import { Sticky } from './sticky.tsx';
import { TrackEdge } from './track-edge.tsx';

const NODE_TYPES = { policy: PolicyNode, sticky: Sticky };
const EDGE_TYPES = { track: TrackEdge };
const WORDS = {
  'node.a11yDescription.default':
    'A node of the drawing. Tab goes to the next one; the list below has them all in words.',
  'minimap.ariaLabel': 'Small map of the drawing',
  'controls.ariaLabel': 'Size of the drawing',
  'controls.zoomIn.ariaLabel': 'Larger',
  'controls.zoomOut.ariaLabel': 'Smaller',
  'controls.fitView.ariaLabel': 'Show all of it',
};

/** Free space around the drawing, in pixels; below it stand the small map and the buttons. */
const MARGIN = 20;
const FOOT = 104;

/** As high as the whole drawing needs to fill the width, at its own size at most. */
const heightFor = ({ width, height }: Box): CSSProperties => ({
  height: `calc(min(100cqi - ${2 * MARGIN}px, ${width}px) * ${width === 0 ? 0 : height / width} + ${MARGIN + FOOT}px)`,
});

interface Props {
  /** What it is called for those who hear it. */
  readonly label: string;
  readonly graph: Graph;
  readonly layout: Layout;
  /** Names of budgets by id. */
  readonly budgets: ReadonlyMap<string, string>;
  /** The path of a request, to be lit up. */
  readonly way: Way | null;
}

const isSticky = (node: PolicyNodeType | StickyType): node is StickyType => node.type === 'sticky';

/** A policy as it is drawn, to be looked at. */
export function Drawing({ label, graph, layout, budgets, way }: Props) {
  const scheme = useComputedColorScheme('light');
  const { nodes, edges, bounds } = useMemo(
    () => elementsOf(graph, layout, budgets, way),
    [graph, layout, budgets, way],
  );
  return (
    <div className="drawing-room">
      <div className="drawing" style={heightFor(bounds)}>
        <ReactFlow
          aria-label={label}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          ariaLabelConfig={WORDS}
          colorMode={scheme}
          nodesDraggable={false}
          nodesConnectable={false}
          elementsSelectable={false}
          nodesFocusable
          edgesFocusable={false}
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          attributionPosition="bottom-center"
          minZoom={0.1}
          maxZoom={1.5}
          fitView
          fitViewOptions={{
            padding: { top: `${MARGIN}px`, left: `${MARGIN}px`, right: `${MARGIN}px`, bottom: `${FOOT}px` },
            maxZoom: 1,
          }}
        >
          <Background gap={20} />
          <MiniMap
            pannable
            position="bottom-right"
            style={{ width: 150, height: 80 }}
            nodeClassName={(node: PolicyNodeType | StickyType) =>
              isSticky(node) ? 'map-sticky' : `map-${node.data.words.group} map-${node.data.light}`
            }
          />
          <Controls showInteractive={false} position="bottom-left" orientation="horizontal" />
        </ReactFlow>
      </div>
    </div>
  );
}
