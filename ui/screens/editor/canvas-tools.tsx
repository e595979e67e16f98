/** Undo, redo, tidy, search. */
export function CanvasTools() {
  return null;
}
