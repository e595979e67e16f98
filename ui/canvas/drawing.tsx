import '@xyflow/react/dist/style.css';
import './canvas.css';
import { useComputedColorScheme } from '@mantine/core';
import { Background, Controls, ReactFlow } from '@xyflow/react';
import { type CSSProperties, type KeyboardEvent, type ReactNode, useMemo } from 'react';
import type { Graph, Layout } from '../../policies/graph.ts';
import { isMandatory } from '../../policies/mandatory.ts';
import { BeforeCard } from './before-card.tsx';
import { CONTROL_WORDS } from './control-words.ts';
import { DrawingMap } from './drawing-map.tsx';
import { type Extras, elementsOf, type Way } from './elements.ts';
import type { Box } from './geometry.ts';
import { PolicyNode } from './policy-node.tsx';
import { Sticky } from './sticky.tsx';
import { TrackEdge } from './track-edge.tsx';

const NODE_TYPES = { policy: PolicyNode, sticky: Sticky, before: BeforeCard };
const EDGE_TYPES = { track: TrackEdge };
const WORDS = {
  ...CONTROL_WORDS,
  'node.a11yDescription.default':
    'A node of the drawing. Tab goes to the next one; the list below has them all in words.',
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
  /** What is shown on top of it; the same object as long as it holds the same. */
  readonly extras?: Extras;
  /** Id of the node that is pointed out. */
  readonly chosen?: string | null;
  /** Told of the node that somebody clicks, or goes to and presses Enter. */
  readonly onChoose?: (node: string) => void;
  /** As CSS has it; as high as the drawing needs where it is left out. */
  readonly height?: string;
  /** What moves the view: anything that uses React Flow's hooks. */
  readonly children?: ReactNode;
}

/** The node that has the focus, when it is Enter or Space that is pressed. */
function pressedNode({ key, target }: KeyboardEvent): string | null {
  if ((key !== 'Enter' && key !== ' ') || !(target instanceof HTMLElement)) return null;
  const node = target.closest<HTMLElement>('.react-flow__node')?.dataset.id ?? null;
  return node === null || isMandatory(node) ? null : node;
}

/** A policy as it is drawn, to be looked at. */
export function Drawing({
  label,
  graph,
  layout,
  budgets,
  way,
  extras,
  chosen = null,
  onChoose,
  height,
  children,
}: Props) {
  const scheme = useComputedColorScheme('light');
  const { nodes, edges, bounds } = useMemo(
    () => elementsOf(graph, layout, budgets, way, extras),
    [graph, layout, budgets, way, extras],
  );
  const shown = useMemo(
    () =>
      chosen === null
        ? nodes
        : nodes.map((node) => (node.id === chosen ? { ...node, className: 'node-chosen' } : node)),
    [nodes, chosen],
  );
  const press = (event: KeyboardEvent): void => {
    const node = pressedNode(event);
    if (node === null) return;
    event.preventDefault();
    onChoose?.(node);
  };
  return (
    <div className="drawing-room">
      <div className="drawing" style={height === undefined ? heightFor(bounds) : { height }}>
        <ReactFlow
          aria-label={label}
          nodes={shown}
          edges={edges}
          {...(onChoose
            ? { onNodeClick: (_event, { id }) => (isMandatory(id) ? undefined : onChoose(id)), onKeyDown: press }
            : {})}
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
          <DrawingMap />
          <Controls showInteractive={false} position="bottom-left" orientation="horizontal" />
          {children}
        </ReactFlow>
      </div>
    </div>
  );
}
