/** How far off forecasts are, measured on made-up traffic; the figures stand in docs/forecast.md. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { windowAt } from '../../policies/budget.ts';
import { forecast, forecastCalendar, type SpendSum } from '../../policies/forecast.ts';
import { TRAFFIC_FROM, TRAFFIC_TO, twoYearsOfTraffic } from './traffic.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONE = 'Europe/Berlin';
const SEEDS = [1, 2];
/** Limits as shares of what the month will have cost: it runs out early, in good time, hardly, and not at all. */
const SHARES = [0.7, 0.85, 0.95, 1.1];

interface Errors {
  dates: number;
  days: number;
  straightDays: number;
  inside: number;
}

/** When a month's budget really runs out; the end of the window where it does not. */
function truth(month: readonly SpendSum[], limit: number, end: number): number {
  let rest = limit;
  for (const { at, spent } of month) {
    if (spent >= rest) return at + (HOUR * rest) / spent;
    rest -= spent;
  }
  return end;
}

/** Spend of some hours of a house that was made for `TRAFFIC_FROM` on. */
const between = (house: readonly SpendSum[], from: number, to: number): readonly SpendSum[] =>
  house.slice(Math.max(0, Math.ceil((from - TRAFFIC_FROM) / HOUR)), Math.ceil((to - TRAFFIC_FROM) / HOUR));
const sum = (hours: readonly SpendSum[]): number => hours.reduce((total, { spent }) => total + spent, 0);

/** Every midnight from the 10th of a month until its budget has run out; by share. */
function measure(): Map<number, Errors> {
  const errors = new Map(SHARES.map((share) => [share, { dates: 0, days: 0, straightDays: 0, inside: 0 }]));
  const houses = SEEDS.map(twoYearsOfTraffic);
  let open = windowAt('month', ZONE, TRAFFIC_FROM + 40 * DAY);
  for (; open.end !== null && open.end < TRAFFIC_TO; open = windowAt('month', ZONE, open.end)) {
    const { start } = open;
    const end = open.end ?? start;
    let now = start;
    for (let day = 1; now < end; day++, now = windowAt('day', ZONE, now).end ?? end) {
      if (day < 10) continue;
      const calendar = forecastCalendar('month', ZONE, open, now);
      for (const house of houses) {
        const month = between(house, start, end);
        const cost = sum(month);
        const spent = sum(between(house, start, now));
        const history = between(house, calendar.past[0]?.start ?? now, now);
        for (const [share, error] of errors) {
          const limit = Math.round(share * cost);
          const runsOut = truth(month, limit, end);
          if (now >= runsOut) continue;
          const told = forecast(calendar, { history, limit, spent });
          const straight = Math.min(end, start + ((now - start) * limit) / spent);
          error.dates += 1;
          error.days += Math.abs((told.runsOutAt ?? end) - runsOut) / DAY;
          error.straightDays += Math.abs(straight - runsOut) / DAY;
          if (runsOut >= (told.earliest ?? end) && runsOut <= (told.latest ?? end)) error.inside += 1;
        }
      }
    }
  }
  return errors;
}

it('is closer than the straight line, and as close as the documentation says', { timeout: 120_000 }, async () => {
  const documentation = await readFile(new URL('../../docs/forecast.md', import.meta.url), 'utf8');
  const all: Errors = { dates: 0, days: 0, straightDays: 0, inside: 0 };
  const row = (words: string, { dates, days, straightDays, inside }: Errors) =>
    `| ${words} | ${(days / dates).toFixed(1)} | ${(straightDays / dates).toFixed(1)} | ${Math.round((100 * inside) / dates)} % |`;
  const rows: string[] = [];
  for (const [share, errors] of measure()) {
    for (const name of ['dates', 'days', 'straightDays', 'inside'] as const) all[name] += errors[name];
    rows.push(row(`${Math.round(share * 100)} % of what the month costs`, errors));
    expect(errors.days, `with a limit of ${share}`).toBeLessThan(errors.straightDays);
  }
  rows.push(row('all together', all));
  for (const line of rows) expect(documentation, `${all.dates} forecasts\n${rows.join('\n')}`).toContain(line);
  expect(documentation).toContain(`${all.dates.toLocaleString('en-US')} forecasts`);
  expect(all.days / all.dates).toBeLessThan(1);
  expect(all.inside / all.dates).toBeGreaterThan(0.85);
});
