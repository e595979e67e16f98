/** Asking for more of a budget, and answering that. */
import { z } from 'zod';
import {
  askForMore,
  budgetRequestInputSchema,
  budgetRequestSchema,
  declineRequest,
  grantRequest,
  listBudgetRequests,
  requestStateSchema,
} from '../budget-requests.ts';
import { idSchema, reasonSchema } from '../input.ts';
import { defineRoute, type Route } from '../route.ts';
import { topUpAmountSchema } from '../top-ups.ts';

const budgetRequest = budgetRequestSchema.meta({ id: 'BudgetRequest' });
const params = z.strictObject({ request: idSchema });

export const budgetRequestRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/budget-requests',
    tag: 'Budgets',
    summary: 'What people have asked for, the newest first.',
    status: 200,
    query: z.strictObject({ state: requestStateSchema.optional() }),
    response: z.object({ requests: z.array(budgetRequest) }),
    handle: async ({ query }, { control, actor }) => ({
      requests: await listBudgetRequests(control.db, actor.organisation, query.state),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/budget-requests',
    tag: 'Budgets',
    summary: 'Ask for more of a budget in its open window. Everyone who is signed in may.',
    status: 201,
    errors: ['not_found'],
    viewers: true,
    body: budgetRequestInputSchema,
    response: budgetRequest,
    handle: async ({ body }, { control, deps, actor }) => {
      const asked = await askForMore(control, actor, body);
      deps.alerts.wake();
      return asked;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/budget-requests/{request}/grant',
    tag: 'Budgets',
    summary: 'Grant a request: the budget is topped up for its open window, by another amount where one is given.',
    status: 200,
    errors: ['not_found'],
    params,
    body: z.strictObject({ amount: topUpAmountSchema.optional(), reason: reasonSchema }),
    response: budgetRequest,
    handle: ({ params, body }, { control, deps, actor }) =>
      grantRequest(control, deps.counters, actor, params.request, body),
  }),
  defineRoute({
    method: 'post',
    path: '/budget-requests/{request}/decline',
    tag: 'Budgets',
    summary: 'Decline a request with a sentence that says why.',
    status: 200,
    errors: ['not_found'],
    params,
    body: z.strictObject({ reason: reasonSchema }),
    response: budgetRequest,
    handle: ({ params, body }, { control, actor }) => declineRequest(control, actor, params.request, body.reason),
  }),
];
