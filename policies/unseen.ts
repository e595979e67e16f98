/** What a decision tells somebody who may not see all budgets: which way it went, and nothing of what those stood at. */
import type { TraceStep } from './decision.ts';
import type { EffectResult, HeldBudget, HoldResult } from './effects.ts';
import { sayHold, UNSEEN_BUDGET } from './kinds/budget/budget.ts';

/** How much somebody sees of the part of a budget that a request spent from. */
export type SeenOf = (part: Pick<HeldBudget, 'budget' | 'scope'>) => 'all' | 'name' | 'nothing';

function budgetSeen<T extends HeldBudget>(part: T, seenOf: SeenOf): T {
  const seen = seenOf(part);
  if (seen === 'all') return part;
  const figures = { limit: 0, spent: 0, held: 0, resetsAt: null, owner: null, unseen: true as const };
  return { ...part, ...figures, ...(seen === 'nothing' && { budgetName: UNSEEN_BUDGET, scope: '' }) };
}

/** The answer of a budget as somebody is told it; what the request itself could have cost stays. */
export function holdSeen(hold: HoldResult, seenOf: SeenOf): HoldResult {
  // Of a budget that nobody has there is nothing to see.
  if (hold.why === 'no_budget') return hold;
  const above = hold.above?.map((part) => budgetSeen(part, seenOf));
  const told = budgetSeen(hold, seenOf);
  const isSame = told === hold && (above ?? []).every((part, i) => part === hold.above?.[i]);
  return isSame ? hold : { ...told, ...(above && { above }) };
}

const isHold = (result: EffectResult): result is HoldResult => 'budgetName' in result;

function stepSeen(step: TraceStep, seenOf: SeenOf): TraceStep {
  if (!step.results?.some(isHold)) return step;
  let { reason } = step;
  const results = step.results.map((result) => {
    if (!isHold(result)) return result;
    const told = holdSeen(result, seenOf);
    // Where nothing of it is in the words, they stay as they were written.
    if (sayHold(told) !== sayHold(result)) reason = sayHold(told);
    return told;
  });
  return results.every((result, i) => result === step.results?.[i]) ? step : { ...step, reason, results };
}

/** A trace as somebody is told it. What they may see of it stays as it is, to the byte. */
export const traceSeen = (trace: readonly TraceStep[], seenOf: SeenOf): readonly TraceStep[] =>
  trace.map((step) => stepSeen(step, seenOf));

/** Whether a budget that decided is one of which the reader was told nothing. */
export const isPartUnseen = ({ unseen, above = [] }: HoldResult): boolean =>
  unseen === true || above.some((part) => part.unseen === true);
