/** Budgets as stored: what they allow, and every revision of that. What was spent is kept elsewhere. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { type Budget, budgetSchema } from '../../policies/budget.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { idSchema, momentSchema } from './input.ts';
import { findProject, requireFreeName } from './organisations.ts';

export const budgetInputSchema = budgetSchema.extend({
  project: idSchema.nullable().default(null).meta({ description: 'Null for a budget that every policy may use.' }),
});
export type BudgetInput = z.output<typeof budgetInputSchema>;

/** What can be changed later. Another scope, window or unit counts something else: that is another budget. */
export const budgetChangeSchema = budgetSchema.pick({ name: true, limit: true, owner: true });

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
  const change = { action: 'budget.create', objectType: 'budget', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    if (input.project !== null) await findProject(trx, organisation, input.project);
    await requireFreeName(trx, 'budgets', organisation, input.name, null);
    const row: BudgetRow = {
      id,
      organisation,
      project: input.project,
      name: input.name,
      scope_json: JSON.stringify(input.scope),
      window: input.window,
      time_zone: input.timeZone,
      unit: input.unit,
      limit_amount: input.limit,
      owner: input.owner,
      revision: 1,
      updated_at: Date.now(),
    };
    await trx('budgets').insert(row);
    await keepRevision(trx, actor, row, reason);
    const budget = toBudget(row);
    return { before: null, after: sayBudget(budget), value: budget };
  });
}

/** Changes a budget at once; what was spent stays. Throws `conflict` with the budget as it is now at another revision. */
export async function changeBudget(
  store: ControlStore,
  actor: Actor,
  id: string,
  input: z.output<typeof budgetChangeSchema> & { readonly revision: number; readonly reason: string },
): Promise<StoredBudget> {
  const { organisation } = actor;
  const { name, limit, owner, reason } = input;
  const change = { action: 'budget.change', objectType: 'budget', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const old = await trx<BudgetRow>('budgets').where({ organisation, id }).first();
    if (!old) throw new SignalboxError('not_found', { what: 'budget of that id' });
    if (old.revision !== input.revision) {
      throw new SignalboxError('conflict', { what: 'The budget', revision: old.revision, current: toBudget(old) });
    }
    await requireFreeName(trx, 'budgets', organisation, name, id);
    const row: BudgetRow = {
      ...old,
      name,
      limit_amount: limit,
      owner,
      revision: old.revision + 1,
      updated_at: Date.now(),
    };
    await trx('budgets').where({ id }).update(row);
    await keepRevision(trx, actor, row, reason);
    const budget = toBudget(row);
    return { before: sayBudget(toBudget(old)), after: sayBudget(budget), value: budget };
  });
}
