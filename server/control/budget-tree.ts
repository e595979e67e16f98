/** Budgets as a tree: what every scope may spend and has spent, and limits that are moved between the parts of one budget. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { budgetSchema, limitOf, sayScope, windowAt } from '../../policies/budget.ts';
import {
  allocationOf,
  type BudgetScope,
  parentScope,
  problemOfMove,
  type TeamOf,
  type TreeBudget,
} from '../../policies/budget-tree.ts';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import type { Caller } from '../access/caller.ts';
import { SignalboxError } from '../errors.ts';
import type { BudgetCounters } from '../money/counters.ts';
import { budgetSight } from './budget-parts.ts';
import { findBudget, listBudgets, reviseBudget, type StoredBudget, storedBudgetSchema } from './budgets.ts';
import type { Control } from './control.ts';
import type { Actor } from './history.ts';
import { idSchema, momentSchema, parseInput, reasonSchema } from './input.ts';
import { listProjects, listTeams } from './organisations.ts';
import type { BudgetEntry } from './snapshot.ts';
import { scopeValueSchema, topUpAmountSchema } from './top-ups.ts';

const nodeScopeSchema = z
  .object({
    scope: z.string(),
    limit: z.int().meta({ description: 'Without what was added for the open window.' }),
    toppedUp: z.int(),
    spent: z.int(),
    held: z.int(),
    resetsAt: momentSchema.nullable(),
    parentScope: z
      .string()
      .nullable()
      .meta({ description: 'The scope of the parent that it is a part of; null where there is none.' }),
    allocated: z.int().meta({ description: 'The limits of its parts that can be compared, together.' }),
    overAllocated: z.int().meta({ description: 'By how much that is more than its own limit.' }),
    notCompared: z
      .array(z.string())
      .readonly()
      .meta({ description: 'Names of budgets below whose windows or time zones are others.' }),
  })
  .meta({ id: 'BudgetNodeScope', description: 'Amounts in the unit of the budget.' });

export const budgetNodeSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    unit: storedBudgetSchema.shape.unit,
    window: storedBudgetSchema.shape.window,
    scopes: z.array(nodeScopeSchema).readonly(),
    get children(): z.ZodReadonly<z.ZodArray<typeof budgetNodeSchema>> {
      return z.array(budgetNodeSchema).readonly();
    },
  })
  .meta({ id: 'BudgetNode' });
type BudgetNode = z.infer<typeof budgetNodeSchema>;

/** Finds the team of a project, both by their names. */
async function teamFinder(db: Knex, organisation: string): Promise<TeamOf> {
  const [projects, teams] = await Promise.all([listProjects(db, organisation), listTeams(db, organisation)]);
  const names = new Map(teams.map(({ id, name }) => [id, name]));
  const byProject = new Map(projects.map(({ name, team }) => [name, names.get(team) ?? null]));
  return (project) => byProject.get(project) ?? null;
}

