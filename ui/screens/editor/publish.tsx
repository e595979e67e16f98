/** From the draft to a version that is live. */
export function Publish() {
  return null;
}
