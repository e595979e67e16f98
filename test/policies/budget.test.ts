import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUDGET_WINDOWS, budgetSchema, limitOf, windowAt } from '../../policies/budget.ts';
import { decideHold } from '../../policies/hold.ts';

const HOUR = 3_600_000;

/** Zones with a daylight saving time of an hour, of half an hour, at midnight, with odd offsets, and with a lost day. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
];
/** Clocks that went back from 00:01 to 23:01 of the day before, until 2011. */
const BACK_OVER_MIDNIGHT = 'America/St_Johns';

/** The window as ISO times in UTC. */
function utc(window: (typeof BUDGET_WINDOWS)[number], zone: string, at: string): string[] {
  const { start, end } = windowAt(window, zone, Date.parse(at));
  return [start, end ?? Number.NaN].map((moment) => new Date(moment).toISOString().slice(0, 16));
}

describe('the calendar windows of budgets', () => {
  const cases: [what: string, ...Parameters<typeof utc>, start: string, end: string][] = [
    [
      'a day that loses an hour in spring',
      'day',
      'Europe/Berlin',
      '2026-03-29T10:00Z',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
    ],
    [
      'a day that gains an hour in autumn',
      'day',
      'Europe/Berlin',
      '2026-10-25T10:00Z',
      '2026-10-24T22:00',
      '2026-10-25T23:00',
    ],
    [
      'a month with a change of clocks',
      'month',
      'Europe/Berlin',
      '2026-03-31T12:00Z',
      '2026-02-28T23:00',
      '2026-03-31T22:00',
    ],
    [
      'a quarter over winter',
      'quarter',
      'America/New_York',
      '2026-11-15T00:00Z',
      '2026-10-01T04:00',
      '2027-01-01T05:00',
    ],
    [
      'a week, which starts on Monday',
      'week',
      'America/New_York',
      '2026-03-08T12:00Z',
      '2026-03-02T05:00',
      '2026-03-09T04:00',
    ],
    [
      'Sunday night, still of the old week',
      'week',
      'America/New_York',
      '2026-03-09T03:59Z',
      '2026-03-02T05:00',
      '2026-03-09T04:00',
    ],
    [
      'a day without a midnight',
      'day',
      'America/Sao_Paulo',
      '2018-11-04T12:00Z',
      '2018-11-04T03:00',
      '2018-11-05T02:00',
    ],
    [
      'the day before a day without a midnight',
      'day',
      'America/Sao_Paulo',
      '2018-11-03T12:00Z',
      '2018-11-03T03:00',
      '2018-11-04T03:00',
    ],
    [
      'a day whose last hour is shown twice',
      'day',
      'America/Sao_Paulo',
      '2018-02-18T02:30Z',
      '2018-02-17T02:00',
      '2018-02-18T03:00',
    ],
    ['half an hour back', 'day', 'Australia/Lord_Howe', '2026-04-05T00:00Z', '2026-04-04T13:00', '2026-04-05T13:30'],
    ['an hour cut by that', 'hour', 'Australia/Lord_Howe', '2026-04-04T15:10Z', '2026-04-04T15:00', '2026-04-04T15:30'],
    [
      'hours that start at a quarter',
      'hour',
      'Asia/Kathmandu',
      '2026-01-01T00:20Z',
      '2026-01-01T00:15',
      '2026-01-01T01:15',
    ],
    [
      'days that start at a quarter',
      'day',
      'Asia/Kathmandu',
      '2026-01-01T00:20Z',
      '2025-12-31T18:15',
      '2026-01-01T18:15',
    ],
    [
      'the day before a day that never was',
      'day',
      'Pacific/Apia',
      '2011-12-30T09:59Z',
      '2011-12-29T10:00',
      '2011-12-30T10:00',
    ],
    ['the day after it', 'day', 'Pacific/Apia', '2011-12-30T10:00Z', '2011-12-30T10:00', '2011-12-31T10:00'],
    [
      'a minute of the new day, shown before the old one again',
      'day',
      BACK_OVER_MIDNIGHT,
      '2010-11-07T02:30:30Z',
      '2010-11-07T02:30',
      '2010-11-08T03:30',
    ],
    ['the old day shown again', 'day', BACK_OVER_MIDNIGHT, '2010-11-07T03:00Z', '2010-11-07T02:30', '2010-11-08T03:30'],
  ];
  it.each(cases)('knows %s', (_what, window, zone, at, start, end) => {
    expect(utc(window, zone, at)).toEqual([start, end]);
  });

  /** The windows of a year, by their length in hours: how many there are of each. */
  function yearOf(window: (typeof BUDGET_WINDOWS)[number], zone: string, year: number): Record<string, number> {
    const startOf = (of: number) => windowAt('quarter', zone, Date.UTC(of, 0, 15)).start;
    const found: Record<string, number> = {};
    for (let at = startOf(year); at < startOf(year + 1); ) {
      const { start, end } = windowAt(window, zone, at);
      expect(start).toBe(at);
      at = end ?? Number.POSITIVE_INFINITY;
      const hours = String((at - start) / HOUR);
      found[hours] = (found[hours] ?? 0) + 1;
    }
    return found;
  }

  const years: [zone: string, year: number, window: 'hour' | 'day' | 'month' | 'quarter', lengths: object][] = [
    ['UTC', 2024, 'day', { 24: 366 }],
    ['UTC', 2023, 'month', { 672: 1, 720: 4, 744: 7 }],
    ['UTC', 2024, 'month', { 696: 1, 720: 4, 744: 7 }],
    ['UTC', 2100, 'month', { 672: 1, 720: 4, 744: 7 }],
    ['UTC', 2023, 'quarter', { 2160: 1, 2184: 1, 2208: 2 }],
    ['UTC', 2024, 'quarter', { 2184: 2, 2208: 2 }],
    ['Europe/Berlin', 2026, 'day', { 23: 1, 24: 363, 25: 1 }],
    ['Europe/Berlin', 2024, 'month', { 696: 1, 720: 4, 743: 1, 744: 5, 745: 1 }],
    ['America/New_York', 2026, 'day', { 23: 1, 24: 363, 25: 1 }],
    ['America/New_York', 2026, 'quarter', { 2159: 1, 2184: 1, 2208: 1, 2209: 1 }],
    ['America/Sao_Paulo', 2018, 'day', { 23: 1, 24: 363, 25: 1 }],
    ['America/Sao_Paulo', 2026, 'day', { 24: 365 }],
    // Clocks go forward and back by half an hour there: an hour is cut short, and a day is half an hour longer or shorter.
    ['Australia/Lord_Howe', 2026, 'hour', { 0.5: 2, 1: 8759 }],
    ['Australia/Lord_Howe', 2026, 'day', { 23.5: 1, 24: 363, 24.5: 1 }],
    ['Asia/Kathmandu', 2024, 'day', { 24: 366 }],
    // There was no 30th of December.
    ['Pacific/Apia', 2011, 'hour', { 1: 8736 }],
    ['Pacific/Apia', 2011, 'day', { 23: 1, 24: 362, 25: 1 }],
    ['Pacific/Apia', 2011, 'month', { 672: 1, 719: 1, 720: 3, 721: 1, 744: 6 }],
  ];
  it.each(years)('fill a year in %s: %i by the %s', (zone, year, window, lengths) => {
    expect(yearOf(window, zone, year)).toEqual(lengths);
  });

  it('end with the last moment of a month, of a leap day and of a year', () => {
    const at = (window: (typeof BUDGET_WINDOWS)[number], zone: string, moment: string) => utc(window, zone, moment);
    expect(at('month', 'UTC', '2026-01-31T23:59:59.999Z')).toEqual(['2026-01-01T00:00', '2026-02-01T00:00']);
    expect(at('day', 'UTC', '2024-02-29T23:59:59.999Z')).toEqual(['2024-02-29T00:00', '2024-03-01T00:00']);
    expect(at('month', 'Europe/Berlin', '2024-02-29T22:59:59.999Z')).toEqual(['2024-01-31T23:00', '2024-02-29T23:00']);
    expect(at('month', 'Europe/Berlin', '2024-02-29T23:00:00Z')).toEqual(['2024-02-29T23:00', '2024-03-31T22:00']);
    expect(at('quarter', 'America/New_York', '2027-01-01T04:59:59Z')[1]).toBe('2027-01-01T05:00');
    expect(at('week', 'UTC', '2026-01-01T00:00:00Z')).toEqual(['2025-12-29T00:00', '2026-01-05T00:00']);
    // The week, the month and the quarter that lost a day.
    expect(at('week', 'Pacific/Apia', '2011-12-31T00:00:00Z')).toEqual(['2011-12-26T10:00', '2012-01-01T10:00']);
    expect(at('month', 'Pacific/Apia', '2011-12-31T00:00:00Z')).toEqual(['2011-12-01T10:00', '2011-12-31T10:00']);
    expect(at('quarter', 'Pacific/Apia', '2011-12-31T00:00:00Z')).toEqual(['2011-10-01T10:00', '2011-12-31T10:00']);
  });

  const calendar = BUDGET_WINDOWS.filter((window) => window !== 'total');
  const someTime = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) });

  it.each([...ZONES, BACK_OVER_MIDNIGHT])('lie side by side without a gap or an overlap in %s', (zone) => {
    fc.assert(
      fc.property(fc.constantFrom(...calendar), someTime, (window, at) => {
        const { start, end } = windowAt(window, zone, at);
        expect(start).toBeLessThanOrEqual(at);
        expect(end).toBeGreaterThan(at);
        // Any moment of it is in this same window, and the ones beside it begin and end where it ends and begins.
        expect(windowAt(window, zone, start)).toEqual({ start, end });
        expect(windowAt(window, zone, (end ?? 0) - 1)).toEqual({ start, end });
        expect(windowAt(window, zone, end ?? 0).start).toBe(end);
        expect(windowAt(window, zone, start - 1).end).toBe(start);
      }),
      { numRuns: 300 },
    );
  });

  it.each([...ZONES, BACK_OVER_MIDNIGHT])('do so in the hours around each change of clocks in %s', (zone) => {
    const offset = (at: number) => windowAt('day', zone, at).start % (24 * HOUR);
    const changes: number[] = [];
    for (let at = Date.UTC(2004, 0); at < Date.UTC(2020, 0); at += 24 * HOUR) {
      if (offset(at) !== offset(at + 24 * HOUR)) changes.push(at);
    }
    if (zone !== 'Asia/Kathmandu') expect(changes.length).toBeGreaterThan(5);
    for (const change of changes) {
      for (const window of ['hour', 'day'] as const) {
        let { start: at } = windowAt(window, zone, change - 24 * HOUR);
        while (at < change + 72 * HOUR) {
          const next = windowAt(window, zone, at);
          expect(next.start).toBe(at);
          at = next.end ?? 0;
        }
      }
    }
  });

  it('never end for a budget of a total', () => {
    expect(windowAt('total', 'UTC', Date.UTC(2026, 0))).toEqual({ start: 0, end: null });
  });
});

