/**
 * When a budget runs out. Windows of a week or more are looked at by days, shorter ones by hours.
 *
 * What a day is expected to cost: the mean of the last four days of its weekday, moved halfway towards how the last seven
 * days compare with such means. Of an hour: the mean of that hour over the last 14 days of the same kind (working days or
 * weekend), moved halfway towards how the last 24 hours compare. The interval: the same forecast is made for each of the
 * last 60 days (or for this hour of the last 14), compared with what came, and the two largest misses are applied to it.
 */
import { type BudgetWindow, type OpenWindow, windowAt } from './budget.ts';

/** What was spent in an hour, or in a whole step of the calendar; in the budget's unit. */
export interface SpendSum {
  /** Its start, milliseconds since 1970. */
  readonly at: number;
  readonly spent: number;
}

interface Step {
  readonly start: number;
  readonly end: number;
  /** Steps of the same season are like one another: a weekday, or an hour of a working day or of a weekend. */
  readonly season: number;
}

interface Pace {
  readonly step: 'hour' | 'day';
  /** Steps that means are taken over. */
  readonly memory: number;
  /** Steps that say how things compare of late. */
  readonly recent: number;
  /** Steps from one trial of the past to the next, and how many there are. */
  readonly stride: number;
  readonly trials: number;
  readonly method: string;
}

const BY_HOUR: Pace = {
  step: 'hour',
  memory: 14 * 24,
  recent: 24,
  stride: 24,
  trials: 14,
  method:
    'An hour is expected to cost what the same hour did on average over the last 14 days of its kind (working days or weekend), moved halfway towards how the last 24 hours compare with that. The earliest and latest times are as far off as this would have been at worst at this hour of the last 14 days.',
};
const BY_DAY: Pace = {
  step: 'day',
  memory: 28,
  recent: 7,
  stride: 1,
  trials: 60,
  method:
    'A day is expected to cost what the last four of its weekday did on average, moved halfway towards how the last seven days compare with that. The earliest and latest dates are as far off as this would have been at worst on the last 60 days.',
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NEEDED_MS = 3 * DAY_MS;
/** The most that there are: hours of working days and of weekends. */
const SEASONS = 48;
/** With fewer trials than this the interval allows for half the pace and for twice the pace. */
const FEW_TRIALS = 7;
/** How far a budget that never starts anew is looked ahead. */
const FARTHEST_MS = 366 * DAY_MS;

/** Past and coming steps of a kind of budget at a moment: the same for all its scopes, and slow enough to be made once. */
export interface ForecastCalendar {
  readonly now: number;
  /** When the budget starts anew, milliseconds since 1970; null for never. */
  readonly end: number | null;
  readonly pace: Pace;
  /** A moment in words, as clocks in the budget's zone show it. */
  readonly say: (at: number) => string;
  /** Complete steps, the oldest first. */
  readonly past: readonly Step[];
  /** The step of `now`, and those that follow in the open window. */
  readonly ahead: readonly Step[];
}

export interface Forecast {
  /** Milliseconds since 1970; null where it lasts as long as the window, or where it cannot be told. */
  readonly runsOutAt: number | null;
  /** The interval; null where even that is not before the end of the window. */
  readonly earliest: number | null;
  readonly latest: number | null;
  /** False where there is too little spending to tell from. */
  readonly enough: boolean;
  readonly words: string;
  readonly method: string;
}

/** The steps of a budget's window and of its past, in the budget's time zone: days of 23 and 25 hours are days. */
export function forecastCalendar(window: BudgetWindow, zone: string, open: OpenWindow, now: number): ForecastCalendar {
  const pace = window === 'hour' || window === 'day' ? BY_HOUR : BY_DAY;
  const seasonOf = seasons(pace.step, zone);
  const until = open.end ?? now + FARTHEST_MS;
  const past: Step[] = [];
  const ahead: Step[] = [];
  const length = pace.step === 'day' ? DAY_MS : HOUR_MS;
  let { start, end } = boundsOf(pace.step, zone, now - (pace.memory + pace.stride * pace.trials + 1) * length);
  while (start < until) {
    (end <= now ? past : ahead).push({ start, end: Math.min(end, until), season: seasonOf(start) });
    ({ start, end } = boundsOf(pace.step, zone, end));
  }
  return { now, end: open.end, pace, say: sayer(pace.step, zone, now), past, ahead };
}

function boundsOf(step: Pace['step'], zone: string, at: number): { start: number; end: number } {
  const { start, end } = windowAt(step, zone, at);
  return { start, end: end ?? start + DAY_MS };
}

function seasons(step: Pace['step'], zone: string): (at: number) => number {
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: 'numeric',
  });
  const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  return (at) => {
    const parts = formatter.formatToParts(at);
    const weekday = weekdays.indexOf(parts.find(({ type }) => type === 'weekday')?.value ?? '');
    if (step === 'day') return weekday;
    return Number(parts.find(({ type }) => type === 'hour')?.value) + (weekday >= 5 ? 24 : 0);
  };
}

