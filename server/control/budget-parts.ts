/**
 * What of budgets somebody sees whose roles count in some places only: the budgets of their projects, and of those of the
 * whole organisation the parts that only their teams, projects and keys spend from; never what others may spend, or have.
 */
import { mayIn, type Place, placesOf } from '../../policies/access/ability.ts';
import { scopeParts } from '../../policies/budget-tree.ts';
import type { SeenOf } from '../../policies/unseen.ts';
import type { Caller } from '../access/caller.ts';
import { ORGANISATION, projectPlace } from '../access/places.ts';
import { SignalboxError } from '../errors.ts';
import { listBudgets, type StoredBudget } from './budgets.ts';
import type { Control } from './control.ts';
import type { BudgetUse } from './route.ts';
import type { BudgetEntry, Snapshot } from './snapshot.ts';

/** What somebody sees of one budget. */
interface Sight {
  /** Whether that is all of it. */
  readonly isWhole: boolean;
  /** Whether a scope of it is among that, such as `team=search`. */
  sees(scope: string): boolean;
}

const ALL: Sight = { isWhole: true, sees: () => true };

/** Names that a budget counts by whose values are names of teams: requests have their team as a tag. */
const BY_TEAM: readonly string[] = ['team', 'tags.team'];

type Limited = Pick<StoredBudget, 'scope' | 'project'>;

/** Who is told something of budgets. */
export type BudgetReader = Pick<Caller, 'organisation' | 'ability'>;
/** What it takes to know where budgets and their parts belong. */
export type BudgetHouse = Pick<Snapshot, 'budgets' | 'teams' | 'projects' | 'keys'>;

/** Tells what a caller sees of budgets of their organisation; null for nothing of one. */
export function budgetSight(snapshot: BudgetHouse, { organisation, ability }: BudgetReader) {
  const places = placesOf(ability, 'read budget');
  if (places === 'everywhere') return (): Sight => ALL;
  const placeOf = scopePlacer(snapshot, organisation);
  const hasTeam = places.some(({ team }) => team !== undefined);
  return ({ scope: names, project }: Limited): Sight | null => {
    if (mayIn(ability, 'read budget', projectPlace(snapshot, project))) return ALL;
    // What one project has set apart for itself is nobody else's, whoever spends from it.
    if (project !== null) return null;
    const counts = names.some((name) => name === 'project' || name === 'key' || (hasTeam && BY_TEAM.includes(name)));
    if (!counts) return null;
    return {
      isWhole: false,
      sees: (scope) => {
        const place = placeOf(names, scope);
        return place !== null && mayIn(ability, 'read budget', place);
      },
    };
  };
}

/**
 * Finds the place of a scope by what it counts: the team that the requests are tagged with, else that of their project, and
 * the project. Null for one that is of no team and no project, or could be read in two ways.
 */
function scopePlacer({ teams, projects, keys }: BudgetHouse, organisation: string) {
  const own = <T extends { readonly organisation: string }>([, one]: readonly [string, T]) =>
    one.organisation === organisation;
  const teamIds = new Map([...teams].filter(own).map(([id, { name }]) => [name, id]));
  const projectIds = new Map([...projects].filter(own).map(([id, { name }]) => [name, id]));
  const projectOfKey = new Map([...keys].filter(own).map(([, { id, project }]) => [id, project]));
  return (names: readonly string[], scope: string): Place | null => {
    const parts = scopeParts(names, scope);
    if (
      parts === null ||
      (parts.length > 1 && parts.some((part) => names.some((name) => part.includes(`,${name}=`))))
    ) {
      return null;
    }
    const partOf = (name: string): string | undefined => parts[names.indexOf(name)];
    const named = partOf('project');
    const project = named === undefined ? projectOfKey.get(partOf('key') ?? '') : projectIds.get(named);
    const tagged = BY_TEAM.map(partOf).find((value) => value !== undefined);
    const team = tagged === undefined ? projects.get(project ?? '')?.team : teamIds.get(tagged);
    if (team === undefined && project === undefined) return null;
    return { ...ORGANISATION, team: team ?? null, project: project ?? null };
  };
}

