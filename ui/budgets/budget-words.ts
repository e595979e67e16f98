/** What budgets say of themselves. */
import type { Budget, BudgetWindow } from '../../policies/budget.ts';
import { scopeParts } from '../../policies/budget-tree.ts';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';

export const WINDOW_WORDS: Readonly<Record<BudgetWindow, string>> = {
  hour: 'an hour',
  day: 'a day',
  week: 'a week',
  month: 'a month',
  quarter: 'a quarter',
  total: 'in all',
};

/** The window that is open now. */
export const OPEN_WINDOW_WORDS: Readonly<Record<BudgetWindow, string>> = {
  hour: 'this hour',
  day: 'today',
  week: 'this week',
  month: 'this month',
  quarter: 'this quarter',
  total: 'in all',
};

const SCOPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['project', 'project'],
  ['key', 'key'],
  ['team', 'team'],
  ['user', 'user'],
  ['usage', 'kind of usage'],
]);

/** "team", "tag feature". */
export const sayScopeName = (name: string): string => SCOPE_WORDS.get(name) ?? `tag ${name.replace(/^tags\./, '')}`;

/** "$30.00 a month for each team and user"; "5,000 tokens a day". `ofYours` where one sees some of its parts only. */
export function sayLimit(budget: Pick<Budget, 'limit' | 'unit' | 'window' | 'scope'>, ofYours = false): string {
  const { limit, unit, window, scope } = budget;
  const names = scope.map(sayScopeName).join(' and ');
  const each = scope.length === 0 ? '' : ` for each ${names}${ofYours ? ' of yours' : ''}`;
  return `${sayAmount(limit, unit)} ${WINDOW_WORDS[window]}${each}`;
}

/** The part that a use counts for: `team=search` as "team search"; `keyNames` has the names of keys by id. */
export function sayScope(names: readonly string[], scope: string, keyNames: ReadonlyMap<string, string>): string {
  if (names.length === 0) return 'the whole organisation';
  const parts = (scopeParts(names, scope) ?? []).map((value, i) => {
    const name = names[i] ?? '';
    if (value === '') return `no ${sayScopeName(name)}`;
    return `${sayScopeName(name)} ${name === 'key' ? (keyNames.get(value) ?? value) : value}`;
  });
  return parts.length === 0 ? scope : parts.join(', ');
}

/** A moment on the clocks of a zone: "1 December 2026 at 00:00 (Europe/Berlin)". */
export function sayReset(at: number, timeZone: string): string {
  const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone }).format(at);
  return `${words} (${timeZone})`;
}

/** "It resets on …", or that it never does. */
export const saySpan = (end: number | null, timeZone: string): string =>
  end === null ? 'It never resets.' : `It resets on ${sayReset(end, timeZone)}.`;

const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** "2026-11" as "November 2026". */
export const sayMonth = (month: string): string => MONTH.format(Date.parse(`${month}-15T00:00:00Z`));
