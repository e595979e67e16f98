/** How many recorded requests go each way at two thresholds of the classifier, for the slider that sets them. */
import type { TraceStep } from './decision.ts';
import { type Level, levelOf } from './kinds/classify/classify.ts';

const MOST_EXAMPLES = 5;

/** A recorded complexity score, from 0 to 1. */
export interface RecordedScore {
  readonly id: string;
  readonly score: number;
}

/** The scores of those requests that were classified, in their order. */
export function scoresOf(
  records: readonly { readonly id: string; readonly trace: readonly TraceStep[] }[],
): RecordedScore[] {
  return records.flatMap(({ id, trace }) => {
    for (const result of trace.flatMap((step) => step.results ?? [])) {
      if ('score' in result) return [{ id, score: result.score }];
    }
    return [];
  });
}

export interface ThresholdSplit extends Readonly<Record<Level, number>> {
  /** Up to five of each, those nearest to a threshold first: the ones that a small move would take along. */
  readonly examples: Readonly<Record<Level, readonly RecordedScore[]>>;
}

/** How many of the scores go each way at two thresholds. */
export function splitByThresholds(
  scores: readonly RecordedScore[],
  simpleBelow: number,
  complexFrom: number,
): ThresholdSplit {
  const levels: Record<Level, RecordedScore[]> = { simple: [], standard: [], complex: [] };
  for (const one of scores) levels[levelOf(one.score, simpleBelow, complexFrom)].push(one);
  const { simple, standard, complex } = levels;
  const distance = ({ score }: RecordedScore): number =>
    Math.min(Math.abs(score - simpleBelow), Math.abs(score - complexFrom));
  const nearest = (list: readonly RecordedScore[]): RecordedScore[] =>
    [...list].sort((a, b) => distance(a) - distance(b)).slice(0, MOST_EXAMPLES);
  return {
    simple: simple.length,
    standard: standard.length,
    complex: complex.length,
    examples: { simple: nearest(simple), standard: nearest(standard), complex: nearest(complex) },
  };
}
