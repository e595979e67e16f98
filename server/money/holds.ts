/** The holds of one request: taken by budget nodes, fitted to the model that is called, settled exactly once. */
import { type Budget, DEEPEST, limitOf, scopeOf } from '../../policies/budget.ts';
import type { HeldBudget, HoldNeed, HoldResult } from '../../policies/effects.ts';
import { heldBudget, unansweredHold, type WeighedHold, weighHold } from '../../policies/hold.ts';
import type { Model, ModelLookup } from '../../policies/model.ts';
import { applyOutputLimit, boundFor } from '../../policies/model-fit.ts';
import { costBound } from '../../policies/price.ts';
import type { Usage } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import { countInput, isCounted, type TokenCounter } from '../../policies/token-count.ts';
import type { Charge } from '../records/record.ts';
import type { BudgetCounters, Cell } from './counters.ts';

interface Hold {
  readonly budget: Budget;
  readonly cell: Cell;
  /** The hold in the parent of the budget; null where it has none. */
  readonly above: Hold | null;
  /** Reserved now: what earlier attempts may have cost, and the bound of the one under way. */
  amount: number;
  /** What earlier attempts of this request have used or may have used. */
  used: number;
  /** What `amount` is to become; set and taken over in one step. */
  wanted: number;
  /** Output limit to assume where the request sets none. */
  outputLimit: number;
}

/** What an attempt took, in both units. */
export interface Taken {
  /** Nano-dollars. */
  readonly cost: number;
  readonly tokens: number;
}

const NO_BUDGETS: readonly HeldBudget[] = [];

