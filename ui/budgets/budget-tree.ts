/** Budgets and their scopes as parts of one another. */
import {
  type Allocation,
  allocationOf,
  type BudgetScope,
  parentScope,
  type TeamOf,
} from '../../policies/budget-tree.ts';
import type { StoredBudget } from '../api/budgets.ts';
import type { HouseAnswer } from '../api/house.ts';
import { type ScopeState, shareOf, stateOf, statesOf } from './scope-state.ts';

type Entry = HouseAnswer['budgets'][number];

/** One scope of a budget with the scopes below it. */
export interface Branch {
  readonly budget: StoredBudget;
  readonly state: ScopeState;
  readonly allocation: Allocation;
  readonly parts: readonly Branch[];
}

/** A budget that is a part of no other, with all that is below it. */
export interface Tree {
  readonly budget: StoredBudget;
  readonly branches: readonly Branch[];
  /** Scopes of budgets below of which nobody can tell where they belong, such as those of a project that is gone. */
  readonly stray: readonly Branch[];
  /** Budgets below that have no scope yet. */
  readonly resting: readonly StoredBudget[];
}

/** The team of a project, both by their names. */
export function teamFinder({ projects, teams }: Pick<HouseAnswer, 'projects' | 'teams'>): TeamOf {
  const teamNames = new Map(teams.map(({ id, name }) => [id, name]));
  const byProject = new Map(projects.map(({ name, team }) => [name, teamNames.get(team) ?? null]));
  return (project) => byProject.get(project) ?? null;
}

/** Every scope of every budget that was used, has a limit of its own, or has parts. */
export function scopesOf(entries: readonly Entry[], teamOf: TeamOf): Map<string, ScopeState[]> {
  const byId = new Map(entries.map((entry) => [entry.budget.id, entry.budget]));
  const found = new Map(entries.map((entry) => [entry.budget.id, statesOf(entry)]));
  const addAbove = (child: StoredBudget, scope: string): void => {
    const parent = byId.get(child.parent ?? '');
    const above = parent ? parentScope(child, scope, parent, teamOf) : null;
    const states = parent ? found.get(parent.id) : undefined;
    if (!parent || above === null || !states || states.some((state) => state.scope === above)) return;
    states.push(stateOf(parent, above, undefined));
    addAbove(parent, above);
  };
  for (const { budget } of entries) {
    for (const { scope } of [...(found.get(budget.id) ?? [])]) addAbove(budget, scope);
  }
  return found;
}

/** All budgets as trees; within one, the fullest first. */
export function growTrees(entries: readonly Entry[], teamOf: TeamOf): Tree[] {
  const byId = new Map(entries.map(({ budget }) => [budget.id, budget]));
  const states = scopesOf(entries, teamOf);
  const all: BudgetScope[] = entries.flatMap(({ budget }) =>
    (states.get(budget.id) ?? []).map(({ scope }) => ({ budget, scope })),
  );
  const standing = new Set<string>();
  const grow = (budget: StoredBudget, wanted: (scope: string) => boolean): Branch[] =>
    (states.get(budget.id) ?? [])
      .filter(({ scope }) => wanted(scope))
      .map((state) => {
        standing.add(budget.id);
        return {
          budget,
          state,
          allocation: allocationOf({ budget, scope: state.scope }, all, teamOf),
          parts: entries
            .filter((below) => below.budget.parent === budget.id)
            .flatMap((below) =>
              grow(below.budget, (scope) => parentScope(below.budget, scope, budget, teamOf) === state.scope),
            ),
        };
      })
      .sort((a, b) => shareOf(b.state) - shareOf(a.state) || b.state.spent - a.state.spent);
  const isRoot = ({ parent }: StoredBudget): boolean => parent === null || !byId.has(parent);
  const rootOf = (budget: StoredBudget): StoredBudget => {
    const parent = byId.get(budget.parent ?? '');
    return parent ? rootOf(parent) : budget;
  };
  return entries
    .filter(({ budget }) => isRoot(budget))
    .map(({ budget }) => {
      const branches = grow(budget, () => true);
      const below = entries.filter((other) => other.budget.id !== budget.id && rootOf(other.budget).id === budget.id);
      const stray = below.flatMap((other) => {
        const parent = byId.get(other.budget.parent ?? '');
        return parent ? grow(other.budget, (scope) => parentScope(other.budget, scope, parent, teamOf) === null) : [];
      });
      return {
        budget,
        branches,
        stray,
        resting: below.map((other) => other.budget).filter(({ id }) => !standing.has(id)),
      };
    });
}

/** Branches, each before its parts. */
function branchesOf(branches: readonly Branch[]): Branch[] {
  return branches.flatMap((branch) => [branch, ...branchesOf(branch.parts)]);
}

/** All branches of a tree, wherever they stand. */
export const allBranches = ({ branches, stray }: Tree): Branch[] => branchesOf([...branches, ...stray]);

/** The largest share that any scope of a tree has used; 0 for none. */
export const fullest = (tree: Tree): number => Math.max(0, ...allBranches(tree).map(({ state }) => shareOf(state)));
