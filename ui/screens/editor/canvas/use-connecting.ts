/** Leading ports to nodes with the pointer: by dragging, by clicking one after the other, and by dragging an edge’s end. */
import type { Connection, FinalConnectionState, OnConnectStartParams } from '@xyflow/react';
import { useMemo, useRef } from 'react';
import { connectable, removeEdge } from '../../../../policies/editing/connect.ts';
import type { CanvasNode, TrackEdgeType } from '../../../canvas/elements.ts';
import { useEditor } from '../../../editing/editing-context.tsx';
import { useCanvas } from './canvas-context.tsx';

const pointOf = (event: MouseEvent | TouchEvent): { x: number; y: number } => {
  const { clientX: x, clientY: y } =
    'changedTouches' in event ? (event.changedTouches[0] ?? { clientX: 0, clientY: 0 }) : event;
  return { x, y };
};

/** The id of the node at a point of the window. */
function nodeAt({ x, y }: { x: number; y: number }): string | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>('.react-flow__node-policy')?.dataset.id ?? null;
}

/** What React Flow calls while something is connected. */
export function useConnecting() {
  const { editing, mayChange } = useEditor();
  const { canvas, actions } = useCanvas();
  const reconnecting = useRef<TrackEdgeType | null>(null);
  return useMemo(() => {
    const onNodeClick = (_: unknown, { id, type }: CanvasNode): void => {
      const { connecting } = canvas.getState();
      if (connecting?.byClick && type === 'policy') actions.lead(connecting.from, connecting.port, id);
    };
    if (!mayChange) return { onNodeClick };
    const inPlaceOf = (): TrackEdgeType['data'] => reconnecting.current?.data;
    return {
      onNodeClick,
      onPaneClick: (): void => actions.stopConnecting(),
      isValidConnection({ source, sourceHandle, target }: Connection | TrackEdgeType): boolean {
        const edge = inPlaceOf()?.edge;
        const { document } = editing.getState();
        const { graph } = edge ? removeEdge(document, edge) : document;
        return connectable(graph, source, sourceHandle ?? '', target).ok;
      },
      onConnectStart(_: unknown, { nodeId, handleId, handleType }: OnConnectStartParams): void {
        if (nodeId !== null && handleId !== null && handleType === 'source') {
          actions.startConnecting(nodeId, handleId, false);
        }
      },
      onConnect({ source, sourceHandle, target }: Connection): void {
        if (sourceHandle !== null) actions.lead(source, sourceHandle, target);
      },
      onConnectEnd(event: MouseEvent | TouchEvent, { isValid, fromHandle }: FinalConnectionState): void {
        const isOurs = reconnecting.current === null && isValid !== true && fromHandle?.type === 'source';
        actions.stopConnecting();
        if (!isOurs || !fromHandle.id) return;
        const at = pointOf(event);
        const node = nodeAt(at);
        if (node !== null) actions.lead(fromHandle.nodeId, fromHandle.id, node);
        else actions.openQuickAdd({ from: fromHandle.nodeId, port: fromHandle.id }, at);
      },
      onReconnectStart(_: unknown, edge: TrackEdgeType): void {
        reconnecting.current = edge;
      },
      onReconnect({ data }: TrackEdgeType, { source, sourceHandle, target }: Connection): void {
        if (data && sourceHandle !== null) actions.lead(source, sourceHandle, target, data.edge);
      },
      onReconnectEnd(
        event: MouseEvent | TouchEvent,
        { data }: TrackEdgeType,
        _: unknown,
        { isValid, fromHandle }: FinalConnectionState,
      ): void {
        reconnecting.current = null;
        actions.stopConnecting();
        if (isValid === true || !data) return;
        const node = nodeAt(pointOf(event));
        const { edge } = data;
        if (node !== null && fromHandle?.type === 'source') actions.lead(edge.from, edge.port, node);
        else actions.say('The edge stays where it was. Select it and press Delete to delete it.');
      },
    };
  }, [editing, mayChange, canvas, actions]);
}
