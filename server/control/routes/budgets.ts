/** Budgets, and what they have used. */
import { z } from 'zod';
import { budgetsWithUse } from '../budget-parts.ts';
import { budgetChangeSchema, budgetInputSchema, changeBudget, createBudget, storedBudgetSchema } from '../budgets.ts';
import { idSchema, momentSchema, reasonSchema } from '../input.ts';
import { defineRoute, type Route } from '../route.ts';

const budget = storedBudgetSchema.meta({ id: 'Budget' });
export const budgetUseSchema = z
  .object({
    scope: z.string(),
    spent: z.int(),
    held: z.int(),
    resetsAt: momentSchema.nullable(),
    toppedUp: z.int().optional().meta({ description: 'What was added to the limit for the open window only.' }),
  })
  .meta({ id: 'BudgetUse', description: 'What one scope has used of the open window, in the unit of the budget.' });

export const budgetRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/budgets',
    may: 'read budget',
    placed: 'handler',
    tag: 'Budgets',
    summary: 'All budgets, or the parts of them that one may see, with what each scope has spent and holds now.',
    status: 200,
    response: z.object({ budgets: z.array(z.object({ budget, use: z.array(budgetUseSchema) })) }),
    handle: async (_input, { control, deps, actor }) => ({
      budgets: await budgetsWithUse(control, deps.budgetUse, actor),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/budgets',
    may: 'change budget',
    tag: 'Budgets',
    summary: 'Create a budget.',
    status: 201,
    errors: ['not_found', 'already_exists'],
    body: budgetInputSchema.extend({ reason: reasonSchema }),
    response: budget,
    handle: ({ body: { reason, ...input } }, { control, actor }) => createBudget(control, actor, input, reason),
  }),
  defineRoute({
    method: 'put',
    path: '/budgets/{budget}',
    may: 'change budget',
    tag: 'Budgets',
    summary:
      'Change name, limits, thresholds, parent and owner of a budget at once; what was spent stays, and so does what is not sent. A conflict carries it as it is now.',
    status: 200,
    errors: ['not_found', 'already_exists', 'conflict'],
    params: z.strictObject({ budget: idSchema }),
    body: budgetChangeSchema.extend({ revision: z.int().min(1), reason: reasonSchema }),
    response: budget,
    handle: ({ params, body }, { control, actor }) => changeBudget(control, actor, params.budget, body),
  }),
];
