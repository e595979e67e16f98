/** The settings of the selected node. */
export function Inspector() {
  return null;
}
