/** What is compared of variants, and what can be said of it. */
import { dollars } from '../../../policies/price.ts';
import type { Variant } from '../../api/variants.ts';
import { sayScore } from '../../app/score-words.ts';
import { sayDuration } from '../../app/words.ts';

/** A figure with the interval that holds the true one 95 times in 100; ends are null where they cannot be told. */
export interface Figure {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Measure {
  readonly title: string;
  /** What is better, to follow the name of a variant: "costs less". */
  readonly better: string;
  readonly lessIsBetter: boolean;
  readonly say: (value: number) => string;
  /** Null where a variant has none. */
  readonly of: (variant: Variant) => Figure | null;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

export const MEASURES: readonly Measure[] = [
  {
    title: 'Cost of a request',
    better: 'costs less',
    lessIsBetter: true,
    say: dollars,
    of: ({ cost: { mean, low, high } }) => ({ value: mean, low: low === null ? null : Math.max(0, low), high }),
  },
  {
    title: 'Time of every second request',
    better: 'is faster',
    lessIsBetter: true,
    say: sayDuration,
    of: ({ latency }) => latency?.p50 ?? null,
  },
  {
    title: 'Time of 95 in 100 requests',
    better: 'is faster for nearly all',
    lessIsBetter: true,
    say: sayDuration,
    of: ({ latency }) => latency?.p95 ?? null,
  },
  {
    title: 'Errors',
    better: 'fails less often',
    lessIsBetter: true,
    say: percent,
    of: ({ errors: { share, low, high } }) => ({ value: share, low, high }),
  },
  {
    title: 'Feedback, from -1 to +1',
    better: 'is liked better',
    lessIsBetter: false,
    say: sayScore,
    of: ({ feedback }) => feedback && { value: feedback.mean, low: feedback.low, high: feedback.high },
  },
];

interface Named {
  readonly name: string;
  readonly figure: Figure;
}

/** Whether one is surely better than another: their intervals do not meet. */
function isSurelyBetter(a: Figure, b: Figure, lessIsBetter: boolean): boolean {
  const [less, more] = lessIsBetter ? [a, b] : [b, a];
  return less.high !== null && more.low !== null && less.high < more.low;
}

/** What can be said of a measure: who is better, as far as that is sure; null where there is nothing to compare. */
export function sayDifference({ better, lessIsBetter, say }: Measure, figures: readonly Named[]): string | null {
  if (figures.length < 2) return null;
  const sorted = [...figures].sort((a, b) => (a.figure.value - b.figure.value) * (lessIsBetter ? 1 : -1));
  const [best] = sorted;
  if (!best) return null;
  const worse = sorted.filter(({ figure }) => isSurelyBetter(best.figure, figure, lessIsBetter));
  if (worse.length === 0) return 'No difference is sure yet: what lies between may be chance.';
  const others = worse.map(({ name, figure }) => `“${name}” (${say(figure.value)})`).join(' and ');
  return `“${best.name}” ${better} (${say(best.figure.value)}) than ${others}. That is hardly chance.`;
}

/** "from $0.0001 to $0.0002"; what is known of it. */
export function sayInterval({ low, high }: Figure, say: (value: number) => string): string {
  if (low === null && high === null) return 'too few requests to tell how sure this is';
  if (low === null) return `at most ${say(high ?? 0)}`;
  return high === null ? `at least ${say(low)}` : `from ${say(low)} to ${say(high)}`;
}
