/** The canvas to draw on. */
export function EditableDrawing() {
  return null;
}