describe('the rule of admission', () => {
  const amount = fc.integer({ min: 0, max: 1_000_000 });
  const state = fc.record({ limit: amount, spent: amount, held: amount });
  const bounds = fc.record({ within: amount, warning: amount });
  const warnAt = fc.constantFrom(null, 0.01, 0.5, 0.8, 0.99);

  it('never admits over the limit, whatever is spent, held and asked for', () => {
    fc.assert(
      fc.property(state, bounds, warnAt, (now, wanted, share) => {
        const decided = decideHold(now, wanted, share);
        if (decided.port === 'exhausted') return;
        expect(now.spent + now.held + decided.amount).toBeLessThanOrEqual(now.limit);
        expect(decided.amount).toBe(decided.port === 'within' ? wanted.within : wanted.warning);
        if (decided.port === 'within' && share !== null && now.limit > 0) {
          expect(now.spent + now.held).toBeLessThan(now.limit * share);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('keeps to the limit over many requests, of which each one ends at any cost up to its hold', () => {
    const request = fc.record({ bounds, cost: fc.double({ min: 0, max: 1, noNaN: true }), ends: fc.boolean() });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_000_000 }),
        warnAt,
        fc.array(request, { maxLength: 60 }),
        (limit, share, requests) => {
          let spent = 0;
          let held = 0;
          for (const one of requests) {
            const decided = decideHold({ limit, spent, held }, one.bounds, share);
            if (decided.port === 'exhausted') continue;
            if (one.ends) spent += Math.floor(decided.amount * one.cost);
            else held += decided.amount;
            expect(spent + held).toBeLessThanOrEqual(limit);
          }
        },
      ),
    );
  });

  it('refuses only what does not fit by any port that the node has', () => {
    fc.assert(
      fc.property(state, bounds, warnAt, (now, wanted, share) => {
        const room = now.limit - now.spent - now.held;
        if (share === null) expect(decideHold(now, wanted, share).port === 'exhausted').toBe(wanted.within > room);
        else if (wanted.warning <= room) expect(decideHold(now, wanted, share).port).not.toBe('exhausted');
      }),
    );
  });

  it('says why it takes the warning port', () => {
    const dear = { within: 50, warning: 5 };
    expect(decideHold({ limit: 100, spent: 80, held: 0 }, dear, 0.8)).toEqual({
      port: 'warning',
      why: 'over_warning',
      amount: 5,
      level: 0,
    });
    expect(decideHold({ limit: 100, spent: 60, held: 0 }, dear, 0.8)).toEqual({
      port: 'warning',
      why: 'over_limit',
      amount: 5,
      level: 0,
    });
    expect(decideHold({ limit: 100, spent: 79, held: 20 }, dear, 0.8).port).toBe('exhausted');
  });
});

describe('what an administrator can set', () => {
  const settings = { name: 'a', scope: [], window: 'month', timeZone: 'UTC', unit: 'usd', limit: 1, owner: null };
  const refused: [what: string, different: object, words: RegExp][] = [
    [
      'a time zone that there is not',
      { timeZone: 'Mars/Olympus' },
      /There is no time zone of that name; write one such/,
    ],
    [
      'half a nano-dollar',
      { limit: 0.5 },
      /An amount is a whole number of nano-dollars or tokens, not less than zero\./,
    ],
    ['less than nothing', { limit: -1 }, /A limit cannot be below zero\./],
    [
      'more than can be counted exactly',
      { limit: 2 ** 53 },
      /This is more than can be counted exactly\. At most about nine/,
    ],
    ['an endless limit', { limit: Number.POSITIVE_INFINITY }, /./],
    ['no number', { limit: '5 dollars' }, /An amount is a whole number/],
    ['a limit of its own below nothing', { limits: { 'team=ads': -5 } }, /A limit cannot be below zero\./],
    [
      'more limits of their own than can be overseen',
      { limits: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`team=${i}`, 1])) },
      /At most 500 scopes can have a limit of their own\./,
    ],
    ['a threshold of nothing', { thresholds: [0, 1] }, /A threshold has to be above 0 %\./],
    ['a threshold far above the limit', { thresholds: [10.5] }, /A threshold can be at most ten times the limit\./],
    ['thresholds in disorder', { thresholds: [1, 0.8] }, /Write the thresholds in rising order, each once\./],
    ['a threshold twice', { thresholds: [0.8, 0.8] }, /each once/],
    ['six thresholds', { thresholds: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] }, /A budget can have at most five thresholds\./],
    ['a scope that is no tag', { scope: ['tags.9'] }, /A scope is project, key, team, user, usage or tags\.name\./],
    ['a window that no calendar has', { window: 'fortnight' }, /./],
    ['a name of spaces', { name: '  ' }, /./],
  ];
  it.each(refused)('is not %s', (_what, different, words) => {
    const parsed = budgetSchema.safeParse({ ...settings, ...different });
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues[0]?.message).toMatch(words);
  });

  it('may be a limit of nothing, thresholds above the limit or none at all', () => {
    expect(budgetSchema.parse({ ...settings, limit: 0, thresholds: [0.5, 1, 1.5] })).toMatchObject({ limit: 0 });
    expect(budgetSchema.parse({ ...settings, thresholds: [] }).thresholds).toEqual([]);
    expect(budgetSchema.parse(settings)).toMatchObject({ thresholds: [0.8, 1], parent: null, limits: {} });
  });

  it('gives single scopes limits of their own, and all others the limit of the budget', () => {
    const budget = budgetSchema.parse({ ...settings, scope: ['team'], limit: 7, limits: { 'team=ads': 0 } });
    expect(['team=ads', 'team=search', 'toString', '__proto__'].map((scope) => limitOf(budget, scope))).toEqual([
      0, 7, 7, 7,
    ]);
  });
});
