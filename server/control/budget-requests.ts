/** “Ask for more”: what people ask of a budget's owner, and how that was answered. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { askMessage } from '../alerts/asks.ts';
import { writeMessages } from '../alerts/outbox.ts';
import { SignalboxError } from '../errors.ts';
import type { BudgetCounters } from '../money/counters.ts';
import type { Control, ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { idSchema, momentSchema, reasonSchema } from './input.ts';
import {
  budgetEntry,
  cellToRaise,
  insertTopUp,
  requireScope,
  sayAdjustment,
  scopeValueSchema,
  topUpAmountSchema,
} from './top-ups.ts';

const REQUEST_STATES = ['open', 'granted', 'declined'] as const;
export const requestStateSchema = z.enum(REQUEST_STATES);

export const budgetRequestInputSchema = z.strictObject({
  budget: idSchema,
  scope: scopeValueSchema,
  amount: topUpAmountSchema,
  reason: reasonSchema,
});

export const budgetRequestSchema = z.object({
  id: z.string(),
  budget: z.string(),
  scope: z.string(),
  amount: topUpAmountSchema,
  reason: reasonSchema,
  author: z.string(),
  at: momentSchema,
  state: requestStateSchema,
  answer: z.string().nullable(),
  answeredBy: z.string().nullable(),
  answeredAt: momentSchema.nullable(),
});
type BudgetRequest = z.infer<typeof budgetRequestSchema>;

interface RequestRow extends Omit<BudgetRequest, 'answeredBy' | 'answeredAt'> {
  readonly organisation: string;
  readonly answered_by: string | null;
  readonly answered_at: number | null;
}

function toRequest({ answered_by, answered_at, ...row }: RequestRow): BudgetRequest {
  return budgetRequestSchema.parse({ ...row, answeredBy: answered_by, answeredAt: answered_at });
}

/** The requests of an organisation, the newest first; of one state where it is given. */
export async function listBudgetRequests(
  db: Knex,
  organisation: string,
  state: BudgetRequest['state'] | undefined,
): Promise<BudgetRequest[]> {
  const query = db<RequestRow>('budget_requests').where({ organisation });
  if (state !== undefined) query.where({ state });
  return (await query.orderBy([{ column: 'at', order: 'desc' }, 'id']).limit(500)).map(toRequest);
}

/** Asks for more of a budget's scope in its open window. */
export async function askForMore(
  control: Control,
  actor: Actor,
  input: z.output<typeof budgetRequestInputSchema>,
): Promise<BudgetRequest> {
  const { budget, scope, amount, reason } = input;
  const entry = budgetEntry(control, actor, budget);
  requireScope(entry, scope);
  const id = newId('ask');
  const change = { action: 'budget_request.create', objectType: 'budget_request', objectId: id, reason };
  return control.change(actor, change, async (trx) => {
    const row: RequestRow = {
      id,
      organisation: actor.organisation,
      budget,
      scope,
      amount,
      reason,
      author: actor.id,
      at: Date.now(),
      state: 'open',
      answer: null,
      answered_by: null,
      answered_at: null,
    };
    await trx('budget_requests').insert(row);
    await writeMessages(trx, [askMessage(control.snapshot(), row, entry)], control.snapshot().channels, row.at);
    return { before: null, after: { budget, scope, amount, state: 'open' }, value: toRequest(row) };
  });
}

async function openRequest(db: Knex, organisation: string, id: string): Promise<RequestRow> {
  const row = await db<RequestRow>('budget_requests').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'request for more of that id' });
  if (row.state !== 'open') {
    throw new SignalboxError('invalid_input', { why: `This request for more was ${row.state} already` });
  }
  return row;
}

async function answer(
  trx: Knex.Transaction,
  actor: Actor,
  row: RequestRow,
  state: 'granted' | 'declined',
  words: string,
): Promise<BudgetRequest> {
  const answered = { state, answer: words, answered_by: actor.id, answered_at: Date.now() };
  await trx('budget_requests').where({ id: row.id }).update(answered);
  return toRequest({ ...row, ...answered });
}

/** Grants a request: the budget is topped up by what it asks for, or by `amount` where that is given, in one step. */
export async function grantRequest(
  control: Control,
  counters: BudgetCounters,
  actor: Actor,
  id: string,
  input: { readonly amount?: number | undefined; readonly reason: string },
): Promise<BudgetRequest> {
  const { reason } = input;
  const asked = await openRequest(control.db, actor.organisation, id);
  const amount = input.amount ?? asked.amount;
  const cell = cellToRaise(counters, budgetEntry(control, actor, asked.budget), { scope: asked.scope, amount });
  const change = { action: 'budget_request.grant', objectType: 'budget_request', objectId: id, reason };
  const granted = await control.change(actor, change, async (trx) => {
    // Once more, now that nobody else can answer it.
    const row = await openRequest(trx, actor.organisation, id);
    const made = await insertTopUp(trx, actor, cell, { amount, reason, request: id });
    const value = await answer(trx, actor, row, 'granted', reason);
    return { before: { state: 'open' }, after: { state: 'granted', topUp: sayAdjustment(made) }, value };
  });
  cell.toppedUp += amount;
  return granted;
}

/** Declines a request with a sentence. */
export async function declineRequest(
  store: ControlStore,
  actor: Actor,
  id: string,
  reason: string,
): Promise<BudgetRequest> {
  const change = { action: 'budget_request.decline', objectType: 'budget_request', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const row = await openRequest(trx, actor.organisation, id);
    const value = await answer(trx, actor, row, 'declined', reason);
    return { before: { state: 'open' }, after: { state: 'declined' }, value };
  });
}
