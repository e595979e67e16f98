/** What budgets are planned to spend by month, and what they did spend. */
import { z } from 'zod';
import { budgetOfPart } from '../budget-parts.ts';
import { monthSchema, monthsBetween, planInputSchema, planSchema, readPlan, setPlan } from '../budget-plans.ts';
import { idSchema } from '../input.ts';
import { defineRoute, type Route } from '../route.ts';
import { budgetEntry, scopeValueSchema } from '../top-ups.ts';

const params = z.strictObject({ budget: idSchema });
const plannedMonths = z.object({ unit: z.enum(['usd', 'tokens']), months: z.array(planSchema) });

export const budgetPlanRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/budgets/{budget}/plan',
    may: 'read budget',
    placed: 'handler',
    tag: 'Budgets',
    summary: 'Plan against actual of a scope, month by month.',
    status: 200,
    errors: ['not_found'],
    params,
    query: z.strictObject({ scope: scopeValueSchema.default(''), from: monthSchema, to: monthSchema }),
    response: plannedMonths,
    handle: async ({ params, query }, { control, deps, actor }) => {
      const budget = budgetOfPart(control, actor, params.budget, query.scope);
      const sources = { control: control.db, records: deps.records };
      const months = monthsBetween(query.from, query.to);
      return { unit: budget.unit, months: await readPlan(sources, budget, query.scope, months) };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/budgets/{budget}/plan',
    may: 'change budget',
    tag: 'Budgets',
    summary: 'Plan single months of a scope, or take their plan away; gives those months.',
    status: 200,
    errors: ['not_found'],
    params,
    body: planInputSchema,
    response: plannedMonths,
    handle: async ({ params, body }, { control, deps, actor }) => {
      const budget = budgetEntry(control, actor, params.budget);
      await setPlan(control, actor, budget, body);
      const sources = { control: control.db, records: deps.records };
      const months = Object.keys(body.months).sort();
      return { unit: budget.unit, months: await readPlan(sources, budget, body.scope, months) };
    },
  }),
];
