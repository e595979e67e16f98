/** How one scope of a budget stands. */
import { type Budget, limitOf } from '../../policies/budget.ts';
import type { HouseAnswer } from '../api/house.ts';

type Use = HouseAnswer['budgets'][number]['use'][number];

/** Amounts in the budget's unit. */
export interface ScopeState {
  readonly scope: string;
  readonly spent: number;
  readonly held: number;
  /** Without what was added for the open window. */
  readonly limit: number;
  readonly toppedUp: number;
}

/** Whether a scope has room for more, little of it, or none. */
export type Standing = 'fine' | 'nearly' | 'spent';

/** The share from which on a scope is shown as nearly spent. */
const NEARLY = 0.8;

/** What a scope may spend in the open window. */
export const allowed = ({ limit, toppedUp }: ScopeState): number => limit + toppedUp;

/** What is spent and held, as a share of what is allowed. */
export function shareOf(state: ScopeState): number {
  return allowed(state) === 0 ? 1 : (state.spent + state.held) / allowed(state);
}

export function standingOf(state: ScopeState): Standing {
  const share = shareOf(state);
  return share >= 1 ? 'spent' : share >= NEARLY ? 'nearly' : 'fine';
}

export const COLORS: Readonly<Record<Standing, string>> = { fine: 'teal', nearly: 'orange', spent: 'red' };

/** One scope of a budget; as unused where no use of it is known. */
export function stateOf(budget: Pick<Budget, 'limit' | 'limits'>, scope: string, use: Use | undefined): ScopeState {
  const { spent = 0, held = 0, toppedUp = 0 } = use ?? {};
  return { scope, spent, held, toppedUp, limit: limitOf(budget, scope) };
}

/** Every scope of a budget that was used or has a limit of its own, the fullest first. */
export function statesOf({ budget, use }: Pick<HouseAnswer['budgets'][number], 'budget' | 'use'>): ScopeState[] {
  const used = new Map(use.map((one) => [one.scope, one]));
  const scopes = new Set([...used.keys(), ...Object.keys(budget.limits), ...(budget.scope.length === 0 ? [''] : [])]);
  return [...scopes]
    .map((scope) => stateOf(budget, scope, used.get(scope)))
    .sort((a, b) => shareOf(b) - shareOf(a) || b.spent - a.spent || a.scope.localeCompare(b.scope));
}
