/** The canvas that the parts of an editor share: what it is doing, and everything that can be done on it. */
import { ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { useEditor } from '../../../editing/editing-context.tsx';
import { type CanvasActions, createCanvasActions } from './canvas-actions.ts';
import { type Canvas, type CanvasState, createCanvas } from './canvas-state.ts';

interface Shared {
  readonly canvas: Canvas;
  readonly actions: CanvasActions;
}

const CanvasContext = createContext<Shared | null>(null);

export function CanvasProvider({ children }: { readonly children: ReactNode }) {
  return (
    <ReactFlowProvider>
      <WithActions>{children}</WithActions>
    </ReactFlowProvider>
  );
}

function WithActions({ children }: { readonly children: ReactNode }) {
  const { editing, mayChange } = useEditor();
  const [canvas] = useState(createCanvas);
  const flow = useReactFlow();
  const shared = useMemo(
    () => ({ canvas, actions: createCanvasActions({ editing, mayChange, canvas, flow }) }),
    [editing, mayChange, canvas, flow],
  );
  return <CanvasContext value={shared}>{children}</CanvasContext>;
}

/** The canvas and what can be done on it: `useCanvas().actions.show([id])` selects a node and moves the view there. */
export function useCanvas(): Shared {
  const shared = useContext(CanvasContext);
  if (!shared) throw new Error('There is no canvas around this.');
  return shared;
}

/** A part of the canvas’s state; what uses it is drawn again only when that part is another. */
export function useCanvasPart<T>(part: (state: CanvasState) => T): T {
  return useStore(useCanvas().canvas, part);
}