/** How much somebody is told of the budgets that decided a request; null for somebody who sees all of every budget. */
export function heldSight(snapshot: BudgetHouse, reader: BudgetReader): SeenOf | null {
  if (placesOf(reader.ability, 'read budget') === 'everywhere') return null;
  const sightOf = budgetSight(snapshot, reader);
  return ({ budget: id, scope }) => {
    const budget = snapshot.budgets.get(id);
    const sight = budget?.organisation === reader.organisation ? sightOf(budget) : null;
    if (!sight) return 'nothing';
    return sight.sees(scope) ? 'all' : 'name';
  };
}

interface SeenBudget {
  readonly budget: StoredBudget;
  readonly sight: Sight;
}

/** The budgets that the caller sees something of, by their names, each without what is set for others. */
async function budgetsSeen(control: Control, actor: Caller): Promise<SeenBudget[]> {
  const sightOf = budgetSight(control.snapshot(), actor);
  const seen = (await listBudgets(control.db, actor.organisation)).flatMap((budget) => {
    const sight = sightOf(budget);
    return sight ? [{ budget, sight }] : [];
  });
  const ids = new Set(seen.map(({ budget }) => budget.id));
  const teams = teamsOf(control.snapshot(), actor);
  return seen.map(({ budget, sight }) => {
    const parent = ids.has(budget.parent ?? '') ? budget.parent : null;
    return { budget: { ...(sight.isWhole ? budget : ownPart(budget, sight, teams)), parent }, sight };
  });
}

/** The names of the teams in which the caller sees budgets. */
function teamsOf({ teams }: Snapshot, { ability }: Caller): readonly string[] {
  const places = placesOf(ability, 'read budget');
  if (places === 'everywhere') return [];
  return places.flatMap(({ team }) => teams.get(team ?? '')?.name ?? []);
}

/** A budget with the limits of the parts that are seen, and no limit of others where each of these has one of its own. */
function ownPart(budget: StoredBudget, { sees }: Sight, teams: readonly string[]): StoredBudget {
  const limits = limitsSeen(budget, sees);
  const [name, ...others] = budget.scope;
  if (name === undefined || others.length > 0 || !BY_TEAM.includes(name)) return { ...budget, limits };
  const own = teams.map((team) => limits[`${name}=${team}`]).filter((limit) => limit !== undefined);
  const isSetForAll = own.length > 0 && own.length === teams.length;
  return { ...budget, limits, limit: isSetForAll ? Math.min(...own) : budget.limit };
}

/** The limits of their own of the scopes that are seen. */
const limitsSeen = ({ limits }: Pick<StoredBudget, 'limits'>, sees: Sight['sees']): StoredBudget['limits'] =>
  Object.fromEntries(Object.entries(limits).filter(([scope]) => sees(scope)));

/** What the caller sees of budgets and of what they have used, by the budgets' names. */
export async function budgetsWithUse(
  control: Control,
  budgetUse: (budget: BudgetEntry) => readonly BudgetUse[],
  actor: Caller,
): Promise<{ budget: StoredBudget; use: BudgetUse[] }[]> {
  const { budgets } = control.snapshot();
  return (await budgetsSeen(control, actor)).map(({ budget, sight }) => {
    const entry = budgets.get(budget.id);
    return { budget, use: entry ? budgetUse(entry).filter(({ scope }) => sight.sees(scope)) : [] };
  });
}

/** A budget that the caller sees something of, and what. Throws `not_found`. */
export function seenBudget(
  control: Control,
  actor: Caller,
  id: string,
): { readonly budget: BudgetEntry; readonly sight: Sight } {
  const budget = control.snapshot().budgets.get(id);
  const sight = budget?.organisation === actor.organisation ? budgetSight(control.snapshot(), actor)(budget) : null;
  if (!budget || !sight) throw new SignalboxError('not_found', { what: 'budget of that id' });
  return { budget, sight };
}

/** A budget of which the caller sees that scope. Throws `not_found`, whether the scope has spent anything or not. */
export function budgetOfPart(control: Control, actor: Caller, id: string, scope: string): BudgetEntry {
  const { budget, sight } = seenBudget(control, actor, id);
  if (!sight.sees(scope)) throw new SignalboxError('not_found', { what: 'part of that budget' });
  return budget;
}
