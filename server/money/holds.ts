/** The holds of one request: taken by budget nodes, fitted to the model that is called, settled exactly once. */
import { type Budget, missingBudget, scopeOf, toppedUpBy } from '../../policies/budget.ts';
import type { HoldNeed, HoldResult } from '../../policies/effects.ts';
import { type WeighedHold, weighHold } from '../../policies/hold.ts';
import type { Model, ModelLookup } from '../../policies/model.ts';
import { applyOutputLimit, boundFor } from '../../policies/model-fit.ts';
import { costBound } from '../../policies/price.ts';
import type { Run } from '../../policies/run.ts';
import { countInput, isCounted, type TokenCounter } from '../../policies/token-count.ts';
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
  readonly #counter: TokenCounter;
  #closed = false;

  constructor(
    counters: BudgetCounters,
    budget: (id: string) => Budget | undefined,
    models: ModelLookup,
    counter: TokenCounter,
  ) {
    this.#counters = counters;
    this.#budget = budget;
    this.#models = models;
    this.#counter = counter;
  }

  get any(): boolean {
    return this.#holds.size > 0;
  }

  /**
   * Answers a budget node: admits the request with a hold, or says why not. The same budget met twice is one hold. A promise
   * where the tokens have to be counted first.
   */
  take(need: HoldNeed, run: Run): HoldResult | Promise<HoldResult> {
    const budget = this.#budget(need.budget);
    if (!budget) return missingBudget(need);
    const mine = this.#holds.get(budget.id);
    const cell = mine?.cell ?? this.#counters.cell(budget, scopeOf(budget, run), run.now);
    const weighed = this.#weigh(need, run, budget, cell);
    if (weighed.worthCounting.length === 0) return this.#reserve(need, run, budget, cell, weighed.result);
    return countInput(run, weighed.worthCounting, this.#counter).then(() =>
      // Others may have taken of it meanwhile: it is decided and taken in one step, by what is left now.
      this.#reserve(need, run, budget, cell, this.#weigh(need, run, budget, cell).result),
    );
  }

  #weigh(need: HoldNeed, run: Run, budget: Budget, cell: Cell): WeighedHold {
    const mine = this.#holds.get(budget.id);
    // What earlier attempts may have cost stays held; only the room for the next one is decided anew.
    const held = cell.held - (mine?.amount ?? 0) + (mine?.used ?? 0);
    const state = { spent: cell.spent, held, resetsAt: cell.window.end };
    const raised = toppedUpBy(budget, cell.toppedUp);
    return weighHold({ need, budget: raised, scope: cell.scope, state, run, models: this.#models });
  }

  #reserve(need: HoldNeed, run: Run, budget: Budget, cell: Cell, result: HoldResult): HoldResult {
    if (result.port === 'exhausted') return result;
    applyOutputLimit(need, run);
    const mine = this.#holds.get(budget.id);
    const before = mine?.amount ?? 0;
    const amount = Math.max((mine?.used ?? 0) + result.amount, before);
    cell.held += amount - before;
    if (mine) mine.amount = amount;
    else this.#holds.set(budget.id, { budget, cell, amount, used: 0, outputLimit: need.outputLimit });
    return result;
  }

  /**
   * Fits every hold to the model that is about to be called: what is too much is given back, what is missing is taken if
   * the limit allows. False when it does not, or when the model has no price; then nothing has changed. A promise where
   * the tokens have to be counted first.
   */
  fit(run: Run, model: Model): boolean | Promise<boolean> {
    const { tokenizer } = model;
    const amounts = this.#amounts(run, model);
    if (amounts) return this.#change(amounts);
    if (tokenizer === null || isCounted(run, tokenizer) || !this.#amounts(run, model, 0)) return false;
    return countInput(run, [tokenizer], this.#counter).then(() => this.#change(this.#amounts(run, model)));
  }

  /** What every hold would be for the model; null where a limit does not allow it. */
  #amounts(run: Run, model: Model, content?: number): readonly (readonly [Hold, number])[] | null {
    const wanted: [Hold, number][] = [];
    for (const hold of this.#holds.values()) {
      const usage = boundFor(run, model, hold.outputLimit, content);
      if (hold.budget.unit === 'usd' && !model.price) return null;
      const bound =
        hold.budget.unit === 'usd' && model.price
          ? costBound(usage, model.price)
          : usage.inputTokens + usage.outputTokens;
      const amount = hold.used + bound;
      const { cell } = hold;
      const limit = hold.budget.limit + cell.toppedUp;
      if (amount > hold.amount && cell.spent + cell.held - hold.amount + amount > limit) return null;
      wanted.push([hold, amount]);
    }
    return wanted;
  }

  #change(amounts: readonly (readonly [Hold, number])[] | null): boolean {
    if (!amounts) return false;
    for (const [hold, amount] of amounts) {
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
