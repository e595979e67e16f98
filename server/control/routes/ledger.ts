/** What has moved a budget, and the two ways in which people move it for its open window. */
import { z } from 'zod';
import { sayScope } from '../../../policies/budget.ts';
import { LEDGER_TYPES, readLedger } from '../../money/ledger.ts';
import { idSchema, momentSchema, reasonSchema } from '../input.ts';
import { defineRoute, type Route } from '../route.ts';
import { adjustmentSchema, budgetEntry, resetSpend, scopeValueSchema, topUp, topUpAmountSchema } from '../top-ups.ts';

const adjustment = adjustmentSchema.meta({ id: 'BudgetAdjustment' });
const entry = z
  .object({
    at: momentSchema,
    type: z.enum(LEDGER_TYPES),
    scope: z.string(),
    scopeWords: z.string().meta({ description: 'The scope with the names of keys in place of their ids.' }),
    window: momentSchema,
    spent: z.int().meta({ description: 'What it adds to what is spent.' }),
    held: z.int().meta({ description: 'What it holds, or held until it was settled.' }),
    raised: z.int().meta({ description: 'What it adds to the limit of its window.' }),
    words: z.string(),
    request: z.string().nullable(),
    actor: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'LedgerEntry', description: 'One movement, in the unit of the budget.' });
const moment = z.coerce.number().int().min(0);
const params = z.strictObject({ budget: idSchema });

export const ledgerRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/ledger',
    may: 'read ledger',
    tag: 'Budgets',
    summary: 'Everything that has moved a budget, in order and in words.',
    status: 200,
    errors: ['not_found'],
    query: z.strictObject({
      budget: idSchema,
      scope: scopeValueSchema.optional(),
      from: moment.optional(),
      to: moment.optional(),
      after: z.string().max(200).optional().meta({ description: 'The `next` of the page before.' }),
      limit: moment.min(1).max(500).default(100),
    }),
    response: z.object({ unit: z.enum(['usd', 'tokens']), entries: z.array(entry), next: z.string().nullable() }),
    handle: async ({ query: { budget: id, limit, ...filter } }, { control, deps, actor }) => {
      const budget = budgetEntry(control, actor, id);
      const sources = { records: deps.records, control: control.db, gateway: deps.gateway };
      const { entries, next } = await readLedger(sources, budget, filter, limit);
      const keyNames = new Map([...control.snapshot().keys.values()].map((key) => [key.id, key.name]));
      const say = (scope: string): string => sayScope(scope, (key) => keyNames.get(key));
      return { unit: budget.unit, entries: entries.map((one) => ({ ...one, scopeWords: say(one.scope) })), next };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/budgets/{budget}/top-ups',
    may: 'change ledger',
    tag: 'Budgets',
    summary: 'Raise what a scope may spend in the open window, once and at once.',
    status: 201,
    errors: ['not_found'],
    params,
    body: z.strictObject({ scope: scopeValueSchema, amount: topUpAmountSchema, reason: reasonSchema }),
    response: adjustment,
    handle: ({ params, body }, { control, deps, actor }) =>
      topUp(control, deps.counters, actor, budgetEntry(control, actor, params.budget), body),
  }),
  defineRoute({
    method: 'post',
    path: '/budgets/{budget}/reset',
    may: 'change ledger',
    tag: 'Budgets',
    summary: 'Start what a scope has spent of the open window at zero; the ledger keeps what was spent until now.',
    status: 200,
    errors: ['not_found'],
    params,
    body: z.strictObject({ scope: scopeValueSchema, reason: reasonSchema }),
    response: adjustment,
    handle: ({ params, body }, { control, deps, actor }) =>
      resetSpend(control, deps, actor, budgetEntry(control, actor, params.budget), body),
  }),
];
