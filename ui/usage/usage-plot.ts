/** Usage over time as a plot, and its sums over all of the time. */
import type { Every, UsageSum } from '../api/usage.ts';
import type { Plot, PlotSeries, PlotUnit } from '../charts/plot.ts';
import { sayDimension, sayGroup } from './dimension-words.ts';

export const MEASURES = ['cost', 'requests', 'tokens', 'errors'] as const;
export type Measure = (typeof MEASURES)[number];

export const MEASURE_WORDS: Readonly<Record<Measure, string>> = {
  cost: 'Spend',
  requests: 'Requests',
  tokens: 'Tokens',
  errors: 'Failed requests',
};

const UNITS: Readonly<Record<Measure, PlotUnit>> = {
  cost: 'usd',
  requests: 'requests',
  tokens: 'tokens',
  errors: 'requests',
};

function measureOf(measure: Measure, sum: UsageSum): number {
  return measure === 'tokens' ? sum.inputTokens + sum.outputTokens : sum[measure];
}

/** Series that are drawn by themselves; what is left is drawn as one. */
const MOST_SERIES = 8;

interface Wanted {
  readonly by: string;
  readonly measure: Measure;
  readonly every: Every;
  readonly timeZone: string;
  /** Starts of the parts of the time, also of those without a request. */
  readonly moments: readonly number[];
  /** What requests were narrowed to, in words; empty for nothing. */
  readonly of?: string;
}

const PARTS: Readonly<Record<Every, string>> = { hour: 'hour', day: 'day', week: 'week', month: 'month' };

/** The values of each group in each part of the time, one upon the other, those that have most in all first. */
export function plotOf(totals: readonly UsageSum[], { by, measure, every, timeZone, moments, of = '' }: Wanted): Plot {
  const places = new Map(moments.map((at, place) => [at, place]));
  const groups = new Map<string, { label: string; isRest: boolean; values: number[]; sum: number }>();
  for (const sum of totals) {
    const place = places.get(sum.at ?? -1);
    if (place === undefined) continue;
    const label = sayGroup(by, sum);
    const isRest = sum.others === true;
    const key = `${isRest} ${sum.group === null} ${sum.group ?? ''}`;
    const group = groups.get(key) ?? { label, isRest, values: moments.map(() => 0), sum: 0 };
    groups.set(key, group);
    const value = measureOf(measure, sum);
    group.values[place] = (group.values[place] ?? 0) + value;
    group.sum += value;
  }
  const sorted = [...groups.values()].sort((a, b) => b.sum - a.sum || a.label.localeCompare(b.label));
  const apart = sorted.filter(({ isRest }) => !isRest);
  const shown = apart.slice(0, MOST_SERIES);
  const rest = [...apart.slice(MOST_SERIES), ...sorted.filter(({ isRest }) => isRest)];
  const names = new Map<string, number>();
  const series: PlotSeries[] = shown.map(({ label, values }) => {
    const seen = (names.get(label) ?? 0) + 1;
    names.set(label, seen);
    // Two projects may have one name; what is drawn has to be told apart.
    return { label: seen > 1 ? `${label} (${seen})` : label, values };
  });
  if (rest.length > 0) {
    const values = moments.map((_, place) => rest.reduce((sum, one) => sum + (one.values[place] ?? 0), 0));
    series.push({ label: 'all others', values, color: 'grey' });
  }
  return {
    title: `${MEASURE_WORDS[measure]} by ${sayDimension(by)}`,
    description: `Each bar is one ${PARTS[every]}${of}, by the clocks of ${timeZone}. The range below it narrows what is shown.`,
    unit: UNITS[measure],
    moments: totals.length === 0 ? [] : moments,
    step: every,
    timeZone,
    form: 'bars',
    stacked: true,
    series,
  };
}

type Summed = Pick<
  UsageSum,
  'requests' | 'errors' | 'refused' | 'inputTokens' | 'outputTokens' | 'cost' | 'savedByRouting' | 'savedByCaching'
>;
const SUMMED = [
  'requests',
  'errors',
  'refused',
  'inputTokens',
  'outputTokens',
  'cost',
  'savedByRouting',
  'savedByCaching',
] as const satisfies readonly (keyof Summed)[];

/** All sums as one. */
export function sumOf(totals: readonly Summed[]): Summed {
  const sum = {
    requests: 0,
    errors: 0,
    refused: 0,
    inputTokens: 0,
    outputTokens: 0,
    cost: 0,
    savedByRouting: 0,
    savedByCaching: 0,
  };
  for (const one of totals) for (const field of SUMMED) sum[field] += one[field];
  return sum;
}

/** Sums of parts of the time as those of each group over all of it, which costs most first; times cannot be added. */
export function withoutTime(totals: readonly UsageSum[]): UsageSum[] {
  const groups = new Map<string, UsageSum[]>();
  for (const sum of totals) {
    const key = `${sum.others === true} ${sum.group === null} ${sum.group ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), sum]);
  }
  return [...groups.values()]
    .flatMap((parts) => {
      const [first] = parts;
      if (!first) return [];
      const { at: _, ...named } = first;
      return [{ ...named, ...sumOf(parts), meanMs: null, p50Ms: null, p95Ms: null }];
    })
    .sort((a, b) => b.cost - a.cost || b.requests - a.requests);
}
