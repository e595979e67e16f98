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

export type NewBudget = Omit<Budget, 'id' | 'revision'> & { readonly project: string | null };

/** Makes a budget; rejects with `already_exists` for a name that is taken. */
export function createBudget(budget: NewBudget, reason: string): Promise<StoredBudget> {
  return ask(storedBudgetSchema, '/budgets', { method: 'POST', body: { ...budget, reason } });
}

/** Changes a budget at once, keeping what was spent; rejects with `conflict`, the current one in the details. */
export function changeBudget(
  id: string,
  change: Pick<StoredBudget, 'name' | 'limit' | 'owner' | 'revision'> & { readonly reason: string },
): Promise<StoredBudget> {
  return ask(storedBudgetSchema, `/budgets/${encodeURIComponent(id)}`, { method: 'PUT', body: change });
}
