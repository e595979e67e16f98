/** What a budget is planned to spend by month, beside what it did spend. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { BUDGETS } from './budgets.ts';
import { ask } from './client.ts';

const plannedMonth = z.object({
  /** Such as "2026-11". */
  month: z.string(),
  /** Null where neither a plan nor the limit says; amounts in the unit of the budget. */
  planned: z.number().nullable(),
  /** Whether it was set for this month; else it follows from the limit. */
  ownPlan: z.boolean(),
  actual: z.number(),
  toppedUp: z.number(),
});
export type PlannedMonth = z.infer<typeof plannedMonth>;

const plan = z.object({ months: z.array(plannedMonth) });
const pathOf = (budget: string): string => `/budgets/${encodeURIComponent(budget)}/plan`;

/** The months of a calendar year. */
export const planQuery = (budget: string, scope: string, year: number) =>
  queryOptions({
    queryKey: [...BUDGETS, 'plan', budget, scope, year],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ scope, from: `${year}-01`, to: `${year}-12` });
      return (await ask(plan, `${pathOf(budget)}?${query}`, { signal })).months;
    },
  });

/** Plans single months of a scope in the budget's unit; null takes the plan of a month away. */
export async function setPlan(
  budget: string,
  scope: string,
  months: Readonly<Record<string, number | null>>,
  reason: string,
): Promise<void> {
  await ask(plan, pathOf(budget), { method: 'PUT', body: { scope, months, reason } });
}
