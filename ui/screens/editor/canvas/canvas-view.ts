/** What of the drawing is in view, and moving the view. */
import type { ReactFlowInstance } from '@xyflow/react';
import { MANDATORY } from '../../../../policies/mandatory.ts';
import { around, type Point } from '../../../canvas/geometry.ts';
import type { Editing } from '../../../editing/document.ts';
import { boxOf, idsOnCanvas } from './canvas-names.ts';
import type { Canvas } from './canvas-state.ts';

interface Ground {
  readonly editing: Editing;
  readonly canvas: Canvas;
  readonly flow: ReactFlowInstance;
}

/** Below this size a node is not readable, and going to one makes it larger. */
const READABLE = 0.6;
/** Free space around what is shown, in pixels. */
const MARGIN = 40;
const ALL = { maxZoom: 1, padding: 0.08 };

/** The view of one editor. */
export function createCanvasView({ editing, canvas, flow }: Ground) {
  const bounds = (): DOMRect => canvas.getState().root?.getBoundingClientRect() ?? new DOMRect();

  /** Moves to nodes and notes, unless all of them are in view and large enough to be read. */
  function reveal(ids: readonly string[]): void {
    const box = boxOf(editing.getState().document, ids);
    if (!box) return;
    const { x, y, zoom } = flow.getViewport();
    const { width, height } = bounds();
    const left = box.x * zoom + x;
    const top = box.y * zoom + y;
    const inView = left >= 0 && top >= 0 && left + box.width * zoom <= width && top + box.height * zoom <= height;
    if (inView && zoom >= READABLE) return;
    const most = Math.min(width / (box.width + MARGIN), height / (box.height + MARGIN), 1);
    void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, {
      zoom: Math.min(Math.max(zoom, READABLE), most),
    });
  }

  return {
    reveal,
    /** Its middle, in pixels of the drawing. */
    middle(): Point {
      const { x, y, width, height } = bounds();
      return flow.screenToFlowPosition({ x: x + width / 2, y: y + height / 2 });
    },
    /** Gives the focus to the canvas itself. */
    focus(): void {
      canvas.getState().root?.focus({ preventScroll: true });
    },
    /** Shows all of the drawing. */
    fit(): void {
      void flow.fitView(ALL);
    },
    /** The first view: all of it, with what runs before it, where that can be read, else its beginning, or what is selected. */
    open(): void {
      const { document, selected } = editing.getState();
      const drawn = boxOf(document, idsOnCanvas(document));
      if (!drawn) return;
      const first = flow.getNode(MANDATORY);
      const box = first
        ? around([drawn, { ...first.position, width: first.width ?? 0, height: first.height ?? 0 }])
        : drawn;
      const { width, height } = bounds();
      const fits = Math.min(width / (box.width + 2 * MARGIN), height / (box.height + 2 * MARGIN), 1);
      const zoom = Math.max(fits, READABLE);
      const x = fits >= READABLE ? (width - box.width * zoom) / 2 : MARGIN / 2;
      void flow.setViewport({ x: x - box.x * zoom, y: (height - box.height * zoom) / 2 - box.y * zoom, zoom });
      reveal(selected);
    },
  };
}
