/** After anything that changes or moves a budget. */
import type { QueryClient } from '@tanstack/react-query';
import { BUDGETS } from './budgets.ts';
import { refreshHouse } from './house.ts';

/** Asks again for all that pages show of budgets. */
export async function refreshBudgets(client: QueryClient): Promise<void> {
  await Promise.all([refreshHouse(client), client.invalidateQueries({ queryKey: BUDGETS })]);
}