export class RequestHolds {
  /** Each budget once, also where several nodes name it or budgets below it. */
  readonly #holds: Hold[] = [];
  readonly #counters: BudgetCounters;
  readonly #budget: (id: string) => Budget | undefined;
  readonly #models: ModelLookup;
  readonly #counter: TokenCounter;
  #goesOn = true;
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
    return this.#holds.length > 0;
  }

  /** Whether every node that has taken a hold lets requests go on while nothing can be written down. */
  get goesOnUnwritten(): boolean {
    return this.#goesOn;
  }

  /**
   * Answers a budget node: admits the request with a hold in the budget and all those above it, or says which of them has
   * no room and takes nothing. A budget met twice is one hold. A promise where the tokens have to be counted first.
   */
  take(need: HoldNeed, run: Run): HoldResult | Promise<HoldResult> {
    const budget = this.#budget(need.budget);
    if (!budget) return unansweredHold(need, undefined, { port: 'exhausted', why: 'no_budget' });
    const hold = this.#find(budget, run, DEEPEST);
    const weighed = this.#weigh(need, run, hold);
    if (weighed.worthCounting.length === 0) return this.#reserve(need, run, hold, weighed.result);
    return countInput(run, weighed.worthCounting, this.#counter).then(() =>
      // Others may have taken of it meanwhile: it is decided and taken in one step, by what is left now.
      this.#reserve(need, run, hold, this.#weigh(need, run, hold).result),
    );
  }

  /** The hold in a budget, with those in the budgets above it: what is not held yet is not among `#holds` either. */
  #find(budget: Budget, run: Run, levels: number): Hold {
    for (const hold of this.#holds) if (hold.budget.id === budget.id) return hold;
    const parent = budget.parent === null || levels === 1 ? undefined : this.#budget(budget.parent);
    return {
      budget,
      cell: this.#counters.cell(budget, scopeOf(budget, run), run.now),
      above: parent === undefined ? null : this.#find(parent, run, levels - 1),
      amount: 0,
      used: 0,
      wanted: 0,
      outputLimit: 0,
    };
  }

  #weigh(need: HoldNeed, run: Run, hold: Hold): WeighedHold {
    let above = NO_BUDGETS;
    if (hold.above !== null) {
      const found: HeldBudget[] = [];
      for (let next: Hold | null = hold.above; next !== null; next = next.above) found.push(stateOf(next));
      above = found;
    }
    return weighHold({ need, own: stateOf(hold), above, run, models: this.#models });
  }

  #reserve(need: HoldNeed, run: Run, hold: Hold, result: HoldResult): HoldResult {
    if (result.port === 'exhausted') return result;
    applyOutputLimit(need, run);
    if (need.ifUnavailable === 'refuse') this.#goesOn = false;
    for (let next: Hold | null = hold; next !== null; next = next.above) {
      const amount = Math.max(next.used + result.amount, next.amount);
      next.cell.held += amount - next.amount;
      next.amount = amount;
      if (this.#holds.includes(next)) continue;
      next.outputLimit = need.outputLimit;
      this.#holds.push(next);
    }
    return result;
  }

  /** Holds of another call of the same request, in the same budgets; nothing is held yet. */
  beside(): RequestHolds {
    const beside = new RequestHolds(this.#counters, this.#budget, this.#models, this.#counter);
    for (const hold of this.#holds) beside.#holds.push({ ...hold, above: null, amount: 0, used: 0, wanted: 0 });
    beside.#goesOn = this.#goesOn;
    return beside;
  }

  /** As `fit`, for a call that nobody waits for: what does not fit by its length alone is not counted. */
  fitByLength(run: Run, model: Model): boolean {
    return this.#fits(run, model) && this.#change();
  }

  /**
   * Fits every hold to the model that is about to be called: what is too much is given back, what is missing is taken if
   * all limits allow it. False when one does not, or when the model has no price; then nothing has changed. A promise where
   * the tokens have to be counted first.
   */
  fit(run: Run, model: Model): boolean | Promise<boolean> {
    const { tokenizer } = model;
    if (this.#fits(run, model)) return this.#change();
    if (tokenizer === null || isCounted(run, tokenizer) || !this.#fits(run, model, 0)) return false;
    return countInput(run, [tokenizer], this.#counter).then(() => this.#fits(run, model) && this.#change());
  }

  /** Notes what every hold would be for the model; false where a limit does not allow it. */
  #fits(run: Run, model: Model, content?: number): boolean {
    let usage: Usage | null = null;
    let outputLimit = 0;
    let bound = 0;
    let unit: Budget['unit'] | null = null;
    for (const hold of this.#holds) {
      if (usage === null || outputLimit !== hold.outputLimit) {
        outputLimit = hold.outputLimit;
        usage = boundFor(run, model, outputLimit, content);
        unit = null;
      }
      if (unit !== hold.budget.unit) {
        unit = hold.budget.unit;
        if (unit === 'tokens') bound = usage.inputTokens + usage.outputTokens;
        else if (model.price) bound = costBound(usage, model.price);
        else return false;
      }
      const { cell, amount } = hold;
      hold.wanted = hold.used + bound;
      const limit = limitOf(hold.budget, cell.scope) + cell.toppedUp;
      if (hold.wanted > amount && cell.spent + cell.held - amount + hold.wanted > limit) return false;
    }
    return true;
  }

  #change(): true {
    for (const hold of this.#holds) {
      hold.cell.held += hold.wanted - hold.amount;
      hold.amount = hold.wanted;
    }
    return true;
  }

  /** Notes what an attempt used that did not answer but may be billed; the next attempt needs room of its own. */
  attemptUsed(taken: Taken): void {
    for (const hold of this.#holds) hold.used += hold.budget.unit === 'usd' ? taken.cost : taken.tokens;
  }

  /** Charges at what is held, for the intent that is committed before the call. */
  intended(): Charge[] {
    return this.#holds.map((hold) => chargeOf(hold, hold.amount));
  }

  /** Replaces every hold by what the request took in all, once; later calls give nothing. */
  settle(last: Taken): Charge[] {
    if (this.#closed) return [];
    this.#closed = true;
    return this.#holds.map((hold) => {
      const settled = hold.used + (hold.budget.unit === 'usd' ? last.cost : last.tokens);
      hold.cell.held -= hold.amount;
      hold.cell.spent += settled;
      return chargeOf(hold, settled);
    });
  }

  /** The most that an aborted attempt is charged: what was held for it. */
  atMost(taken: Taken): Taken {
    let { cost, tokens } = taken;
    for (const hold of this.#holds) {
      const room = Math.max(0, hold.amount - hold.used);
      if (hold.budget.unit === 'usd') cost = Math.min(cost, room);
      else tokens = Math.min(tokens, room);
    }
    return { cost, tokens };
  }
}

/** A budget as this request finds it: what earlier attempts may have cost stays held, the room for the next is decided. */
function stateOf({ budget, cell, amount, used }: Hold): HeldBudget {
  const { spent, toppedUp } = cell;
  return heldBudget(budget, cell.scope, {
    spent,
    held: cell.held - amount + used,
    toppedUp,
    resetsAt: cell.window.end,
  });
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
