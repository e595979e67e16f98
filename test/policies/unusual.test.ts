import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HourlyCost, unusualSpend } from '../../policies/unusual.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Wednesday, 14:00 in UTC. */
const NOW = Date.UTC(2026, 3, 15, 14);
const DOLLAR = 1e9;

/** The hours of some days before `now`, each at what `cost` says. */
function past(days: number, cost: (hour: number) => number, now = NOW): HourlyCost[] {
  return Array.from({ length: days * 24 }, (_, i) => now - (i + 1) * HOUR).map((hour) => ({
    subject: 'team=search',
    hour,
    cost: cost(hour),
  }));
}

const thisHour = (cost: number, now = NOW): HourlyCost => ({ subject: 'team=search', hour: now, cost });

describe('unusual spend', () => {
  it('is an hour above four times the usual and a dollar more, in words, however far the hour is', () => {
    const [found, ...others] = unusualSpend([...past(14, () => DOLLAR), thisHour(42 * DOLLAR)], NOW + 59 * 60_000);
    expect(others).toEqual([]);
    expect(found).toEqual({
      subject: 'team=search',
      hour: NOW,
      cost: 42 * DOLLAR,
      usual: DOLLAR,
      words: 'The team “search” has spent $42.00 in this hour, 42 times the $1.00 that is usual at this time.',
    });
  });

  it.each([
    ['exactly four times the usual', 4, false],
    ['a little above four times', 4.01, true],
  ])('at %s', (_words, dollars, fires) => {
    expect(unusualSpend([...past(14, () => DOLLAR), thisHour(dollars * DOLLAR)], NOW)).toHaveLength(fires ? 1 : 0);
  });

  it('is not a small sum, however many times the usual it is', () => {
    const history = [...past(14, () => DOLLAR / 100), thisHour(DOLLAR)];
    expect(unusualSpend(history, NOW)).toEqual([]);
  });

  it('needs three days of history', () => {
    expect(unusualSpend([...past(3, () => DOLLAR), thisHour(50 * DOLLAR)], NOW)).toHaveLength(1);
    expect(unusualSpend([...past(3, () => DOLLAR).slice(0, -1), thisHour(50 * DOLLAR)], NOW)).toEqual([]);
  });

  it('says so where nothing is usual', () => {
    const history = [{ subject: 'key=key_1', hour: NOW - 5 * DAY - 3 * HOUR, cost: DOLLAR }];
    const [found] = unusualSpend([...history, { subject: 'key=key_1', hour: NOW, cost: 5 * DOLLAR }], NOW);
    expect(found?.words).toBe('The key “key_1” has spent $5.00 in this hour; at this time it usually spends nothing.');
  });

  it('knows office hours: a Monday morning is compared with mornings of working days, not with the weekend', () => {
    const monday = Date.UTC(2026, 3, 20, 9);
    const atWork = (at: number) => {
      const date = new Date(at);
      const working = date.getUTCDay() % 6 !== 0 && date.getUTCHours() >= 9 && date.getUTCHours() < 18;
      return working ? 10 * DOLLAR : 0;
    };
    expect(unusualSpend([...past(14, atWork, monday), thisHour(12 * DOLLAR, monday)], monday)).toEqual([]);
    const saturday = Date.UTC(2026, 3, 18, 9);
    expect(unusualSpend([...past(14, atWork, saturday), thisHour(41 * DOLLAR, saturday)], saturday)).toHaveLength(1);
  });

  it('adds up several sums of one hour, and tells each subject apart, the dearest first', () => {
    const one = [...past(14, () => DOLLAR), thisHour(3 * DOLLAR), thisHour(3 * DOLLAR)];
    const other = one.map((sum) => ({ ...sum, subject: 'team=other', cost: sum.cost * 2 }));
    const found = unusualSpend([...one, ...other], NOW);
    expect(found.map(({ subject, cost }) => [subject, cost])).toEqual([
      ['team=other', 12 * DOLLAR],
      ['team=search', 6 * DOLLAR],
    ]);
  });

  const level = fc.double({ min: 1, max: 1e13, noNaN: true });
  const noise = fc.array(fc.double({ min: 0.7, max: 1.3, noNaN: true }), { minLength: 15 * 24, maxLength: 15 * 24 });
  const hour = fc.integer({ min: 0, max: 400 }).map((hours) => NOW + hours * HOUR);

  it('is never found in steady traffic with 30 % of noise', () => {
    fc.assert(
      fc.property(level, noise, hour, fc.integer({ min: 1, max: 14 }), (usual, factors, now, days) => {
        const history = past(days, (at) => usual * (factors[Math.round((now - at) / HOUR)] ?? 1), now);
        const current = thisHour(usual * (factors[0] ?? 1), now);
        expect(unusualSpend([...history, current], now)).toEqual([]);
      }),
    );
  });

  it('is always found in an hour of ten times the usual above ten dollars', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1.01 * DOLLAR, max: 1e13, noNaN: true }),
        noise,
        hour,
        fc.integer({ min: 3, max: 14 }),
        (usual, factors, now, days) => {
          const history = past(days, (at) => usual * (factors[Math.round((now - at) / HOUR)] ?? 1), now);
          const [found] = unusualSpend([...history, thisHour(10 * usual, now)], now);
          expect(found).toMatchObject({ subject: 'team=search', hour: now, cost: 10 * usual });
        },
      ),
    );
  });
});
