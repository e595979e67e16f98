/** Kinds of nodes that are dragged from the palette and dropped on the canvas or on an edge. */
import { useReactFlow } from '@xyflow/react';
import { type DragEvent, useMemo } from 'react';
import { NODE_WIDTH } from '../../../../policies/editing/node-size.ts';
import { edgeId } from '../../../canvas/elements.ts';
import { useEditor } from '../../../editing/editing-context.tsx';
import { useCanvas } from './canvas-context.tsx';

/** The type of what is dragged, so that nothing else is taken for it. */
export const KIND_DRAGGED = 'application/x-signalbox-kind';

/** The id of the edge at a point of the window, also beneath the label that stands on it. */
function edgeAt(x: number, y: number): string | null {
  const edges = document.elementsFromPoint(x, y).map((one) => one.closest<SVGGElement>('.react-flow__edge'));
  return edges.find((edge) => edge !== null)?.dataset.id ?? null;
}

/** What the canvas listens to. */
export function useDropping() {
  const { editing, mayChange } = useEditor();
  const { canvas, actions } = useCanvas();
  const flow = useReactFlow();
  return useMemo(() => {
    if (!mayChange) return {};
    return {
      onDragOver(event: DragEvent): void {
        if (!event.dataTransfer.types.includes(KIND_DRAGGED)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
        const hovered = edgeAt(event.clientX, event.clientY);
        if (canvas.getState().hovered !== hovered) canvas.setState({ hovered });
      },
      onDrop(event: DragEvent): void {
        const kind = event.dataTransfer.getData(KIND_DRAGGED);
        if (kind === '') return;
        event.preventDefault();
        const id = edgeAt(event.clientX, event.clientY);
        const edge = editing.getState().document.graph.edges.find((one) => edgeId(one) === id);
        const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        canvas.setState({ hovered: null });
        // Under the pointer comes the head of the node.
        actions.add(kind, edge ? { edge } : { at: { x: x - NODE_WIDTH / 2, y: y - 20 } });
      },
    };
  }, [editing, mayChange, canvas, actions, flow]);
}