/** What the caller sees of the organisation's budgets as trees: those that are a part of none that they see, each with its parts. */
export async function readTree(
  control: Control,
  counters: BudgetCounters,
  actor: Caller,
): Promise<readonly BudgetNode[]> {
  const { organisation } = actor;
  const sightOf = budgetSight(control.snapshot(), actor);
  const teamOf = await teamFinder(control.db, organisation);
  const budgets = [...control.snapshot().budgets.values()]
    .filter((budget) => budget.organisation === organisation && sightOf(budget) !== null)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const sees = (budget: BudgetEntry, scope: string): boolean => sightOf(budget)?.sees(scope) === true;
  const now = Date.now();
  const scopes = scopesOf(budgets, counters, now, teamOf);
  const all = budgets.flatMap((budget): BudgetScope[] =>
    [...(scopes.get(budget.id) ?? [])]
      .filter((scope) => sees(budget, scope))
      .sort()
      .map((scope) => ({ budget, scope })),
  );
  const byId = new Map(budgets.map((budget) => [budget.id, budget]));

  const scopeAbove = (budget: BudgetEntry, scope: string, parent: BudgetEntry): string | null => {
    const above = parentScope(budget, scope, parent, teamOf);
    return above !== null && sees(parent, above) ? above : null;
  };
  const nodeOf = (budget: BudgetEntry): BudgetNode => {
    const cells = new Map(counters.of(budget, now).map((cell) => [cell.scope, cell]));
    const parent = byId.get(budget.parent ?? '');
    const { end } = windowAt(budget.window, budget.timeZone, now);
    return {
      id: budget.id,
      name: budget.name,
      unit: budget.unit,
      window: budget.window,
      scopes: all
        .filter((one) => one.budget === budget)
        .map((one) => {
          const { toppedUp = 0, spent = 0, held = 0, window } = cells.get(one.scope) ?? {};
          return {
            scope: one.scope,
            limit: limitOf(budget, one.scope),
            toppedUp,
            spent,
            held,
            resetsAt: window ? window.end : end,
            parentScope: parent ? scopeAbove(budget, one.scope, parent) : null,
            ...allocationOf(one, all, teamOf),
          };
        }),
      children: budgets.filter((child) => child.parent === budget.id).map(nodeOf),
    };
  };
  return budgets.filter(({ parent }) => !byId.has(parent ?? '')).map(nodeOf);
}

/** The scopes in use now, those with a limit of their own, and those that such scopes below are parts of; by budget id. */
function scopesOf(
  budgets: readonly BudgetEntry[],
  counters: BudgetCounters,
  now: number,
  teamOf: TeamOf,
): ReadonlyMap<string, ReadonlySet<string>> {
  const byId = new Map<string, TreeBudget>(budgets.map((budget) => [budget.id, budget]));
  const scopes = new Map(budgets.map(({ id }) => [id, new Set<string>()]));
  const add = (budget: TreeBudget, scope: string): void => {
    scopes.get(budget.id)?.add(scope);
    const parent = byId.get(budget.parent ?? '');
    const above = parent ? parentScope(budget, scope, parent, teamOf) : null;
    if (parent && above !== null) add(parent, above);
  };
  for (const budget of budgets) {
    if (budget.scope.length === 0) add(budget, '');
    for (const scope of Object.keys(budget.limits)) add(budget, scope);
    for (const { scope } of counters.of(budget, now)) add(budget, scope);
  }
  return scopes;
}

const sideSchema = z.strictObject({ budget: idSchema, scope: scopeValueSchema });
export const moveInputSchema = z.strictObject({
  from: sideSchema,
  to: sideSchema,
  amount: topUpAmountSchema.meta({ description: 'In the unit of both budgets.' }),
  reason: reasonSchema,
});

export const movedSchema = z.object({
  from: storedBudgetSchema,
  to: storedBudgetSchema,
  words: z.string().meta({ description: 'What was moved, and whether a limit is now below what is spent already.' }),
});

/**
 * Takes an amount off the limit of one scope and adds it to that of another part of the same scope above, at once and in one
 * entry of the history. Throws `not_found`, and `invalid_input` for scopes that do not lie side by side or an amount that is not there.
 */
