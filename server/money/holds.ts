/** The holds of one request: taken by budget nodes, fitted to the model that is called, settled exactly once. */
import { type Budget, decideHold, holdResult, missingBudget, scopeOf } from '../../policies/budget.ts';
import type { HoldNeed, HoldResult } from '../../policies/effects.ts';
import type { Model, ModelLookup } from '../../policies/model.ts';
import { applyOutputLimit, boundFor, holdBounds } from '../../policies/model-fit.ts';
import { costBound } from '../../policies/price.ts';
import type { Run } from '../../policies/run.ts';
import type { Charge } from '../records/record.ts';
import type { BudgetCounters, Cell } from './counters.ts';

interface Hold {
  readonly budget: Budget;
  readonly cell: Cell;
  /** Reserved now: what earlier attempts may have cost, and the bound of the one under way. */
  amount: number;
  /** What earlier attempts of this request have used or may have used. */
  used: number;
  /** Output limit to assume where the request sets none. */
  readonly outputLimit: number;
}

/** What an attempt took, in both units. */
export interface Taken {
  /** Nano-dollars. */
  readonly cost: number;
  readonly tokens: number;
}

export class RequestHolds {
  readonly #holds = new Map<string, Hold>();
  readonly #counters: BudgetCounters;
  readonly #budget: (id: string) => Budget | undefined;
  readonly #models: ModelLookup;
  #closed = false;

  constructor(counters: BudgetCounters, budget: (id: string) => Budget | undefined, models: ModelLookup) {
    this.#counters = counters;
    this.#budget = budget;
    this.#models = models;
  }

  get any(): boolean {
    return this.#holds.size > 0;
  }

  /** Answers a budget node: admits the request with a hold, or says why not. The same budget met twice is one hold. */
  take(need: HoldNeed, run: Run): HoldResult {
    const budget = this.#budget(need.budget);
    if (!budget) return missingBudget(need);
    const mine = this.#holds.get(budget.id);
    const cell = mine?.cell ?? this.#counters.cell(budget, scopeOf(budget, run), run.now);
    const { scope } = cell;
    // What earlier attempts may have cost stays held; only the room for the next one is decided anew.
    const used = mine?.used ?? 0;
    const state = { spent: cell.spent, held: cell.held - (mine?.amount ?? 0) + used, resetsAt: cell.window.end };
    const bounds = holdBounds(need, budget.unit, run, this.#models);
    if (typeof bounds === 'string')
      return holdResult(budget, scope, need, state, { port: 'exhausted', why: bounds, amount: 0 }, null);
    const decided = decideHold({ ...state, limit: budget.limit }, bounds, need.warnAt);
    if (decided.port !== 'exhausted') {
      applyOutputLimit(need, run);
      const amount = Math.max(used + decided.amount, mine?.amount ?? 0);
      cell.held += amount - (mine?.amount ?? 0);
      if (mine) mine.amount = amount;
      else this.#holds.set(budget.id, { budget, cell, amount, used: 0, outputLimit: need.outputLimit });
    }
    return holdResult(budget, scope, need, state, decided, bounds);
  }

  /**
   * Fits every hold to the model that is about to be called: what is too much is given back, what is missing is taken if
   * the limit allows. False when it does not, or when the model has no price; then nothing has changed.
   */
  fit(run: Run, model: Model): boolean {
    const wanted: [Hold, number][] = [];
    for (const hold of this.#holds.values()) {
      const usage = boundFor(run, model, hold.outputLimit);
      if (hold.budget.unit === 'usd' && !model.price) return false;
      const bound =
        hold.budget.unit === 'usd' && model.price
          ? costBound(usage, model.price)
          : usage.inputTokens + usage.outputTokens;
      const amount = hold.used + bound;
      const { cell } = hold;
      if (amount > hold.amount && cell.spent + cell.held - hold.amount + amount > hold.budget.limit) return false;
      wanted.push([hold, amount]);
    }
    for (const [hold, amount] of wanted) {
      hold.cell.held += amount - hold.amount;
      hold.amount = amount;
    }
    return true;
  }

  /** Notes what an attempt used that did not answer but may be billed; the next attempt needs room of its own. */
  attemptUsed(taken: Taken): void {
    for (const hold of this.#holds.values()) hold.used += hold.budget.unit === 'usd' ? taken.cost : taken.tokens;
  }

  /** Charges at what is held, for the intent that is committed before the call. */
  intended(): Charge[] {
    return [...this.#holds.values()].map((hold) => chargeOf(hold, hold.amount));
  }

  /** Replaces every hold by what the request took in all, once; later calls give nothing. */
  settle(last: Taken): Charge[] {
    if (this.#closed) return [];
    this.#closed = true;
    return [...this.#holds.values()].map((hold) => {
      const settled = hold.used + (hold.budget.unit === 'usd' ? last.cost : last.tokens);
      hold.cell.held -= hold.amount;
      hold.cell.spent += settled;
      return chargeOf(hold, settled);
    });
  }

  /** The most that an aborted attempt is charged: what was held for it. */
  atMost(taken: Taken): Taken {
    let { cost, tokens } = taken;
    for (const hold of this.#holds.values()) {
      const room = Math.max(0, hold.amount - hold.used);
      if (hold.budget.unit === 'usd') cost = Math.min(cost, room);
      else tokens = Math.min(tokens, room);
    }
    return { cost, tokens };
  }
}

function chargeOf(hold: Hold, settled: number): Charge {
  return {
    budget: hold.budget.id,
    revision: hold.budget.revision,
    scope: hold.cell.scope,
    unit: hold.budget.unit,
    window: hold.cell.window.start,
    held: hold.amount,
    settled,
  };
}
