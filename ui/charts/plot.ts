/** What a plot shows, and its numbers and moments in words. */
import { windowAt } from '../../policies/budget.ts';
import { dollars } from '../../policies/price.ts';
import { plural, sayBriefly, sayCount, sayDuration } from '../app/words.ts';

/** What values are counted in; `usd` is nano-dollars. */
export type PlotUnit = 'usd' | 'tokens' | 'requests' | 'milliseconds';

/** The colours of charts.css, in the order in which series get them. */
const PLOT_COLORS = ['blue', 'orange', 'teal', 'purple', 'pink', 'olive', 'brown', 'indigo', 'gold', 'grey'] as const;

export interface PlotSeries {
  readonly label: string;
  /** One for each moment; null where there is none, over which lines go on. */
  readonly values: readonly (number | null)[];
  /** By its place where it is left out. */
  readonly color?: (typeof PLOT_COLORS)[number];
  /** What is expected or planned, and has not happened. */
  readonly dashed?: boolean;
}

/** The colour of a series, as charts.css has it. */
export function colorOf({ color }: PlotSeries, place: number): string {
  return `var(--plot-${color ?? PLOT_COLORS[place % PLOT_COLORS.length]})`;
}

/** A moment of a plot stands for what follows it until the next one. */
export type PlotStep = 'moment' | 'hour' | 'day' | 'week' | 'month';

export interface Plot {
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly description: string;
  readonly unit: PlotUnit;
  /** Milliseconds since 1970, rising. */
  readonly moments: readonly number[];
  readonly step: PlotStep;
  /** By whose clocks moments are written. */
  readonly timeZone: string;
  readonly series: readonly PlotSeries[];
  readonly form: 'lines' | 'areas' | 'bars';
  /** One upon the other, so that their height is their sum. */
  readonly stacked?: boolean;
  /** Values that matter by themselves, such as a limit. */
  readonly levels?: readonly { readonly label: string; readonly value: number }[];
  /** Times that matter by themselves, such as that within which something is expected. */
  readonly spans?: readonly { readonly label: string; readonly from: number; readonly to: number }[];
}

/** A value in full: "$12.50", "1,200 tokens", "1 request", "4 ms". */
export function sayValue(value: number, unit: PlotUnit): string {
  switch (unit) {
    case 'usd':
      return dollars(value);
    case 'tokens':
      return plural(Math.round(value), 'token');
    case 'requests':
      return plural(Math.round(value), 'request');
    case 'milliseconds':
      return sayDuration(value);
  }
}

const BRIEF_DOLLARS = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  notation: 'compact',
  maximumSignificantDigits: 3,
});

/** A value beside an axis: "$1.2K", "850", "4 ms". */
export function sayValueBriefly(value: number, unit: PlotUnit): string {
  if (unit === 'usd') return BRIEF_DOLLARS.format(value / 1e9);
  return unit === 'milliseconds' ? sayDuration(value) : sayBriefly(value);
}

/** What a column of values is counted in. */
export const UNIT_WORDS: Readonly<Record<PlotUnit, string>> = {
  usd: 'dollars',
  tokens: 'tokens',
  requests: 'requests',
  milliseconds: 'milliseconds',
};

/** A value in a table, whose head says the unit. */
export const sayCell = (value: number, unit: PlotUnit): string =>
  unit === 'usd' ? dollars(value) : unit === 'milliseconds' ? sayDuration(value) : sayCount(Math.round(value));

const STEP_STYLES: Readonly<Record<PlotStep, Intl.DateTimeFormatOptions>> = {
  moment: { dateStyle: 'medium', timeStyle: 'short' },
  hour: { dateStyle: 'medium', timeStyle: 'short' },
  day: { dateStyle: 'medium' },
  week: { dateStyle: 'medium' },
  month: { month: 'long', year: 'numeric' },
};

/** What says the moments of a plot in full: "21 Nov 2026, 14:00", "21 Nov 2026", "November 2026". */
export function momentWords(step: PlotStep, timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-GB', { ...STEP_STYLES[step], timeZone });
  return (at) => format.format(at);
}

/** What says the moments of a plot beside its axis, where there is little room: "14:00", "21 Nov", "Nov 2026". */
export function momentMarks(step: PlotStep, timeZone: string): (at: number) => string {
  const style: Intl.DateTimeFormatOptions =
    step === 'month'
      ? { month: 'short', year: 'numeric' }
      : step === 'day' || step === 'week'
        ? { day: 'numeric', month: 'short' }
        : { hour: '2-digit', minute: '2-digit' };
  const format = new Intl.DateTimeFormat('en-GB', { ...style, timeZone });
  return (at) => format.format(at);
}

const DAY_MS = 86_400_000;
const MOST_TICKS = 7;
const LONGEST_WITH_HOURS = 2 * DAY_MS;
const LONGEST_WITH_DAYS = 150 * DAY_MS;

/** Where an axis from one moment to another is marked, and what says the marks: beginnings of hours, days or months. */
export function timeMarks(
  from: number,
  to: number,
  timeZone: string,
): { readonly at: readonly number[]; readonly words: (at: number) => string } {
  const length = to - from;
  const part = length <= LONGEST_WITH_HOURS ? 'hour' : length <= LONGEST_WITH_DAYS ? 'day' : 'month';
  const all: number[] = [];
  let next: number | null = windowAt(part, timeZone, from).start;
  while (next !== null && next <= to) {
    if (next >= from) all.push(next);
    next = windowAt(part, timeZone, next).end;
  }
  // A time within one hour has no such beginnings of its own.
  if (all.length < 2) return { at: [from, to], words: momentMarks('moment', timeZone) };
  const every = Math.ceil(all.length / MOST_TICKS);
  return { at: all.filter((_, i) => i % every === 0), words: momentMarks(part, timeZone) };
}
