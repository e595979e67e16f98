/** A request tried on the drawing as it stands. */
export function TryIt() {
  return null;
}
