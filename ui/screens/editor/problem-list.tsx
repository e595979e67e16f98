/** What is wrong with the drawing, each with its fix as a button. */
export function ProblemList() {
  return null;
}