export async function moveLimit(
  control: Control,
  counters: BudgetCounters,
  actor: Actor,
  { from, to, amount, reason }: z.output<typeof moveInputSchema>,
): Promise<z.input<typeof movedSchema>> {
  const { organisation } = actor;
  const change = { action: 'budget.move', objectType: 'budget', objectId: from.budget, reason };
  const moved = await control.change(actor, change, async (trx) => {
    const budgets = await listBudgets(trx, organisation);
    const find = (id: string): StoredBudget => {
      const budget = budgets.find((one) => one.id === id);
      if (!budget) throw new SignalboxError('not_found', { what: 'budget of that id' });
      return budget;
    };
    const sides = { from: find(from.budget), to: find(to.budget) };
    const problem = problemOfMove(
      { budget: sides.from, scope: from.scope },
      { budget: sides.to, scope: to.scope },
      (id) => budgets.find((one) => one.id === id),
      await teamFinder(trx, organisation),
    );
    if (problem) throw new SignalboxError('invalid_input', { why: problem });
    const had = { from: limitOf(sides.from, from.scope), to: limitOf(sides.to, to.scope) };
    const has = { from: had.from - amount, to: had.to + amount };
    if (has.from < 0) {
      const [all, wanted] = [sayAmount(had.from, sides.from.unit), sayAmount(amount, sides.from.unit)];
      const why = `amount: “${sides.from.name}” has a limit of ${all} there, so ${wanted} cannot be taken from it`;
      throw new SignalboxError('invalid_input', { why });
    }
    if (has.to > Number.MAX_SAFE_INTEGER) {
      throw new SignalboxError('invalid_input', {
        why: 'amount: the limit would be larger than can be counted exactly',
      });
    }
    // Within one budget both limits are changed by one revision.
    const same = sides.from.id === sides.to.id;
    const lessened = withLimits(sides.from, [from.scope, has.from], ...(same ? [[to.scope, has.to] as const] : []));
    const fromNow = await reviseBudget(trx, actor, await findBudget(trx, organisation, from.budget), lessened, reason);
    const toNow = same
      ? fromNow
      : await reviseBudget(
          trx,
          actor,
          await findBudget(trx, organisation, to.budget),
          withLimits(sides.to, [to.scope, has.to]),
          reason,
        );
    const say = (limits: typeof had, revisions: { readonly from: number; readonly to: number }) => ({
      from: { ...from, limit: limits.from, revision: revisions.from },
      to: { ...to, limit: limits.to, revision: revisions.to },
    });
    return {
      before: say(had, { from: sides.from.revision, to: sides.to.revision }),
      after: say(has, { from: fromNow.revision, to: toNow.revision }),
      value: { from: fromNow, to: toNow },
    };
  });
  const words = sayMove(control, counters, moved, from.scope, to.scope, amount);
  return { ...moved, words };
}

/** The columns that change where single limits do: the scopes' own, or the budget's where it counts nothing apart. */
function withLimits(
  budget: StoredBudget,
  ...changed: readonly (readonly [scope: string, limit: number])[]
): Parameters<typeof reviseBudget>[3] {
  const [first] = changed;
  if (budget.scope.length === 0 && first) return { limit_amount: first[1] };
  const limits = { ...budget.limits, ...Object.fromEntries(changed) };
  return { limits_json: JSON.stringify(parseInput(budgetSchema.shape.limits, limits)) };
}

function sayMove(
  control: Control,
  counters: BudgetCounters,
  moved: { readonly from: StoredBudget; readonly to: StoredBudget },
  fromScope: string,
  toScope: string,
  amount: number,
): string {
  const { keys, budgets } = control.snapshot();
  const keyName = (id: string): string | undefined => [...keys.values()].find((key) => key.id === id)?.name;
  const say = (budget: StoredBudget, scope: string): string => `“${budget.name}” for ${sayScope(scope, keyName)}`;
  const { unit } = moved.from;
  const words = `${sayAmount(amount, unit)} was moved from ${say(moved.from, fromScope)} to ${say(moved.to, toScope)}.`;
  const entry = budgets.get(moved.from.id);
  const cell = entry && counters.of(entry, Date.now()).find(({ scope }) => scope === fromScope);
  const limit = limitOf(moved.from, fromScope) + (cell?.toppedUp ?? 0);
  if (!cell || cell.spent <= limit) return words;
  const until = moved.from.window === 'total' ? '' : ' until its window ends';
  return `${words} ${say(moved.from, fromScope)} has spent ${sayAmount(cell.spent, unit)} already, more than the ${sayAmount(limit, unit)} that it may spend now, so it lets nothing pass${until}.`;
}
