import '@xyflow/react/dist/style.css';
import '../../../canvas/canvas.css';
import { useComputedColorScheme, VisuallyHidden } from '@mantine/core';
import { Background, Controls, ReactFlow } from '@xyflow/react';
import { useEffect, useId, useMemo, useRef } from 'react';
import { BeforeCard } from '../../../canvas/before-card.tsx';
import { CONTROL_WORDS } from '../../../canvas/control-words.ts';
import { DrawingMap } from '../../../canvas/drawing-map.tsx';
import type { CanvasNode, TrackEdgeType } from '../../../canvas/elements.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { useCanvas } from './canvas-context.tsx';
import { pressOnCanvas } from './canvas-keys.ts';
import { useClipboard } from './clipboard.ts';
import { EditableEdge } from './editable-edge.tsx';
import { EditableNode } from './editable-node.tsx';
import { EditableSticky } from './editable-sticky.tsx';
import { QuickAdd } from './quick-add.tsx';
import { StatusLine } from './status-line.tsx';
import { useConnecting } from './use-connecting.ts';
import { useDropping } from './use-dropping.ts';
import { useElements } from './use-elements.ts';

const NODE_TYPES = { policy: EditableNode, sticky: EditableSticky, before: BeforeCard };
const EDGE_TYPES = { track: EditableEdge };
const ADDING_KEYS = ['Shift', 'Meta', 'Control'];

/** The canvas to draw on. */
export function EditableDrawing() {
  const { editing, policy, mayChange } = useEditor();
  const { canvas, actions } = useCanvas();
  const scheme = useComputedColorScheme('light');
  const { nodes, edges, onNodesChange, onEdgesChange } = useElements();
  const isNew = useEditing(({ document }) => document.graph.nodes.length <= 1) && mayChange;
  const connecting = useConnecting();
  const dropping = useDropping();
  useClipboard(mayChange);
  const room = useRef<HTMLDivElement>(null);
  const description = useId();
  useEffect(() => {
    canvas.setState({ root: room.current?.querySelector<HTMLElement>('.react-flow') ?? null });
    return () => canvas.setState({ root: null });
  }, [canvas]);
  // The same functions each time: with new ones, every node and edge would be drawn again while one is dragged.
  const pointing = useMemo(() => {
    const hover = (hovered: string | null): void => canvas.setState({ hovered });
    return {
      onNodeDoubleClick: (_: unknown, { id }: CanvasNode): void =>
        mayChange ? canvas.setState({ writing: id }) : undefined,
      onEdgeMouseEnter: (_: unknown, { id }: TrackEdgeType): void => hover(id),
      onEdgeMouseLeave: (): void => hover(null),
    };
  }, [canvas, mayChange]);
  return (
    <div ref={room} className="drawing drawing-full">
      <VisuallyHidden id={description}>
        {mayChange
          ? 'Page Down and Page Up go from node to node. Tab adds a node behind the selected one, the arrow keys move it, F2 changes its title, Delete deletes it. '
          : 'Page Down and Page Up go from node to node. '}
        Shift and Tab leave the drawing backwards, F6 goes on to the panel beside it.
      </VisuallyHidden>
      <ReactFlow<CanvasNode, TrackEdgeType>
        aria-label={`Drawing of ${policy.title}`}
        aria-describedby={description}
        tabIndex={0}
        onKeyDown={(event) => pressOnCanvas(event, { editing, canvas, actions }, mayChange)}
        nodes={nodes}
        edges={edges}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        {...connecting}
        {...dropping}
        {...pointing}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        ariaLabelConfig={CONTROL_WORDS}
        colorMode={scheme}
        nodesDraggable={mayChange}
        nodesConnectable={mayChange}
        edgesReconnectable={mayChange}
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        multiSelectionKeyCode={ADDING_KEYS}
        connectOnClick={false}
        connectionRadius={28}
        reconnectRadius={12}
        zoomOnDoubleClick={false}
        attributionPosition="bottom-center"
        minZoom={0.1}
        maxZoom={1.5}
        onInit={actions.view.open}
      >
        <Background gap={20} />
        <DrawingMap />
        <Controls showInteractive={false} position="bottom-left" orientation="horizontal" />
      </ReactFlow>
      {isNew ? (
        <p className="canvas-begin">Add what comes next: drag it here from the left, click the plus, or press Tab.</p>
      ) : null}
      <StatusLine />
      <QuickAdd />
    </div>
  );
}
