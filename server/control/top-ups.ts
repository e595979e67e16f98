/** What is changed of a budget for its open window only: a top-up of the limit, and a reset of what was spent. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { limitOf } from '../../policies/budget.ts';
import { scopeParts } from '../../policies/budget-tree.ts';
import { SignalboxError } from '../errors.ts';
import type { BudgetCounters, Cell } from '../money/counters.ts';
import type { TopUp } from '../money/top-ups.ts';
import type { RecordStore } from '../records/record.ts';
import type { Control, ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema, reasonSchema } from './input.ts';
import type { BudgetEntry } from './snapshot.ts';

/** A scope's value as budgets count it, such as `team=search`; empty for the whole organisation. */
export const scopeValueSchema = z.string().max(1000);

/** In the unit of the budget: nano-dollars or tokens. */
export const topUpAmountSchema = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

export const adjustmentSchema = z.object({
  id: z.string(),
  budget: z.string(),
  scope: z.string(),
  window: momentSchema,
  kind: z.enum(['top_up', 'reset']),
  amount: z.int().meta({ description: 'What was added to the limit, or to what was spent.' }),
  reason: reasonSchema,
  author: z.string(),
  at: momentSchema,
  request: z.string().nullable().meta({ description: 'The request for more that it answers.' }),
});
type Adjustment = z.infer<typeof adjustmentSchema>;

interface AdjustmentRow extends Omit<Adjustment, 'window'> {
  readonly organisation: string;
  readonly window_start: number;
}

function toAdjustment({ window_start, ...row }: AdjustmentRow): Adjustment {
  return adjustmentSchema.parse({ ...row, window: window_start });
}

/** A budget of the actor's organisation, as it is now. Throws `not_found`. */
export function budgetEntry(control: Control, actor: Actor, id: string): BudgetEntry {
  const budget = control.snapshot().budgets.get(id);
  if (budget?.organisation !== actor.organisation) throw new SignalboxError('not_found', { what: 'budget of that id' });
  return budget;
}

/** Throws `invalid_input` for a scope that no request can have in this budget. */
export function requireScope(budget: Pick<BudgetEntry, 'name' | 'scope'>, scope: string): void {
  if (scopeParts(budget.scope, scope) !== null) return;
  const wanted = budget.scope.length === 0 ? 'nothing' : budget.scope.map((name) => `${name}=…`).join(',');
  throw new SignalboxError('invalid_input', {
    why: `scope: the budget “${budget.name}” counts by ${wanted}, so “${scope}” is no part of it`,
  });
}

interface Wanted {
  readonly scope: string;
  readonly amount: number;
}

/** The cell of a budget's open window, where a top-up fits. Throws `invalid_input`. */
export function cellToRaise(counters: BudgetCounters, budget: BudgetEntry, { scope, amount }: Wanted): Cell {
  requireScope(budget, scope);
  const cell = counters.cell(budget, scope, Date.now());
  if (limitOf(budget, scope) + cell.toppedUp + amount > Number.MAX_SAFE_INTEGER) {
    throw new SignalboxError('invalid_input', { why: 'amount: the limit would be larger than can be counted exactly' });
  }
  return cell;
}

/** Writes a top-up within a change; the caller raises the cell once that is committed. */
export async function insertTopUp(
  trx: Knex.Transaction,
  actor: Actor,
  cell: Cell,
  given: Pick<AdjustmentRow, 'amount' | 'reason' | 'request'>,
): Promise<Adjustment> {
  return insert(trx, actor, cell, { ...given, kind: 'top_up' });
}

async function insert(
  trx: Knex.Transaction,
  actor: Actor,
  cell: Cell,
  given: Pick<AdjustmentRow, 'amount' | 'reason' | 'request' | 'kind'>,
): Promise<Adjustment> {
  const { budget, scope, window } = cell;
  const row: AdjustmentRow = {
    id: newId('adj'),
    organisation: actor.organisation,
    budget,
    scope,
    window_start: window.start,
    ...given,
    author: actor.id,
    at: Date.now(),
  };
  await trx('budget_adjustments').insert(row);
  return toAdjustment(row);
}

/** What the history keeps of an adjustment. */
export const sayAdjustment = ({ id, scope, window, amount }: Adjustment) => ({ id, scope, window, amount });

