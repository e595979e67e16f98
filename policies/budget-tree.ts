/** Budgets as parts of others: which scope is a part of which, what is wrong with a tree, and how much of a limit is given on. */
import { type Budget, DEEPEST, limitOf } from './budget.ts';
import type { Run } from './run.ts';

export type TreeBudget = Pick<
  Budget,
  'id' | 'name' | 'scope' | 'window' | 'timeZone' | 'unit' | 'limit' | 'limits' | 'parent'
>;

/** One scope of one budget: what has a limit, and may be a part of a scope of the parent. */
export interface BudgetScope {
  readonly budget: TreeBudget;
  /** Such as `team=search`; empty for the whole organisation. */
  readonly scope: string;
}

/** The name of the team that a project of that name belongs to; null where there is no such project. */
export type TeamOf = (project: string) => string | null;

/**
 * The values of a scope in the order of the names that a budget counts by, such as `["search"]` of `team=search`; null where
 * it is no scope of that budget.
 */
export function scopeParts(names: readonly string[], scope: string): string[] | null {
  if (names.length === 0) return scope === '' ? [] : null;
  if (!scope.startsWith(`${names[0]}=`)) return null;
  const parts: string[] = [];
  let at = 0;
  for (const [i, name] of names.entries()) {
    const start = at + name.length + 1;
    const next = names[i + 1];
    const end = next === undefined ? scope.length : scope.indexOf(`,${next}=`, start);
    if (end < 0) return null;
    parts.push(scope.slice(start, end));
    at = end + 1;
  }
  return parts;
}

/** The names in a scope, as it is written; a value that looks like another name may be taken for one. */
const NAMES_IN_SCOPE = /(?:^|,)(key|project|team|user|usage|tags\.[a-z][\w.-]*)=/gi;

/** A recorded scope with the tags that the request has now; what no node can change stays as it is. */
export function scopeNow(scope: string, { tags }: Pick<Run, 'tags'>): string {
  const names = [...scope.matchAll(NAMES_IN_SCOPE)].map(([, name = '']) => name);
  const values = scopeParts(names, scope) ?? [];
  const valueNow = (name: string, i: number): string => {
    if (name === 'key' || name === 'project') return values[i] ?? '';
    return tags.get(name.startsWith('tags.') ? name.slice('tags.'.length) : name)?.value ?? '';
  };
  return names.map((name, i) => `${name}=${valueNow(name, i)}`).join(',');
}

/**
 * The scope of the parent that a scope of the child is a part of: its own values for what both count by, the team of the
 * project where the parent alone counts by team. Null where that cannot be told.
 */
export function parentScope(
  child: Pick<TreeBudget, 'scope'>,
  scope: string,
  parent: Pick<TreeBudget, 'scope'>,
  teamOf: TeamOf,
): string | null {
  const parts = scopeParts(child.scope, scope);
  if (parts === null) return null;
  const found: string[] = [];
  for (const name of parent.scope) {
    const own = parts[child.scope.indexOf(name)];
    const project = parts[child.scope.indexOf('project')];
    const value = own ?? (name === 'team' && project !== undefined ? teamOf(project) : null);
    if (value === null) return null;
    found.push(`${name}=${value}`);
  }
  return found.join(',');
}

/** Whether each scope of the child is a part of one scope of the parent. */
function canTellParentScope(child: TreeBudget, parent: TreeBudget): boolean {
  return parent.scope.every(
    (name) => child.scope.includes(name) || (name === 'team' && child.scope.includes('project')),
  );
}

const sayNames = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(' and '));

export interface TreeProblem {
  /** Id of the budget whose place in the tree is the problem. */
  readonly budget: string;
  readonly words: string;
}

/** Everything that keeps budgets from being a tree, in sentences; the first problem of each budget only. */
export function problemsOfTree(budgets: readonly TreeBudget[]): TreeProblem[] {
  const byId = new Map(budgets.map((budget) => [budget.id, budget]));
  return budgets.flatMap((budget) => {
    const words = problemOf(budget, byId);
    return words === null ? [] : [{ budget: budget.id, words }];
  });
}

