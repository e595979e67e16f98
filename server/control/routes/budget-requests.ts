/** Asking for more of a budget, and answering that. */
import { z } from 'zod';
import { budgetSight } from '../budget-parts.ts';
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
    may: 'read budget',
    placed: 'handler',
    tag: 'Budgets',
    summary:
      'What people have asked for, the newest first: of what one sees of budgets, and what one has asked for oneself.',
    status: 200,
    query: z.strictObject({ state: requestStateSchema.optional() }),
    response: z.object({ requests: z.array(budgetRequest) }),
    handle: async ({ query }, { control, actor }) => {
      const sightOf = budgetSight(control.snapshot(), actor);
      const { budgets } = control.snapshot();
      const sees = (id: string, scope: string): boolean => {
        const budget = budgets.get(id);
        return budget !== undefined && sightOf(budget)?.sees(scope) === true;
      };
      const requests = await listBudgetRequests(control.db, actor.organisation, query.state);
      return { requests: requests.filter((one) => one.author === actor.id || sees(one.budget, one.scope)) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/budget-requests',
    may: 'ask budget',
    placed: 'handler',
    tag: 'Budgets',
    summary:
      'Ask for more of a budget in its open window. Those whom a budget has stopped may ask, whether they see it or not.',
    status: 201,
    errors: ['not_found'],
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
    may: 'change budget',
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
    may: 'change budget',
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
