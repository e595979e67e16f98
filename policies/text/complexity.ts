import type { RequestView } from '../request.ts';

/** One thing that made a request look harder or easier, with its share of the score and the words for it. */
export interface ComplexityReason {
  readonly signal: string;
  /** What it added to the score; negative where it made the request look easier. */
  readonly weight: number;
  readonly words: string;
}

export interface Complexity {
  /** 0 (trivial) to 1 (hard). */
  readonly score: number;
  /** The largest first. */
  readonly reasons: readonly ComplexityReason[];
  /** Version of the scorer, so that a record says what scored it. */
  readonly scorer: string;
}

/** Scores how hard a request is to answer well. */
export function scoreComplexity(_view: RequestView): Complexity {
  return { score: 0, reasons: [], scorer: '0' };
}
