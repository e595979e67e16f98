/** What budgets say of themselves. */
import type { Budget, BudgetWindow } from '../../../policies/budget.ts';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';

export const WINDOW_WORDS: Readonly<Record<BudgetWindow, string>> = {
  hour: 'an hour',
  day: 'a day',
  week: 'a week',
  month: 'a month',
  quarter: 'a quarter',
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
const sayScopeName = (name: string): string => SCOPE_WORDS.get(name) ?? `tag ${name.replace(/^tags\./, '')}`;

/** "$30.00 a month for each team and user"; "5,000 tokens a day". */
export function sayLimit(budget: Pick<Budget, 'limit' | 'unit' | 'window' | 'scope'>): string {
  const { limit, unit, window, scope } = budget;
  const each = scope.length === 0 ? '' : ` for each ${scope.map(sayScopeName).join(' and ')}`;
  return `${sayAmount(limit, unit)} ${WINDOW_WORDS[window]}${each}`;
}

/** The part that a use counts for: `team=search` as "team search"; `keyNames` has the names of keys by id. */
export function sayScope(names: readonly string[], scope: string, keyNames: ReadonlyMap<string, string>): string {
  if (names.length === 0) return 'the whole organisation';
  let rest = scope;
  const parts = names.map((name, i) => {
    const next = names[i + 1];
    // Values may have commas of their own, so the next name is what ends one.
    const end = next === undefined ? -1 : rest.indexOf(`,${next}=`);
    const value = rest.slice(name.length + 1, end === -1 ? undefined : end);
    rest = end === -1 ? '' : rest.slice(end + 1);
    if (value === '') return `no ${sayScopeName(name)}`;
    return `${sayScopeName(name)} ${name === 'key' ? (keyNames.get(value) ?? value) : value}`;
  });
  return parts.join(', ');
}

/** A moment on the clocks of a zone: "1 December 2026 at 00:00 (Europe/Berlin)". */
export function sayReset(at: number, timeZone: string): string {
  const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone }).format(at);
  return `${words} (${timeZone})`;
}
