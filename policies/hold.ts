/** What a budget answers to a budget node: by the bounds of the request, and whether counting its tokens is worth while. */
import { type Budget, decideHold, type HoldBounds, holdResult } from './budget.ts';
import type { HoldNeed, HoldResult } from './effects.ts';
import type { ModelLookup, Tokenizer } from './model.ts';
import { holdBounds, usableModel } from './model-fit.ts';
import type { Run } from './run.ts';
import { isCounted } from './token-count.ts';

/** A budget node's question and the state of the budget that it is put to; amounts in the budget's unit. */
export interface HoldQuestion {
  readonly need: HoldNeed;
  readonly budget: Budget;
  readonly scope: string;
  readonly state: { readonly spent: number; readonly held: number; readonly resetsAt: number | null };
  readonly run: Run;
  readonly models: ModelLookup;
}

export interface WeighedHold {
  /** The answer by what is known now. */
  readonly result: HoldResult;
  /** Tokenizers whose count could open a better port; empty where none could. */
  readonly worthCounting: readonly Tokenizer[];
}

const NONE: readonly Tokenizer[] = [];

/**
 * Answers a budget node. The answer stands where nothing is worth counting, or where nobody can count; else the request is
 * to be counted and the question to be put again, with the state as it then is.
 */
export function weighHold(question: HoldQuestion): WeighedHold {
  const { need, budget, scope, state, run, models } = question;
  const found = holdBounds(need, budget.unit, run, models);
  if (typeof found === 'string') {
    const result = holdResult(budget, scope, need, state, { port: 'exhausted', why: found, amount: 0 }, null);
    return { result, worthCounting: NONE };
  }
  const bounds = { within: found.within.amount, warning: found.warning.amount };
  const decided = decideHold({ ...state, limit: budget.limit }, bounds, need.warnAt);
  const result = holdResult(budget, scope, need, state, decided, bounds);
  const within = found.within.declared;
  const warning = found.warning.declared;
  if (!within && !warning) return { result, worthCounting: NONE };
  const worthCounting = decided.port === 'within' ? NONE : missingCounts(question, result, bounds, { within, warning });
  const counted = worthCounting.length > 0 ? 'unavailable' : run.counted === null ? 'needless' : true;
  return { result: { ...result, counted }, worthCounting };
}

/** The tokenizers that have not counted all of the request, where a count could lead to another port. */
function missingCounts(
  { need, budget, state, run, models }: HoldQuestion,
  result: HoldResult,
  bounds: HoldBounds,
  declared: { readonly within: boolean; readonly warning: boolean },
): readonly Tokenizer[] {
  const least = holdBounds(need, budget.unit, run, models, 0);
  if (typeof least === 'string') return NONE;
  const best = {
    within: declared.within ? least.within.amount : bounds.within,
    warning: declared.warning ? least.warning.amount : bounds.warning,
  };
  const could = decideHold({ ...state, limit: budget.limit }, best, need.warnAt);
  if (could.port === result.port) return NONE;
  const names = [
    ...(declared.within ? need.within : []),
    ...(declared.warning && result.port === 'exhausted' ? need.warning : []),
  ];
  const tokenizers = new Set<Tokenizer>();
  for (const name of names) {
    const tokenizer = usableModel(name, run, models)?.tokenizer;
    if (tokenizer && !isCounted(run, tokenizer)) tokenizers.add(tokenizer);
  }
  return [...tokenizers];
}
