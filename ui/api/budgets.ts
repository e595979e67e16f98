/** Making and changing budgets; what there are, and what they have used, is in the house. */
import { z } from 'zod';
import { type Budget, budgetSchema } from '../../policies/budget.ts';
import { ask } from './client.ts';

export const storedBudgetSchema = z.object({
  ...budgetSchema.shape,
  id: z.string(),
  /** Id of the project whose policies alone may use it; null for all. */
  project: z.string().nullable(),
  /** Raised by each change; a change names the one that it started from. */
  revision: z.number(),
});
export type StoredBudget = z.infer<typeof storedBudgetSchema>;

/** Everything that moves a budget or is known of one besides the house is asked for under this key. */
export const BUDGETS = ['budgets'];

export type NewBudget = Pick<Budget, 'name' | 'scope' | 'window' | 'timeZone' | 'unit' | 'limit' | 'owner'> & {
  readonly project: string | null;
};

/** Makes a budget; rejects with `already_exists` for a name that is taken. */
export function createBudget(budget: NewBudget, reason: string): Promise<StoredBudget> {
  return ask(storedBudgetSchema, '/budgets', { method: 'POST', body: { ...budget, reason } });
}

/** What can be changed of a budget. */
export type BudgetChange = Partial<Pick<StoredBudget, 'name' | 'limit' | 'owner' | 'limits' | 'thresholds' | 'parent'>>;

/**
 * Changes a budget at once, keeping what was spent and all that `change` does not name; rejects with `conflict`, the current
 * one in the details, when somebody has changed it since `budget` was loaded.
 */
export function changeBudget(budget: StoredBudget, change: BudgetChange, reason: string): Promise<StoredBudget> {
  const { id, revision, name, limit, owner } = budget;
  const body = { name, limit, owner, ...change, revision, reason };
  return ask(storedBudgetSchema, `/budgets/${encodeURIComponent(id)}`, { method: 'PUT', body });
}

const adjustment = z.object({ id: z.string(), amount: z.number() });

/** Adds to what a scope may spend in the open window; the amount in the budget's unit. */
export function topUp(budget: string, scope: string, amount: number, reason: string): Promise<{ amount: number }> {
  const body = { scope, amount, reason };
  return ask(adjustment, `/budgets/${encodeURIComponent(budget)}/top-ups`, { method: 'POST', body });
}

/** Starts what a scope has spent of the open window at zero. */
export function resetSpend(budget: string, scope: string, reason: string): Promise<{ amount: number }> {
  return ask(adjustment, `/budgets/${encodeURIComponent(budget)}/reset`, { method: 'POST', body: { scope, reason } });
}
