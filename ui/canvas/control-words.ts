/** What the buttons and the small map of a drawing are called. */
export const CONTROL_WORDS = {
  'minimap.ariaLabel': 'Small map of the drawing',
  'controls.ariaLabel': 'Size of the drawing',
  'controls.zoomIn.ariaLabel': 'Larger',
  'controls.zoomOut.ariaLabel': 'Smaller',
  'controls.fitView.ariaLabel': 'Show all of it',
};
