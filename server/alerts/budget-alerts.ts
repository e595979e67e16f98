/**
 * Shares of a budget's limit at which people are told, once for each window and scope. What was told is compared in
 * memory; the database, which knows it across restarts, is asked only when a share is newly reached.
 */
import { limitOf } from '../../policies/budget.ts';
import type { HoldResult } from '../../policies/effects.ts';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import type { BudgetEntry, Snapshot } from '../control/snapshot.ts';
import type { BudgetCounters, Cell } from '../money/counters.ts';
import type { Charge } from '../records/record.ts';
import type { Inbox } from './inbox.ts';
import { teamsInScope } from './scope-teams.ts';

/** Where a request no longer fits while so much of the limit is used, the limit counts as reached. */
const NEARLY_ALL = 0.8;

interface Reached {
  readonly share: number;
  readonly limit: number;
  /** A request was refused for want of room. */
  readonly isFull: boolean;
}

export class BudgetAlerts {
  readonly #inbox: Inbox;
  readonly #snapshot: () => Snapshot;
  readonly #counters: BudgetCounters;
  /** The largest threshold that was told of a cell, as far as this process knows. */
  readonly #told = new WeakMap<Cell, number>();

  constructor(inbox: Inbox, snapshot: () => Snapshot, counters: BudgetCounters) {
    this.#inbox = inbox;
    this.#snapshot = snapshot;
    this.#counters = counters;
  }

  /** After a budget node has decided. */
  decided(result: HoldResult, now: number): void {
    // Where nothing could be weighed, nothing was held either.
    if (result.bounds === null) return;
    this.#look(result, result.why === 'over_limit' && result.port === 'exhausted', now);
    if (result.above) for (const one of result.above) this.#look(one, false, now);
  }

  /** After a request was settled. */
  settled(charges: readonly Charge[], now: number): void {
    for (const charge of charges) this.#look(charge, false, now);
  }

  #look({ budget: id, scope }: Pick<Charge, 'budget' | 'scope'>, isRefused: boolean, now: number): void {
    const budget = this.#snapshot().budgets.get(id);
    if (budget) this.#compare(budget, this.#counters.cell(budget, scope, now), isRefused, now);
  }

  /** All budgets as they stand: what a process has not lived to tell is told by the next. */
  sweep(now: number): void {
    for (const budget of this.#snapshot().budgets.values()) {
      for (const cell of this.#counters.of(budget, now)) this.#compare(budget, cell, false, now);
    }
  }

  #compare(budget: BudgetEntry, cell: Cell, isRefused: boolean, now: number): void {
    const { thresholds } = budget;
    const limit = limitOf(budget, cell.scope) + cell.toppedUp;
    if (limit === 0) return;
    let share = (cell.spent + cell.held) / limit;
    const isFull = isRefused && share >= NEARLY_ALL;
    if (isFull) share = Math.max(share, 1);
    const told = this.#told.get(cell) ?? 0;
    let reached = 0;
    for (const threshold of thresholds) if (threshold > told && threshold <= share) reached = threshold;
    if (reached === 0) return;
    // Of several at once the largest is told, and the smaller ones are not told later.
    if (this.#tell(budget, cell, { share: reached, limit, isFull }, now)) this.#told.set(cell, reached);
  }

  #tell(budget: BudgetEntry, cell: Cell, { share, limit, isFull }: Reached, now: number): boolean {
    const { id, organisation, unit, name, owner } = budget;
    const { scope, window, spent, held } = cell;
    const of = scope === '' ? '' : ` for ${scope}`;
    const percent = `${Math.round(share * 1000) / 10} %`;
    const isSpent = share >= 1;
    const underWay = held > 0 ? `, and ${sayAmount(held, unit)} held for requests under way` : '';
    const why = isFull ? ' A request was refused, since it could have cost more than is left.' : '';
    const whom = owner === null ? '' : ` ${owner} can give it more.`;
    return this.#inbox.note({
      organisation,
      about: 'budgets',
      channel: null,
      at: now,
      teams: teamsInScope(this.#snapshot(), organisation, scope),
      once: { mark: `budget\n${id}\n${window.start}\n${scope}\n${share}`, until: window.end },
      title: isSpent ? `The budget “${name}”${of} is used up` : `The budget “${name}”${of} has reached ${percent}`,
      text: `${sayAmount(spent, unit)} of ${sayAmount(limit, unit)} is spent${underWay}.${why} ${sayReset(window.end)}${whom}`,
      path: `/budgets/${id}`,
      data: { budget: id, name, scope, unit, limit, spent, held, share, resetsAt: window.end },
    });
  }
}

function sayReset(end: number | null): string {
  if (end === null) return 'It never resets.';
  return `It resets on ${new Date(end).toISOString().slice(0, 16).replace('T', ' at ')} UTC.`;
}
