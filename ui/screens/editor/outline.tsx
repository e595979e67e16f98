/** The drawing as a list in reading order. */
export function Outline() {
  return null;
}
