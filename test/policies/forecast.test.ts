import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUDGET_WINDOWS, windowAt } from '../../policies/budget.ts';
import { type Forecast, forecast, forecastCalendar, type SpendSum } from '../../policies/forecast.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONE = 'Europe/Berlin';
/** A Tuesday, 12:00 in Berlin; clocks have changed two weeks ago. */
const NOW = Date.UTC(2026, 10, 10, 11);
/** A Tuesday, 12:00 in Berlin; clocks have not changed for long. */
const WINTER = Date.UTC(2026, 1, 10, 11);

/** What is spent in each hour before `now`, for so many days. */
function hours(days: number, spent: (at: number) => number, now = NOW): SpendSum[] {
  const first = Math.floor(now / HOUR) - days * 24;
  return Array.from({ length: days * 24 }, (_, i) => ({ at: (first + i) * HOUR, spent: spent((first + i) * HOUR) }));
}

function told(
  window: (typeof BUDGET_WINDOWS)[number],
  history: readonly SpendSum[],
  state: { readonly limit: number; readonly spent: number },
  now = NOW,
): Forecast {
  return forecast(forecastCalendar(window, ZONE, windowAt(window, ZONE, now), now), { history, ...state });
}

const steady = hours(90, () => 10);

describe('the forecast of a budget', () => {
  it('of steady spending is the straight line, without a doubt', () => {
    const { words, method, ...dates } = told('month', steady, { limit: 10_000, spent: 5200 });
    const at = NOW + 480 * HOUR;
    expect(dates).toEqual({ runsOutAt: at, earliest: at, latest: at, enough: true });
    expect(words).toBe('At the usual pace it runs out on 30 November.');
    expect(method).toContain('the last four of its weekday');
  });

  it('knows weekends: what is left of Friday is left on Monday', () => {
    const friday = Date.UTC(2026, 1, 13, 22);
    const history = hours(90, (at) => (new Date(at + HOUR).getUTCDay() % 6 === 0 ? 0 : 10), friday);
    const { runsOutAt } = told('month', history, { limit: 1000, spent: 870 }, friday);
    // An hour of Friday is left; then 120 of 240 for the Monday.
    expect(new Date(runsOutAt ?? 0).toISOString()).toBe('2026-02-16T11:00:00.000Z');
  });

  it('says that it lasts, and what would have to happen for it not to', () => {
    const lasts = told('month', steady, { limit: 1e6, spent: 0 });
    expect(lasts).toMatchObject({ runsOutAt: null, earliest: null, latest: null, enough: true });
    expect(lasts.words).toBe('It lasts until it starts anew on 1 December.');
    const uneven = hours(90, (at) => ((at / DAY) % 20 < 10 ? 5 : 15));
    const mayNot = told('month', uneven, { limit: 5500, spent: 0 });
    expect(mayNot).toMatchObject({ runsOutAt: null, latest: null });
    expect(mayNot.earliest).toBeGreaterThan(NOW);
    expect(mayNot.words).toMatch(
      /^At the usual pace it lasts until it starts anew on 1 December; at the fastest it would run out on \d+ November\.$/,
    );
  });

  it('has an interval around what is likely, wider the less even the spending is', () => {
    const uneven = hours(90, (at) => ((at / DAY) % 9 < 4 ? 4 : 14));
    const { runsOutAt, earliest, latest, words } = told('month', uneven, { limit: 7400, spent: 5200 });
    expect(earliest).toBeLessThan(runsOutAt ?? 0);
    expect(latest).toBeGreaterThan(runsOutAt ?? 0);
    expect(words).toMatch(
      /^At the usual pace it runs out on \d+ November, at the earliest \w+ \d+ November and at the latest on \d+ November\.$/,
    );
  });

  it('doubts what it knows from a few days: half the pace and twice the pace are possible', () => {
    const { runsOutAt, earliest, latest } = told(
      'month',
      hours(4, () => 10),
      { limit: 1960, spent: 1000 },
    );
    expect(runsOutAt).toBe(NOW + 96 * HOUR);
    expect(earliest).toBe(NOW + 48 * HOUR);
    expect(latest).toBe(NOW + 192 * HOUR);
  });

  it.each([
    ['two days of spending', hours(2, () => 10)],
    ['a long time without any', hours(60, (at) => (at < NOW - 2 * DAY ? 0 : 10))],
    ['nothing at all', []],
  ])('does not guess from %s', (_words, history) => {
    expect(told('month', history, { limit: 5000, spent: 480 })).toMatchObject({
      enough: false,
      runsOutAt: null,
      words: 'It is too early to tell when it runs out: that takes three days of spending.',
    });
  });

  it('of a budget that is spent is now', () => {
    const spent = told('month', steady, { limit: 5000, spent: 5000 });
    expect(spent).toMatchObject({ runsOutAt: NOW, earliest: NOW, latest: NOW, enough: true });
    expect(spent.words).toBe('It is spent until it starts anew on 1 December.');
    expect(told('total', [], { limit: 0, spent: 0 }).words).toBe('It is spent.');
  });

  it('looks at a day by its hours', () => {
    const atWork = (at: number) => new Date(at).getUTCHours() >= 8 && new Date(at).getUTCHours() < 16;
    const office = hours(29, (at) => (atWork(at) ? 100 : 0), WINTER);
    const at = (window: 'day' | 'hour', state: { limit: number; spent: number }, now = WINTER) =>
      told(window, office, state, now);
    const { runsOutAt, words } = at('day', { limit: 500, spent: 300 });
    expect(runsOutAt).toBe(WINTER + 2 * HOUR);
    expect(words).toBe('At the usual pace it runs out at 14:00.');
    expect(at('day', { limit: 900, spent: 300 }).words).toBe('It lasts until it starts anew tomorrow at 00:00.');
    expect(at('hour', { limit: 100, spent: 0 }, WINTER + HOUR / 2).runsOutAt).toBe(null);
    expect(at('hour', { limit: 100, spent: 80 }, WINTER + HOUR / 2).runsOutAt).toBe(WINTER + 0.7 * HOUR);
  });

  it('looks a year ahead for a budget that never starts anew', () => {
    expect(told('total', steady, { limit: 48_000, spent: 0 }).words).toMatch(
      /^At the usual pace it runs out on 29 May 2027\.$/,
    );
    expect(told('total', steady, { limit: 1e6, spent: 0 }).words).toBe('It lasts for more than a year.');
  });

  it('moves halfway towards how the last week was', () => {
    const faster = hours(90, (at) => (at >= NOW - 7 * DAY ? 20 : 10), NOW + 12 * HOUR);
    const midnight = Date.UTC(2026, 10, 10, 23);
    const { runsOutAt } = told('month', faster, { limit: 2000, spent: 0 }, midnight);
    // Means of four weeks are about 12.5 an hour; the last seven days were 1.6 times that; halfway is 1.3 times: 16.
    expect(((runsOutAt ?? 0) - midnight) / HOUR).toBeCloseTo(2000 / 16.2, -1);
  });

  it.each([
    ['short in spring', Date.UTC(2026, 2, 29), 23],
    ['long in autumn', Date.UTC(2026, 9, 25), 25],
  ])('has days that are %s', (_words, day, length) => {
    const now = day + 3 * DAY;
    const { past, ahead, pace } = forecastCalendar('week', ZONE, windowAt('week', ZONE, now), now);
    expect(pace.step).toBe('day');
    expect(past.find(({ start }) => Math.abs(start - day) < 3 * HOUR)).toMatchObject({ season: 6 });
    const lengths = past.map(({ start, end }) => (end - start) / HOUR);
    expect(lengths.filter((hours) => hours !== 24)).toEqual([length]);
    expect(ahead[0]?.start).toBeLessThanOrEqual(now);
    expect(ahead[0]?.end).toBeGreaterThan(now);
  });

  const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2027, 0, 1) });
  const zone = fc.constantFrom('UTC', ZONE, 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia');
  const window = fc.constantFrom(...BUDGET_WINDOWS);

  it('has steps without a gap from the past to the end of the window, in every zone', () => {
    fc.assert(
      fc.property(window, zone, moment, (of, where, now) => {
        const open = windowAt(of, where, now);
        const { past, ahead, pace } = forecastCalendar(of, where, open, now);
        const steps = [...past, ...ahead];
        for (const [i, step] of steps.entries()) {
          expect(step.end).toBeGreaterThan(step.start);
          expect(step.season).toBeGreaterThanOrEqual(0);
          if (i > 0) expect(step.start).toBe(steps[i - 1]?.end);
        }
        const days = pace.step === 'day' ? 28 + 60 : 14 + 14;
        expect(past[0]?.start).toBeLessThanOrEqual(now - days * DAY);
        expect(past.at(-1)?.end).toBe(ahead[0]?.start);
        expect(past.at(-1)?.end).toBeLessThanOrEqual(now);
        if (open.end !== null) expect(ahead.at(-1)?.end).toBe(open.end);
      }),
      { numRuns: 30 },
    );
  });

  it('has its dates in order and in the window, whatever was spent, and the same for the same', () => {
    const spending = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 60 });
    const state = fc.record({
      limit: fc.integer({ min: 0, max: 10_000_000 }),
      spent: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(window, moment, spending, state, (of, now, days, { limit, spent }) => {
        const history = days.map((cost, i) => ({
          at: (Math.floor(now / HOUR) - (days.length - i) * 17) * HOUR,
          spent: cost,
        }));
        const one = told(of, history, { limit, spent }, now);
        expect(told(of, history, { limit, spent }, now)).toEqual(one);
        const open = windowAt(of, ZONE, now);
        const last = Number.POSITIVE_INFINITY;
        const dates = [one.earliest, one.runsOutAt, one.latest].map((at) => at ?? last);
        expect([...dates].sort((a, b) => a - b)).toEqual(dates);
        for (const at of dates) {
          expect(at).toBeGreaterThanOrEqual(now);
          if (at !== last && open.end !== null) expect(at).toBeLessThanOrEqual(open.end);
        }
        expect(one.words).not.toMatch(/NaN|Invalid|undefined/);
      }),
      { numRuns: 40 },
    );
  });
});
