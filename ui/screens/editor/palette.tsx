/** What can be put on the canvas. */
export function Palette() {
  return null;
}
