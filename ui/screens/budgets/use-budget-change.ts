import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { type BudgetChange, changeBudget, type StoredBudget } from '../../api/budgets.ts';
import { ApiError } from '../../api/client.ts';
import { refreshBudgets } from '../../api/refresh-budgets.ts';

interface Given {
  readonly change: BudgetChange;
  readonly reason: string;
}

/**
 * Changes one thing of a budget. When somebody else has changed it in the meantime, it is loaded again, so that the second
 * attempt is made on what they have left.
 */
export function useBudgetChange(
  budget: StoredBudget,
  onDone: () => void,
): UseMutationResult<StoredBudget, Error, Given> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ change, reason }: Given) => changeBudget(budget, change, reason.trim()),
    onSuccess: async () => {
      await refreshBudgets(client);
      onDone();
    },
    onError: async (error) => {
      if (error instanceof ApiError && error.code === 'conflict') await refreshBudgets(client);
    },
  });
}
