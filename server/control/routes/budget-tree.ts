/** Budgets as parts of one another, and limits that are moved between them. */
import { z } from 'zod';
import { budgetNodeSchema, movedSchema, moveInputSchema, moveLimit, readTree } from '../budget-tree.ts';
import { defineRoute, type Route } from '../route.ts';

export const budgetTreeRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/budgets/tree',
    may: 'read budget',
    placed: 'handler',
    tag: 'Budgets',
    summary:
      'All budgets as trees, or the parts of them that one may see: what each scope may spend, has spent and holds, and how much of it is given on.',
    status: 200,
    response: z.object({ nodes: z.array(budgetNodeSchema).readonly() }),
    handle: async (_input, { control, deps, actor }) => ({ nodes: await readTree(control, deps.counters, actor) }),
  }),
  defineRoute({
    method: 'post',
    path: '/budgets/move',
    may: 'change budget',
    tag: 'Budgets',
    summary: 'Move a part of a limit from one scope to another that is a part of the same one, at once.',
    status: 200,
    errors: ['not_found'],
    body: moveInputSchema,
    response: movedSchema,
    handle: ({ body }, { control, deps, actor }) => moveLimit(control, deps.counters, actor, body),
  }),
];