/**
 * The forecast of one scope. `history` is its spend in rising order of time, from the first step of the calendar on; `spent` is
 * what it has used of the open window, whose limit (with top-ups) is `limit`.
 */
export function forecast(
  calendar: ForecastCalendar,
  scope: { readonly history: readonly SpendSum[]; readonly limit: number; readonly spent: number },
): Forecast {
  const { now, pace, end } = calendar;
  const { method } = pace;
  const left = scope.limit - scope.spent;
  if (left <= 0) {
    const words = end === null ? 'It is spent.' : `It is spent until it starts anew ${calendar.say(end)}.`;
    return { runsOutAt: now, earliest: now, latest: now, enough: true, words, method };
  }
  const first = scope.history.find(({ spent }) => spent > 0)?.at;
  if (first === undefined || now - first < NEEDED_MS) {
    const words = 'It is too early to tell when it runs out: that takes three days of spending.';
    return { runsOutAt: null, earliest: null, latest: null, enough: false, words, method };
  }
  // The step in which the spending began is left out: it was hardly a whole one.
  const past = calendar.past.filter((step) => step.start > first);
  const actual = sumByStep(past, scope.history);
  const expected = expectation(calendar, past, actual, past.length);
  const runsOutAt = crossing(calendar, expected, left, 1);
  const until = calendar.ahead.findIndex((step) => step.end >= (runsOutAt ?? Number.POSITIVE_INFINITY));
  const horizon = until < 0 ? calendar.ahead.length : until + 1;
  const [slowest, fastest] = misses(calendar, past, actual, horizon);
  const earliest = crossing(calendar, expected, left, Math.max(1, fastest));
  const latest = crossing(calendar, expected, left, Math.min(1, slowest));
  const dates = { runsOutAt, earliest, latest };
  return { ...dates, enough: true, words: sayDates(calendar, dates), method };
}

/** Spend of each step; what lies outside of all of them is left out. */
function sumByStep(steps: readonly Step[], history: readonly SpendSum[]): number[] {
  const sums = steps.map(() => 0);
  let i = 0;
  for (const { at, spent } of history) {
    while (i < steps.length && (steps[i]?.end ?? 0) <= at) i += 1;
    if (i < steps.length && at + HOUR_MS > (steps[i]?.start ?? 0)) sums[i] = (sums[i] ?? 0) + spent;
  }
  return sums;
}

/**
 * What a millisecond of a season is expected to cost, as could be told when the first `known` steps had passed: steps are
 * not all of one length.
 */
function expectation(
  { pace }: ForecastCalendar,
  past: readonly Step[],
  actual: readonly number[],
  known: number,
): (season: number) => number {
  const sums = new Array<number>(SEASONS).fill(0);
  const times = new Array<number>(SEASONS).fill(0);
  let [sum, time] = [0, 0];
  for (let i = Math.max(0, known - pace.memory); i < known; i++) {
    const season = past[i]?.season ?? 0;
    sums[season] = (sums[season] ?? 0) + (actual[i] ?? 0);
    times[season] = (times[season] ?? 0) + lengthOf(past[i]);
    sum += actual[i] ?? 0;
    time += lengthOf(past[i]);
  }
  /** Of a season that has not come yet, the mean of all. */
  const mean = (season: number): number => {
    const ofSeason = times[season] ?? 0;
    if (ofSeason > 0) return (sums[season] ?? 0) / ofSeason;
    return time > 0 ? sum / time : 0;
  };
  let came = 0;
  let meant = 0;
  for (let i = Math.max(0, known - pace.recent); i < known; i++) {
    came += actual[i] ?? 0;
    meant += mean(past[i]?.season ?? 0) * lengthOf(past[i]);
  }
  const level = meant > 0 ? (1 + came / meant) / 2 : 1;
  return (season) => mean(season) * level;
}

