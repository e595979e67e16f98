/** How budgets are used up, when they run out, and whom they have refused. */
import { z } from 'zod';
import { limitOf } from '../../../policies/budget.ts';
import type { ForecastCalendar } from '../../../policies/forecast.ts';
import { burnDown, calendarOf, forecasts, type ScopeUse } from '../../money/burn-down.ts';
import { refusalsOf } from '../../money/refusals.ts';
import { budgetOfPart, budgetSight, seenBudget } from '../budget-parts.ts';
import { idSchema, momentSchema } from '../input.ts';
import { tagsSchema } from '../records.ts';
import { recordsSeen } from '../records-seen.ts';
import { defineRoute, type Route } from '../route.ts';
import type { BudgetEntry } from '../snapshot.ts';
import { requireScope, scopeValueSchema } from '../top-ups.ts';

/** Scopes that are told of at once. */
const MOST_SCOPES = 200;

const params = z.strictObject({ budget: idSchema });
const unit = z.enum(['usd', 'tokens']);
const amount = z.number().meta({ description: 'In the unit of the budget.' });
const when = momentSchema.nullable();
const dates = {
  runsOutAt: when.meta({ description: 'Null where it lasts as long as the window, or where it is too early to tell.' }),
  earliest: when,
  latest: when,
  enough: z.boolean().meta({ description: 'False where there is too little spending to tell from.' }),
  words: z.string(),
};
const forecast = z
  .object({ ...dates, method: z.string().meta({ description: 'How it was told, in words.' }) })
  .meta({ id: 'Forecast' });

const scopeForecast = z
  .object({
    budget: z.string(),
    name: z.string(),
    unit,
    scope: z.string(),
    limit: amount,
    spent: amount,
    held: amount,
    share: z.number().meta({ description: 'What is spent, as a share of the limit.' }),
    ...dates,
  })
  .meta({ id: 'ScopeForecast' });

const refusal = z
  .object({
    id: z.string().meta({ description: 'Of the request.' }),
    at: momentSchema,
    scope: z.string(),
    tags: tagsSchema,
    key: z.string(),
    amount: amount.meta({ description: 'What the request could have cost, in the unit of the budget.' }),
    words: z.string(),
  })
  .meta({ id: 'BudgetRefusal' });

const shareOf = (limit: number, spent: number): number => (limit > 0 ? spent / limit : 1);

export const forecastRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/budgets/{budget}/burn-down',
    may: 'read budget',
    placed: 'handler',
    tag: 'Budgets',
    summary: 'What a scope has spent in the course of the open window, and when the budget runs out for it.',
    status: 200,
    errors: ['not_found'],
    params,
    query: z.strictObject({ scope: scopeValueSchema.default('') }),
    response: z.object({
      unit,
      scope: z.string(),
      limit: amount.meta({ description: 'With what was added for this window.' }),
      window: z.object({ start: momentSchema, end: when }),
      points: z
        .array(z.object({ at: momentSchema, spent: amount }))
        .readonly()
        .meta({ description: 'What was spent up to each moment; at most 200, the last is now.' }),
      held: amount,
      forecast,
    }),
    handle: ({ params, query: { scope } }, { control, deps, actor }) => {
      const budget = budgetOfPart(control, actor, params.budget, scope);
      requireScope(budget, scope);
      const use = deps.budgetUse(budget).find((one) => one.scope === scope) ?? { scope, spent: 0, held: 0 };
      return burnDown(deps.records, budget, use, Date.now());
    },
  }),
  defineRoute({
    method: 'get',
    path: '/forecasts',
    may: 'read budget',
    placed: 'handler',
    tag: 'Budgets',
    summary: `When budgets run out, the first first: of the ${MOST_SCOPES} scopes that have used most of their limits.`,
    status: 200,
    response: z.object({ forecasts: z.array(scopeForecast) }),
    handle: async (_input, { control, deps, actor }) => {
      const now = Date.now();
      const used: { readonly budget: BudgetEntry; readonly use: ScopeUse; readonly share: number }[] = [];
      const sightOf = budgetSight(control.snapshot(), actor);
      for (const budget of control.snapshot().budgets.values()) {
        if (budget.organisation !== actor.organisation) continue;
        const sight = sightOf(budget);
        for (const use of sight ? deps.budgetUse(budget) : []) {
          if (!sight?.sees(use.scope)) continue;
          const limit = limitOf(budget, use.scope) + (use.toppedUp ?? 0);
          used.push({ budget, use, share: shareOf(limit, use.spent) });
        }
      }
      used.sort((a, b) => b.share - a.share);
      const byBudget = new Map<BudgetEntry, ScopeUse[]>();
      for (const { budget, use } of used.slice(0, MOST_SCOPES)) {
        byBudget.set(budget, [...(byBudget.get(budget) ?? []), use]);
      }
      const calendars = new Map<string, ForecastCalendar>();
      const told: z.input<typeof scopeForecast>[] = [];
      for (const [budget, uses] of byBudget) {
        const kind = `${budget.window} ${budget.timeZone}`;
        const calendar = calendars.get(kind) ?? calendarOf(budget, now);
        calendars.set(kind, calendar);
        for (const { method, ...one } of await forecasts(deps.records, budget, uses, calendar)) {
          const share = shareOf(one.limit, one.spent);
          told.push({ budget: budget.id, name: budget.name, unit: budget.unit, ...one, share });
        }
      }
      const last = Number.POSITIVE_INFINITY;
      return { forecasts: told.sort((a, b) => (a.runsOutAt ?? last) - (b.runsOutAt ?? last) || b.share - a.share) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/budgets/{budget}/refusals',
    may: 'read budget',
    placed: 'handler',
    tag: 'Budgets',
    summary: 'The newest requests that a budget has refused, as far as the newest 5,000 refused requests have them.',
    status: 200,
    errors: ['not_found'],
    params,
    query: z.strictObject({
      scope: scopeValueSchema.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(20),
    }),
    response: z.object({
      refusals: z.array(refusal).readonly(),
      looked: z.int().meta({
        description:
          'How many refused requests were looked at, whatever had refused them; for somebody who sees parts of the budget only, how many these parts refused.',
      }),
      since: when.meta({ description: 'Start of the oldest of them.' }),
      more: z.boolean().meta({ description: 'True where there are older ones that were not looked at.' }),
    }),
    handle: ({ params, query: { scope, limit } }, context) => {
      const { control, actor } = context;
      const { budget, sight } = seenBudget(control, actor, params.budget);
      if (scope !== undefined) budgetOfPart(control, actor, params.budget, scope);
      return refusalsOf(recordsSeen(context), budget, { scope, sight }, limit);
    },
  }),
];
