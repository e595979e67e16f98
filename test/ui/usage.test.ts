import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageSum } from '../../ui/api/usage.ts';
import { budgetsOfTeam } from '../../ui/screens/teams/budgets-of-team.ts';
import { endOfPart, partsOf, startOf } from '../../ui/usage/periods.ts';
import { readCondition, requestsBehind, writeCondition } from '../../ui/usage/requests-behind.ts';
import { plotOf, sumOf, withoutTime } from '../../ui/usage/usage-plot.ts';

const NOW = Date.UTC(2026, 10, 22, 5, 30);

const sum = (rest: Partial<UsageSum>): UsageSum => ({
  group: null,
  requests: 1,
  errors: 0,
  refused: 0,
  inputTokens: 10,
  outputTokens: 5,
  cost: 100,
  savedByRouting: 0,
  savedByCaching: 0,
  meanMs: 4,
  p50Ms: 4,
  p95Ms: 9,
  ...rest,
});

describe('the times that usage is told of', () => {
  it('begin with a day or a month of the zone, also where its clocks change in between', () => {
    expect(startOf('fortnight', 'Europe/Berlin', NOW)).toBe(Date.UTC(2026, 10, 8, 23));
    expect(startOf('month', 'Europe/Berlin', NOW)).toBe(Date.UTC(2026, 9, 23, 22));
    expect(startOf('year', 'Europe/Berlin', NOW)).toBe(Date.UTC(2025, 10, 30, 23));
    expect(startOf('day', 'UTC', NOW)).toBe(Date.UTC(2026, 10, 21, 6));
  });

  it('have parts that follow one another without gaps, from the first moment to the last', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu');
    const every = fc.constantFrom('day' as const, 'week' as const, 'month' as const);
    const at = fc.integer({ min: Date.UTC(2024, 0, 1), max: NOW });
    fc.assert(
      fc.property(zone, every, at, fc.integer({ min: 1, max: 400 * 86_400_000 }), (timeZone, part, from, length) => {
        const parts = partsOf(part, timeZone, from, from + length);
        expect(parts[0]).toBeLessThanOrEqual(from);
        parts.forEach((start, i) => {
          const end = endOfPart(part, timeZone, start);
          if (i + 1 < parts.length) expect(parts[i + 1]).toBe(end);
          else expect(end).toBeGreaterThanOrEqual(from + length);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('usage over time', () => {
  const moments = [0, 1, 2];
  const wanted = { by: 'user', measure: 'cost', every: 'day', timeZone: 'UTC', moments } as const;

  it('is drawn in full: what has no series of its own is in that of the others', () => {
    const amount = fc.record({
      user: fc.integer({ min: 0, max: 14 }),
      at: fc.integer({ min: 0, max: 2 }),
      cost: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 60 }), (amounts) => {
        const totals = amounts.map(({ user, at, cost }) => sum({ group: `u${user}`, at, cost }));
        const { series } = plotOf(totals, wanted);
        expect(series.length).toBeLessThanOrEqual(9);
        for (const at of moments) {
          const drawn = series.reduce((all, { values }) => all + (values[at] ?? 0), 0);
          expect(drawn).toBe(sumOf(totals.filter((one) => one.at === at)).cost);
        }
        expect(sumOf(withoutTime(totals))).toEqual(sumOf(totals));
      }),
    );
  });

  it('tells apart what has no value, what is not told apart, and values of one name', () => {
    const totals = [
      sum({ at: 0, cost: 4 }),
      sum({ at: 0, cost: 3, others: true }),
      sum({ at: 0, cost: 2, group: 'a', name: 'Web' }),
      sum({ at: 1, cost: 1, group: 'b', name: 'Web' }),
    ];
    expect(plotOf(totals, wanted).series.map(({ label, values }) => [label, ...values])).toEqual([
      ['no user named', 4, 0, 0],
      ['Web', 2, 0, 0],
      ['Web (2)', 0, 1, 0],
      ['all others', 3, 0, 0],
    ]);
  });
});

describe('the requests behind usage', () => {
  const time = { from: 1, to: 2 };

  it('are found by what their list can be narrowed to, and by nothing else', () => {
    const conditions = [
      { by: 'team', is: 'Search' },
      { by: 'tag:feature', is: 'a=b' },
      { by: 'version', is: 'pol_1@3' },
      { by: 'project', is: 'prj_1' },
      { by: 'status', is: 'failed' },
    ];
    expect(requestsBehind(conditions, time)).toEqual({
      ...time,
      tag: ['team=Search', 'feature=a=b'],
      policy: 'pol_1',
      version: 3,
      project: 'prj_1',
      status: 'failed',
    });
    expect(requestsBehind([{ by: 'team', is: '' }], time)).toBeNull();
    expect(requestsBehind([{ by: 'provider', is: 'openai' }], time)).toBeNull();
  });

  it('are narrowed by conditions that come back from an address as they were written', () => {
    fc.assert(
      fc.property(fc.constantFrom('team', 'tag:a.b', 'model'), fc.string(), (by, is) => {
        expect(readCondition(writeCondition({ by, is }))).toEqual({ by, is });
      }),
    );
    expect(readCondition('nothing')).toBeNull();
  });
});

describe('the budgets of a team', () => {
  const budget = (id: string, scope: string[]) => ({
    id,
    name: id,
    scope,
    window: 'month' as const,
    timeZone: 'UTC',
    unit: 'usd' as const,
    limit: 100,
    limits: {},
    owner: null,
    thresholds: [],
    parent: null,
    project: null,
    revision: 1,
  });
  const use = (...scopes: string[]) => scopes.map((scope) => ({ scope, spent: 1, held: 0, resetsAt: null }));

  it('are its own scopes and those of its projects and users, the whole team first', () => {
    const entries = [
      { budget: budget('all', []), use: use('') },
      { budget: budget('projects', ['project']), use: use('project=web', 'project=other') },
      { budget: budget('people', ['team', 'user']), use: use('team=Search,user=ada', 'team=Shop,user=bea') },
      { budget: budget('teams', ['team']), use: use('team=Shop') },
    ];
    const found = budgetsOfTeam(entries, 'Search', (project) => (project === 'web' ? 'Search' : 'Shop'));
    expect(found.map(({ budget: { id }, state }) => `${id} ${state.scope}`)).toEqual([
      'teams team=Search',
      'people team=Search,user=ada',
      'projects project=web',
    ]);
  });
});
