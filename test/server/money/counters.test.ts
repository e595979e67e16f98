import { expect, it } from 'vitest';
import { BudgetCounters } from '../../../server/money/counters.ts';
import { exampleBudget, HOUR, NOW } from './example.ts';

const WINDOW = Date.UTC(2030, 4, 1, 10);
const hourly = exampleBudget({ window: 'hour' });

it('starts from what the ledger says was spent', () => {
  const counters = new BudgetCounters([
    { budget: 'bud_1', scope: 'team=search', window: WINDOW, unit: 'usd', spent: 700 },
    { budget: 'bud_1', scope: 'team=search', window: WINDOW - HOUR, unit: 'usd', spent: 40 },
    { budget: 'bud_2', scope: 'team=search', window: WINDOW, unit: 'usd', spent: 5 },
  ]);
  expect(counters.cell(hourly, 'team=search', NOW)).toMatchObject({ spent: 700, held: 0 });
  expect(counters.cell(hourly, 'team=ads', NOW)).toMatchObject({ spent: 0, held: 0 });
});

it('counts scopes apart and gives each with the window that is open', () => {
  const counters = new BudgetCounters([]);
  counters.cell(hourly, 'team=search', NOW).held += 3;
  counters.cell(hourly, 'team=ads', NOW).spent += 4;
  const window = { start: WINDOW, end: WINDOW + HOUR };
  expect(counters.of(hourly, NOW)).toEqual([
    { budget: 'bud_1', scope: 'team=search', window, spent: 0, held: 3, toppedUp: 0 },
    { budget: 'bud_1', scope: 'team=ads', window, spent: 4, held: 0, toppedUp: 0 },
  ]);
  expect(counters.of(hourly, NOW + HOUR)).toEqual([]);
});

it('tells the end of a window also where the ledger was all that knew of it', () => {
  const counters = new BudgetCounters([{ budget: 'bud_1', scope: '', window: WINDOW, unit: 'usd', spent: 7 }]);
  const end = WINDOW + HOUR;
  expect(counters.of(hourly, NOW)).toMatchObject([{ spent: 7, window: { start: WINDOW, end } }]);
  expect(counters.cell(hourly, '', NOW)).toBe(counters.of(hourly, NOW)[0]);
});

it('keeps a window that something is held in, until it is settled', () => {
  const counters = new BudgetCounters([]);
  const old = counters.cell(hourly, '', NOW);
  old.held = 10;
  const next = counters.cell(hourly, '', NOW + HOUR);
  expect(next).toMatchObject({ spent: 0, held: 0 });
  old.held = 0;
  old.spent = 8;
  expect(next).toMatchObject({ spent: 0, held: 0 });
});

it('opens no older window when the clock goes back', () => {
  const counters = new BudgetCounters([]);
  const cell = counters.cell(hourly, '', NOW + HOUR);
  expect(counters.cell(hourly, '', NOW)).toBe(cell);
  expect(counters.cell(hourly, '', NOW + 2 * HOUR)).not.toBe(cell);
});

it('never starts a total anew', () => {
  const counters = new BudgetCounters([]);
  const total = exampleBudget();
  expect(counters.cell(total, '', NOW)).toBe(counters.cell(total, '', NOW + 10_000 * HOUR));
});
