/** Budgets as stored: what they allow, and every revision of that. What was spent is kept elsewhere. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { type Budget, budgetSchema } from '../../policies/budget.ts';
import { problemsOfTree } from '../../policies/budget-tree.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { idSchema, momentSchema } from './input.ts';
import { findProject, requireFreeName } from './organisations.ts';
import { requireScope } from './top-ups.ts';

export const budgetInputSchema = budgetSchema.extend({
  project: idSchema.nullable().default(null).meta({ description: 'Null for a budget that every policy may use.' }),
});
type BudgetInput = z.input<typeof budgetInputSchema>;

/** What can be changed later. Another scope, window or unit counts something else: that is another budget. */
export const budgetChangeSchema = budgetSchema.pick({ name: true, limit: true, owner: true }).extend({
  limits: budgetSchema.shape.limits.unwrap().optional(),
  thresholds: budgetSchema.shape.thresholds.unwrap().optional(),
  parent: budgetSchema.shape.parent.unwrap().optional(),
});

export const storedBudgetSchema = z.object({
  ...budgetSchema.shape,
  id: z.string(),
  project: z.string().nullable(),
  revision: z.int(),
  updatedAt: momentSchema,
});
export type StoredBudget = z.infer<typeof storedBudgetSchema>;

interface BudgetFields {
  readonly organisation: string;
  readonly project: string | null;
  readonly name: string;
  readonly scope_json: string;
  readonly window: string;
  readonly time_zone: string;
  readonly unit: string;
  readonly limit_amount: number;
  readonly limits_json: string;
  readonly thresholds_json: string;
  readonly parent: string | null;
  readonly owner: string | null;
  readonly revision: number;
}

export interface BudgetRow extends BudgetFields {
  readonly id: string;
  readonly updated_at: number;
}

/** A stored budget; its columns are read through the schema that wrote them. */
export function toBudget(row: BudgetRow): StoredBudget {
  return storedBudgetSchema.parse({
    id: row.id,
    project: row.project,
    name: row.name,
    scope: JSON.parse(row.scope_json),
    window: row.window,
    timeZone: row.time_zone,
    unit: row.unit,
    limit: row.limit_amount,
    limits: JSON.parse(row.limits_json),
    thresholds: JSON.parse(row.thresholds_json),
    parent: row.parent,
    owner: row.owner,
    revision: row.revision,
    updatedAt: row.updated_at,
  });
}

export async function listBudgets(db: Knex, organisation: string): Promise<StoredBudget[]> {
  return (await db<BudgetRow>('budgets').where({ organisation }).orderBy('name')).map(toBudget);
}

async function keepRevision(trx: Knex.Transaction, actor: Actor, row: BudgetRow, reason: string): Promise<void> {
  const { id, updated_at, ...fields } = row;
  await trx('budget_revisions').insert({ ...fields, budget: id, author: actor.id, reason, at: updated_at });
}

/** Throws `invalid_input` for limits of scopes that the budget does not have, and for a place in the tree that cannot be. */
async function requireSound(trx: Knex.Transaction, organisation: string, budget: StoredBudget): Promise<void> {
  for (const scope of Object.keys(budget.limits)) {
    requireScope(budget, scope);
    if (scope !== '') continue;
    const why = `limits: the budget “${budget.name}” counts nothing apart, so only its own limit is there to be set`;
    throw new SignalboxError('invalid_input', { why });
  }
  if (budget.parent === null) return;
  const others = (await listBudgets(trx, organisation)).filter(({ id }) => id !== budget.id);
  const [problem] = problemsOfTree([budget, ...others]);
  if (problem) throw new SignalboxError('invalid_input', { why: `parent: ${problem.words}` });
}

/** Writes the next revision of a budget within a change. Throws `invalid_input` where it would not be sound. */
export async function reviseBudget(
  trx: Knex.Transaction,
  actor: Actor,
  old: BudgetRow,
  changed: Partial<BudgetFields>,
  reason: string,
): Promise<StoredBudget> {
  const row: BudgetRow = { ...old, ...changed, revision: old.revision + 1, updated_at: Date.now() };
  const budget = toBudget(row);
  await requireSound(trx, actor.organisation, budget);
  await trx('budgets').where({ id: row.id }).update(row);
  await keepRevision(trx, actor, row, reason);
  return budget;
}

/** The row of a budget of the organisation. Throws `not_found`. */
export async function findBudget(db: Knex, organisation: string, id: string): Promise<BudgetRow> {
  const row = await db<BudgetRow>('budgets').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'budget of that id' });
  return row;
}

/** What the history keeps of a budget. */
const sayBudget = ({ id, revision, updatedAt, ...budget }: StoredBudget) =>
  budget satisfies Omit<Budget, 'id' | 'revision'>;

/** Creates a budget at revision 1. */
export async function createBudget(
  store: ControlStore,
  actor: Actor,
  input: BudgetInput,
  reason: string,
): Promise<StoredBudget> {
  const { organisation } = actor;
  const id = newId('bud');
  const { project, ...given } = budgetInputSchema.parse(input);
  const change = { action: 'budget.create', objectType: 'budget', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    if (project !== null) await findProject(trx, organisation, project);
    await requireFreeName(trx, 'budgets', organisation, given.name, null);
    const row: BudgetRow = {
      id,
      organisation,
      project,
      name: given.name,
      scope_json: JSON.stringify(given.scope),
      window: given.window,
      time_zone: given.timeZone,
      unit: given.unit,
      limit_amount: given.limit,
      limits_json: JSON.stringify(given.limits),
      thresholds_json: JSON.stringify(given.thresholds),
      parent: given.parent,
      owner: given.owner,
      revision: 1,
      updated_at: Date.now(),
    };
    const budget = toBudget(row);
    await requireSound(trx, organisation, budget);
    await trx('budgets').insert(row);
    await keepRevision(trx, actor, row, reason);
    return { before: null, after: sayBudget(budget), value: budget };
  });
}

/**
 * Changes a budget at once; what was spent stays, and so does what `input` says nothing of. Throws `conflict` with the budget
 * as it is now at another revision, `invalid_input` for a parent or limits that cannot be.
 */
export async function changeBudget(
  store: ControlStore,
  actor: Actor,
  id: string,
  input: z.output<typeof budgetChangeSchema> & { readonly revision: number; readonly reason: string },
): Promise<StoredBudget> {
  const { organisation } = actor;
  const { name, limit, limits, thresholds, parent, owner, reason } = input;
  const change = { action: 'budget.change', objectType: 'budget', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const old = await findBudget(trx, organisation, id);
    if (old.revision !== input.revision) {
      throw new SignalboxError('conflict', { what: 'The budget', revision: old.revision, current: toBudget(old) });
    }
    await requireFreeName(trx, 'budgets', organisation, name, id);
    const changed = {
      name,
      limit_amount: limit,
      owner,
      ...(limits && { limits_json: JSON.stringify(limits) }),
      ...(thresholds && { thresholds_json: JSON.stringify(thresholds) }),
      ...(parent !== undefined && { parent }),
    };
    const budget = await reviseBudget(trx, actor, old, changed, reason);
    return { before: sayBudget(toBudget(old)), after: sayBudget(budget), value: budget };
  });
}
