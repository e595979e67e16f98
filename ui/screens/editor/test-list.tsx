/** The tests that are kept with the policy. */
export function TestList() {
  return null;
}
