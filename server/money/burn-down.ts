/** How a budget is used up in its open window, and when it runs out: read from what was charged, never kept apart. */
import { limitOf, windowAt } from '../../policies/budget.ts';
import { type Forecast, type ForecastCalendar, forecast, forecastCalendar } from '../../policies/forecast.ts';
import type { BudgetEntry } from '../control/snapshot.ts';
import type { RecordStore } from '../records/record.ts';
import type { ScopeSpend } from '../records/spend-by-hour.ts';

/** What is spent and held of one scope now, and what was added to its limit for the open window. */
export interface ScopeUse {
  readonly scope: string;
  readonly spent: number;
  readonly held: number;
  readonly toppedUp?: number;
}

/** Amounts in the unit of the budget, times in milliseconds since 1970. */
export interface BurnDown {
  readonly unit: 'usd' | 'tokens';
  readonly scope: string;
  /** With what was added for this window. */
  readonly limit: number;
  readonly window: { readonly start: number; readonly end: number | null };
  /** What was spent up to each moment; the first is the start of the window, or of what is looked at. */
  readonly points: readonly { readonly at: number; readonly spent: number }[];
  readonly held: number;
  readonly forecast: Forecast;
}

/** The forecast of one scope among others. */
export interface ScopeForecast extends Forecast {
  readonly scope: string;
  readonly limit: number;
  readonly spent: number;
  readonly held: number;
}

type Records = Pick<RecordStore, 'spendHistory' | 'corrections' | 'charges'>;

const HOUR_MS = 3_600_000;
const MOST_POINTS = 200;
/** Of a budget that never starts anew, the last year is shown. */
const LONGEST_MS = 366 * 24 * HOUR_MS;
const MOST_MOVEMENTS = 5000;
const AT_ONCE = 8;

/** One scope of a budget in its open window. */
export async function burnDown(records: Records, budget: BudgetEntry, use: ScopeUse, now: number): Promise<BurnDown> {
  const { unit, window, timeZone } = budget;
  const { scope, held } = use;
  const open = windowAt(window, timeZone, now);
  const [points, [told]] = await Promise.all([
    pointsOf(records, budget, use, open.start, now),
    forecasts(records, budget, [use], calendarOf(budget, now)),
  ]);
  if (!told) throw new Error('There is no forecast of a scope that was asked for.');
  const { runsOutAt, earliest, latest, enough, words, method, limit } = told;
  const start = points[0]?.at ?? open.start;
  return {
    unit,
    scope,
    limit,
    window: { start, end: open.end },
    held,
    points: thinned(points),
    forecast: { runsOutAt, earliest, latest, enough, words, method },
  };
}

/** The calendar that forecasts of a budget's scopes share. */
export function calendarOf({ window, timeZone }: BudgetEntry, now: number): ForecastCalendar {
  return forecastCalendar(window, timeZone, windowAt(window, timeZone, now), now);
}

/** Forecasts of some scopes of a budget, in the order of the scopes. */
export async function forecasts(
  records: Pick<RecordStore, 'spendHistory'>,
  budget: BudgetEntry,
  uses: readonly ScopeUse[],
  calendar: ForecastCalendar,
): Promise<ScopeForecast[]> {
  const history = await records.spendHistory({
    organisation: budget.organisation,
    budget: budget.id,
    scopes: uses.map(({ scope }) => scope),
    from: calendar.past[0]?.start ?? calendar.now,
    steps: calendar.pace.step === 'day' ? calendar.past : [],
  });
  const byScope = new Map<string, ScopeSpend[]>(uses.map(({ scope }) => [scope, []]));
  for (const sum of history) byScope.get(sum.scope)?.push(sum);
  const told: ScopeForecast[] = [];
  for (const { scope, spent, held, toppedUp = 0 } of uses) {
    const limit = limitOf(budget, scope) + toppedUp;
    const one = forecast(calendar, { history: byScope.get(scope) ?? [], limit, spent });
    told.push({ scope, limit, spent, held, ...one });
    // Half a millisecond each: requests go first.
    if (told.length % AT_ONCE === 0) await new Promise(setImmediate);
  }
  return told;
}

interface Movement {
  readonly at: number;
  readonly spent: number;
}

/** What had been spent at the start and after each movement, up to now. */
async function pointsOf(
  records: Records,
  budget: BudgetEntry,
  { scope, spent }: ScopeUse,
  start: number,
  now: number,
): Promise<Movement[]> {
  const { organisation, id, window } = budget;
  const from = Math.max(start, now - LONGEST_MS);
  const filter = { organisation, budget: id, scope, from };
  const corrections = (await records.corrections(filter, MOST_MOVEMENTS)).filter((one) => one.window === start);
  const charges =
    window === 'hour'
      ? (await records.charges(filter, MOST_MOVEMENTS)).map(({ at, settled }) => ({ at, spent: settled }))
      : await records.spendHistory({ organisation, budget: id, scopes: [scope], from, steps: [] });
  // Sums of an hour are known at its end: what people have corrected within it stands there too.
  const shownAt = (at: number) => (window === 'hour' ? at : Math.min(at - (at % HOUR_MS) + HOUR_MS, now));
  const movements = [...charges, ...corrections].map((one) => ({ at: shownAt(one.at), spent: one.spent }));
  movements.push({ at: now, spent: 0 });
  movements.sort((a, b) => a.at - b.at);
  // Counted back from what is spent now, so that what is not in these movements was spent before them.
  let sum = spent - movements.reduce((total, movement) => total + movement.spent, 0);
  // A budget that never starts anew is shown from its first charge on.
  const points: Movement[] = [{ at: window === 'total' ? (movements[0]?.at ?? now) : from, spent: sum }];
  for (const movement of movements) {
    sum += movement.spent;
    const last = points.at(-1);
    if (last && last.at === movement.at) points[points.length - 1] = { at: movement.at, spent: sum };
    else points.push({ at: movement.at, spent: sum });
  }
  return points;
}

/** At most so many points as a drawing can show, the first and the last always among them. */
function thinned(points: readonly Movement[]): Movement[] {
  if (points.length <= MOST_POINTS) return [...points];
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => points[Math.round(i * step)]).filter(
    (point) => point !== undefined,
  );
}
