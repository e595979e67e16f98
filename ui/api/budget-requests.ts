/** Asking for more of a budget, and answering that. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { BUDGETS } from './budgets.ts';
import { ask } from './client.ts';

const budgetRequest = z.object({
  id: z.string(),
  budget: z.string(),
  scope: z.string(),
  /** In the unit of the budget. */
  amount: z.number(),
  reason: z.string(),
  /** Id of who asks. */
  author: z.string(),
  at: z.number(),
  state: z.enum(['open', 'granted', 'declined']),
  /** What was said to it. */
  answer: z.string().nullable(),
  answeredBy: z.string().nullable(),
  answeredAt: z.number().nullable(),
});
export type BudgetRequest = z.infer<typeof budgetRequest>;

/** What people have asked for, the newest first. */
export const budgetRequestsQuery = queryOptions({
  queryKey: [...BUDGETS, 'requests'],
  queryFn: async ({ signal }) =>
    (await ask(z.object({ requests: z.array(budgetRequest) }), '/budget-requests', { signal })).requests,
});

/** Asks for more of a scope in its open window; everyone who is signed in may. */
export function askForMore(
  input: Pick<BudgetRequest, 'budget' | 'scope' | 'amount' | 'reason'>,
): Promise<BudgetRequest> {
  return ask(budgetRequest, '/budget-requests', { method: 'POST', body: input });
}

/** Grants a request by an amount in the budget's unit; rejects with `invalid_input` when somebody has answered it before. */
export function grantRequest(id: string, amount: number, reason: string): Promise<BudgetRequest> {
  const path = `/budget-requests/${encodeURIComponent(id)}/grant`;
  return ask(budgetRequest, path, { method: 'POST', body: { amount, reason } });
}

/** Declines a request with a sentence that says why. */
export function declineRequest(id: string, reason: string): Promise<BudgetRequest> {
  const path = `/budget-requests/${encodeURIComponent(id)}/decline`;
  return ask(budgetRequest, path, { method: 'POST', body: { reason } });
}
