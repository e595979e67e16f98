/** Feedback on a policy's answers, put together by version and model. */
import type { FeedbackTotal } from '../../api/feedback.ts';

/** How often something was said, and the mean of the scores, from -1 (bad) to 1 (good). */
export interface FeedbackSum {
  readonly count: number;
  readonly mean: number;
}

/** Feedback on what a model answered by a version; null where none did. */
export type FeedbackRow = FeedbackSum & Pick<FeedbackTotal, 'version' | 'model'>;

const add = (a: FeedbackSum, b: FeedbackSum): FeedbackSum => {
  const count = a.count + b.count;
  return { count, mean: count === 0 ? 0 : (a.mean * a.count + b.mean * b.count) / count };
};

/** All of it in one. */
export const sumOf = (sums: readonly FeedbackSum[]): FeedbackSum => sums.reduce(add, { count: 0, mean: 0 });

/** One row for each version and model, in the order in which they come first, whatever their variants. */
export function rowsOf(totals: readonly FeedbackTotal[]): readonly FeedbackRow[] {
  const rows = new Map<string, FeedbackRow>();
  for (const { version, model, count, mean } of totals) {
    const place = `${version} ${model}`;
    const known = rows.get(place) ?? { count: 0, mean: 0 };
    rows.set(place, { version, model, ...add(known, { count, mean }) });
  }
  return [...rows.values()];
}
