/** What of all budgets is a team's own. */
import { scopeParts, type TeamOf } from '../../../policies/budget-tree.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import type { HouseAnswer } from '../../api/house.ts';
import { type ScopeState, stateOf, statesOf } from '../../budgets/scope-state.ts';

export interface TeamScope {
  readonly budget: StoredBudget;
  readonly state: ScopeState;
  /** Whether it is of the team as a whole, and not of a part such as one of its projects or users. */
  readonly isWhole: boolean;
}

/** Every scope of a budget that only requests of the team spend from; those of the whole team first. */
export function budgetsOfTeam(entries: HouseAnswer['budgets'], team: string, teamOf: TeamOf): TeamScope[] {
  const found: TeamScope[] = [];
  for (const entry of entries) {
    const { budget, use } = entry;
    const names = budget.scope;
    const states = statesOf({ budget, use });
    // A budget for each team holds for this one before it has spent anything.
    const own = `team=${team}`;
    if (names.length === 1 && names[0] === 'team' && !states.some(({ scope }) => scope === own)) {
      states.push(stateOf(budget, own, undefined));
    }
    for (const state of states) {
      const parts = scopeParts(names, state.scope) ?? [];
      const isOfTeam = names.some((name, i) => {
        const value = parts[i];
        if (value === undefined || value === '') return false;
        return name === 'team' ? value === team : name === 'project' && teamOf(value) === team;
      });
      if (isOfTeam) found.push({ budget, state, isWhole: names.length === 1 && names[0] === 'team' });
    }
  }
  return found.sort((a, b) => Number(b.isWhole) - Number(a.isWhole) || a.budget.name.localeCompare(b.budget.name));
}
