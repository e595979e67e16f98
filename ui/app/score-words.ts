/** Scores of feedback, from -1 (bad) to 1 (good), as these pages write them. */

/** "+0.6", "-1", "0". */
export const sayScore = (score: number): string => `${score > 0 ? '+' : ''}${Math.round(score * 100) / 100}`;

const WORDS = [
  [0.6, 'good'],
  [0.2, 'rather good'],
  [-0.2, 'neither good nor bad'],
  [-0.6, 'rather bad'],
] as const;

/** What a score means: "good", "rather bad". Each of five words has its fifth of the way, the better one at its end. */
export function meaningOf(score: number): string {
  const rounded = Math.round(score * 100) / 100;
  return WORDS.find(([least]) => rounded >= least)?.[1] ?? 'bad';
}