/** Raises what a scope may spend in the open window, at once. Amount in the budget's unit. */
export async function topUp(
  store: ControlStore,
  counters: BudgetCounters,
  actor: Actor,
  budget: BudgetEntry,
  { reason, ...wanted }: Wanted & { readonly reason: string },
): Promise<Adjustment> {
  const cell = cellToRaise(counters, budget, wanted);
  const change = { action: 'budget.top_up', objectType: 'budget', objectId: budget.id, reason };
  const made = await store.change(actor, change, async (trx) => {
    const value = await insertTopUp(trx, actor, cell, { amount: wanted.amount, reason, request: null });
    return { before: null, after: { topUp: sayAdjustment(value) }, value };
  });
  cell.toppedUp += made.amount;
  return made;
}

/** Cells whose reset is being written: a second one would take off the same spending again. */
const beingReset = new WeakSet<Cell>();

/**
 * Starts what a scope has spent of the open window at zero, at once: what was spent until now is taken off by a correction
 * in the ledger. Throws `invalid_input` where nothing was spent.
 */
export async function resetSpend(
  store: ControlStore,
  { counters, records }: { readonly counters: BudgetCounters; readonly records: RecordStore },
  actor: Actor,
  budget: BudgetEntry,
  { scope, reason }: { readonly scope: string; readonly reason: string },
): Promise<Adjustment> {
  requireScope(budget, scope);
  const cell = counters.cell(budget, scope, Date.now());
  if (cell.spent === 0 || beingReset.has(cell)) {
    throw new SignalboxError('invalid_input', { why: 'Nothing is spent there, so there is nothing to reset' });
  }
  beingReset.add(cell);
  try {
    const change = { action: 'budget.reset', objectType: 'budget', objectId: budget.id, reason };
    const made = await store.change(actor, change, async (trx) => {
      const { spent } = cell;
      const value = await insert(trx, actor, cell, { kind: 'reset', amount: -spent, reason, request: null });
      return { before: { spent }, after: { reset: sayAdjustment(value) }, value };
    });
    // From here on it is decided: were the ledger out of reach now, the next start would post the correction.
    cell.spent += made.amount;
    await postReset(records, { ...made, organisation: actor.organisation, unit: budget.unit });
    return made;
  } finally {
    beingReset.delete(cell);
  }
}

type Reset = Omit<Adjustment, 'kind' | 'request'> & {
  readonly organisation: string;
  readonly unit: 'usd' | 'tokens';
};

function postReset(records: RecordStore, reset: Reset): Promise<void> {
  const { id, organisation, budget, scope, unit, window, amount, at, reason, author } = reset;
  return records.correct({
    organisation,
    budget,
    scope,
    unit,
    window,
    at,
    reason,
    spent: amount,
    actor: author,
    reference: id,
  });
}

/** Posts the corrections of resets that a process has decided and not lived to write into the ledger. */
export async function postResets(db: Knex, records: RecordStore): Promise<void> {
  const rows = await db('budget_adjustments')
    .join('budgets', 'budgets.id', 'budget_adjustments.budget')
    .where('budget_adjustments.kind', 'reset')
    .orderBy('budget_adjustments.id')
    .select<(AdjustmentRow & { readonly unit: 'usd' | 'tokens' })[]>('budget_adjustments.*', 'budgets.unit');
  for (const { unit, ...row } of rows) {
    await postReset(records, { ...toAdjustment(row), organisation: row.organisation, unit });
  }
}

/** Every top-up there is, for the counters. */
export async function topUpsOf(db: Knex): Promise<TopUp[]> {
  return db('budget_adjustments')
    .where({ kind: 'top_up' })
    .select<TopUp[]>('budget', 'scope', { window: 'window_start' }, 'amount');
}

/** A budget's top-ups, the first first: at or after `from` and before `to`, and after `after` in time and id. */
export async function listTopUps(
  db: Knex,
  filter: {
    readonly organisation: string;
    readonly budget: string;
    readonly scope?: string;
    readonly from?: number;
    readonly to?: number;
    readonly after?: { readonly at: number; readonly id: string };
  },
  limit: number,
): Promise<Adjustment[]> {
  const { organisation, budget, scope, from, to, after } = filter;
  const query = db<AdjustmentRow>('budget_adjustments').where({ organisation, budget, kind: 'top_up' });
  if (scope !== undefined) query.where({ scope });
  if (from !== undefined) query.where('at', '>=', from);
  if (to !== undefined) query.where('at', '<', to);
  if (after !== undefined) query.whereRaw('(at, id) > (?, ?)', [after.at, after.id]);
  return (await query.orderBy(['at', 'id']).limit(limit)).map(toAdjustment);
}