function problemOf(child: TreeBudget, byId: ReadonlyMap<string, TreeBudget>): string | null {
  if (child.parent === null) return null;
  const parent = byId.get(child.parent);
  if (!parent) return `The budget that “${child.name}” is to be a part of does not exist`;
  const line = [child.id];
  for (let next: TreeBudget | undefined = parent; next; next = byId.get(next.parent ?? '')) {
    if (next.id === child.id) {
      return parent.id === child.id
        ? `“${child.name}” cannot be a part of itself`
        : `“${child.name}” cannot be a part of “${parent.name}”, which is itself a part of “${child.name}”`;
    }
    // A circle further up is a problem of the budgets in it.
    if (line.includes(next.id)) break;
    line.push(next.id);
  }
  if (parent.unit !== child.unit) {
    const unit = { usd: 'dollars', tokens: 'tokens' };
    return `“${child.name}” counts ${unit[child.unit]} and “${parent.name}” counts ${unit[parent.unit]}, so one cannot be a part of the other`;
  }
  if (!canTellParentScope(child, parent)) {
    return `“${parent.name}” counts apart by ${sayNames(parent.scope)} and “${child.name}” by ${sayNames(child.scope)}, so nobody could tell which part of “${parent.name}” a request belongs to. A budget above counts by nothing, by some of what the one below counts by, or by team where the one below counts by project`;
  }
  if (line.length > DEEPEST) {
    return `“${child.name}” would stand below ${line.length - 1} other budgets in a line. At most ${DEEPEST} budgets can stand in a line`;
  }
  return null;
}

/** How much of the limit of a scope is given on to its parts; amounts in the budget's unit. */
export interface Allocation {
  /** The limits of the parts that can be compared, together. */
  readonly allocated: number;
  /** By how much that is more than the limit; 0 where it is not. */
  readonly overAllocated: number;
  /** Names of budgets below with other windows or time zones, whose limits cannot be compared. */
  readonly notCompared: readonly string[];
}

/** Compares the limit of a scope with those of its parts, all without what was added for a window. */
export function allocationOf({ budget, scope }: BudgetScope, all: readonly BudgetScope[], teamOf: TeamOf): Allocation {
  let allocated = 0;
  const notCompared = new Set<string>();
  for (const part of all) {
    if (part.budget.parent !== budget.id) continue;
    if (parentScope(part.budget, part.scope, budget, teamOf) !== scope) continue;
    if (part.budget.window === budget.window && part.budget.timeZone === budget.timeZone) {
      allocated += limitOf(part.budget, part.scope);
    } else notCompared.add(part.budget.name);
  }
  allocated = Math.min(allocated, Number.MAX_SAFE_INTEGER);
  const overAllocated = Math.max(0, allocated - limitOf(budget, scope));
  return { allocated, overAllocated, notCompared: [...notCompared] };
}

/** Why nothing can be moved from one scope's limit to another's, in words; null where it can. */
export function problemOfMove(
  from: BudgetScope,
  to: BudgetScope,
  find: (id: string) => TreeBudget | undefined,
  teamOf: TeamOf,
): string | null {
  for (const { budget, scope } of [from, to]) {
    if (scopeParts(budget.scope, scope) === null) return `“${scope}” is no part of the budget “${budget.name}”`;
  }
  if (from.budget.id === to.budget.id && from.scope === to.scope) return 'Both sides of the move are the same';
  const parent = find(from.budget.parent ?? '');
  const shared = (one: BudgetScope): string | null =>
    parent ? parentScope(one.budget, one.scope, parent, teamOf) : null;
  const above = shared(from);
  const together = parent
    ? to.budget.parent === parent.id && above !== null && above === shared(to)
    : from.budget.id === to.budget.id;
  if (!together) {
    return `“${from.budget.name}” and “${to.budget.name}” are not parts of the same budget there, so nothing can be moved between them`;
  }
  if (from.budget.window !== to.budget.window || from.budget.timeZone !== to.budget.timeZone) {
    return `“${from.budget.name}” and “${to.budget.name}” start anew at different times, so an amount of one is not an amount of the other`;
  }
  return null;
}

/** The other scopes that are parts of the same scope of the same parent; none for what is a part of nothing. */
export function siblingsOf(
  one: BudgetScope,
  all: readonly BudgetScope[],
  find: (id: string) => TreeBudget | undefined,
  teamOf: TeamOf,
): BudgetScope[] {
  return all.filter((other) => {
    if (one.budget.parent === null || other.budget.parent !== one.budget.parent) return false;
    return problemOfMove(one, other, find, teamOf) === null;
  });
}
