/**
 * What is spent and held of every budget, in memory. One process decides all admissions, so that a hold is checked and
 * taken in one step; what was spent is rebuilt at start from the ledger. Amounts are in the budget's unit.
 */
import { type Budget, type OpenWindow, windowAt } from '../../policies/budget.ts';
import type { Spend } from '../records/record.ts';
import type { TopUp } from './top-ups.ts';

/** One scope of one budget in one window. */
export interface Cell {
  readonly budget: string;
  readonly scope: string;
  /** Its end is not known (null) for what came from the ledger, until the window is asked for. */
  window: OpenWindow;
  spent: number;
  held: number;
  /** What was added to the limit for this window only. */
  toppedUp: number;
}

export class BudgetCounters {
  /** By the id of the budget, then by window and scope. */
  readonly #cells = new Map<string, Map<string, Cell>>();
  /** The newest window of each budget: a clock that goes back never reopens an older one. */
  readonly #windows = new Map<string, { readonly of: string; readonly open: OpenWindow }>();

  constructor(spend: readonly Spend[], topUps: readonly TopUp[] = []) {
    for (const { budget, scope, window, spent } of spend) {
      this.#cellIn(budget, scope, { start: window, end: null }).spent = spent;
    }
    for (const { budget, scope, window, amount } of topUps) {
      this.#cellIn(budget, scope, { start: window, end: null }).toppedUp += amount;
    }
  }

  /** The cell of a scope in the window open at `now`. */
  cell(budget: Budget, scope: string, now: number): Cell {
    return this.#cellIn(budget.id, scope, this.#open(budget, now));
  }

  #cellIn(budget: string, scope: string, window: OpenWindow): Cell {
    let cells = this.#cells.get(budget);
    if (!cells) {
      cells = new Map();
      this.#cells.set(budget, cells);
    }
    const key = `${window.start} ${scope}`;
    let cell = cells.get(key);
    if (!cell) {
      cell = { budget, scope, window, spent: 0, held: 0, toppedUp: 0 };
      cells.set(key, cell);
    }
    return cell;
  }

  /** All cells of a budget in the window open at `now`. */
  of(budget: Budget, now: number): readonly Cell[] {
    const { start } = this.#open(budget, now);
    return [...(this.#cells.get(budget.id)?.values() ?? [])].filter((cell) => cell.window.start === start);
  }

  #open(budget: Budget, now: number): OpenWindow {
    const of = `${budget.window} ${budget.timeZone}`;
    const known = this.#windows.get(budget.id);
    if (known && known.of === of && (known.open.end === null || now < known.open.end)) return known.open;
    const open = windowAt(budget.window, budget.timeZone, now);
    this.#windows.set(budget.id, { of, open });
    this.#begin(budget.id, open);
    return open;
  }

  /** Drops cells of older windows that nothing is held in any more, and tells those of this one when it ends. */
  #begin(budget: string, open: OpenWindow): void {
    const cells = this.#cells.get(budget);
    if (!cells) return;
    for (const [key, cell] of cells) {
      if (cell.window.start === open.start) cell.window = open;
      else if (cell.window.start < open.start && cell.held === 0) cells.delete(key);
    }
  }
}