const lengthOf = (step: Step | undefined): number => (step ? step.end - step.start : 0);

/** When what is left is spent at so many times the expected pace; null where the window ends before. */
function crossing(
  { now, ahead }: ForecastCalendar,
  expected: (season: number) => number,
  left: number,
  times: number,
): number | null {
  let rest = left;
  for (const { start, end, season } of ahead) {
    const from = Math.max(start, now);
    const cost = expected(season) * times * (end - from);
    if (cost >= rest && cost > 0) return Math.round(from + ((end - from) * rest) / cost);
    rest -= cost;
  }
  return null;
}

/** By how much the same forecast, for so many steps, has been wrong at worst: the least and the most of what came for what was expected. */
function misses(
  calendar: ForecastCalendar,
  past: readonly Step[],
  actual: readonly number[],
  horizon: number,
): readonly [slowest: number, fastest: number] {
  const { stride, trials, step } = calendar.pace;
  const needed = step === 'day' ? NEEDED_MS / DAY_MS : NEEDED_MS / HOUR_MS;
  const length = Math.min(horizon, Math.max(1, Math.floor((past.length - needed) / 2)));
  let [slowest, fastest, made] = [1, 1, 0];
  for (let trial = 0; trial < trials; trial++) {
    const known = past.length - length - trial * stride;
    if (known < needed) break;
    const expected = expectation(calendar, past, actual, known);
    let came = 0;
    let meant = 0;
    for (let i = known; i < known + length; i++) {
      came += actual[i] ?? 0;
      meant += expected(past[i]?.season ?? 0) * lengthOf(past[i]);
    }
    if (meant <= 0) continue;
    made += 1;
    slowest = Math.min(slowest, came / meant);
    fastest = Math.max(fastest, came / meant);
  }
  return made < FEW_TRIALS ? [Math.min(slowest, 1 / 2), Math.max(fastest, 2)] : [slowest, fastest];
}

function sayDates(
  calendar: ForecastCalendar,
  { runsOutAt, earliest, latest }: Pick<Forecast, 'runsOutAt' | 'earliest' | 'latest'>,
): string {
  const { end, say: on } = calendar;
  const anew = end === null ? 'for more than a year' : `until it starts anew ${on(end)}`;
  if (runsOutAt === null) {
    if (earliest === null) return `It lasts ${anew}.`;
    return `At the usual pace it lasts ${anew}; at the fastest it would run out ${on(earliest)}.`;
  }
  const from = earliest ?? runsOutAt;
  if (latest === null) {
    return `At the usual pace it runs out ${on(runsOutAt)}, at the earliest ${on(from)}; it may also last ${anew}.`;
  }
  const [first, last] = [on(from), on(latest)];
  const range = first === last ? '' : `, at the earliest ${first} and at the latest ${last}`;
  return `At the usual pace it runs out ${on(runsOutAt)}${range}.`;
}

/** Says a moment as clocks in a zone show it: "on 24 November", "at 15:40" or "tomorrow at 00:00". */
function sayer(step: Pace['step'], zone: string, now: number): (at: number) => string {
  const formatter = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
  if (step === 'hour') {
    const date = formatter({ year: 'numeric', month: 'numeric', day: 'numeric' });
    const time = formatter({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    return (at) => `${date.format(at) === date.format(now) ? 'at' : 'tomorrow at'} ${time.format(at)}`;
  }
  const year = formatter({ year: 'numeric' });
  const short = formatter({ day: 'numeric', month: 'long' });
  const long = formatter({ day: 'numeric', month: 'long', year: 'numeric' });
  return (at) => `on ${(year.format(at) === year.format(now) ? short : long).format(at)}`;
}
