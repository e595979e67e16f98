/** What nodes had made of a request by a moment of its way, as far as the steps before it tell. */
import { findingsOf, type TraceStep } from './decision.ts';
import type { HoldResult } from './effects.ts';
import type { FactValue } from './facts.ts';
import { isAnyFound } from './text/places.ts';

/** Words that two ways have in common only where the same was done to the request. */
export interface Standing {
  /** The redactions that had changed something: what was read from texts before them is not what is read behind them. */
  readonly texts: string;
  /** What limit nodes had set. */
  readonly limits: string;
  /** Everything that had limited the answer, budgets too. */
  readonly answer: string;
  /** Whether a limit node had taken the tools away. */
  readonly withoutTools: boolean;
  /** Whether a limit node had added instructions. */
  readonly instructed: boolean;
}

/** Holds that let the request pass: they write their own limit into it where it has none. */
function passingHolds(step: TraceStep): HoldResult[] {
  return (step.results ?? []).filter(
    (result): result is HoldResult => 'budgetName' in result && result.bounds !== null && result.port !== 'exhausted',
  );
}

/** How the request stood behind these steps. */
export function standingAfter(steps: readonly TraceStep[]): Standing {
  const limits = steps.filter(({ kind }) => kind === 'limit').map(({ reason }) => reason);
  return {
    texts: steps
      .flatMap(findingsOf)
      .filter(({ found, changed = isAnyFound(found) }) => changed)
      .map(({ rules }) => rules)
      .join('\n'),
    limits: limits.join('\n'),
    answer: steps
      .flatMap((step) =>
        step.kind === 'limit' ? [step.reason] : passingHolds(step).map((hold) => String(hold.outputLimit)),
      )
      .join('\n'),
    withoutTools: limits.some((reason) => /\bno tools\.$/.test(reason)),
    instructed: limits.some((reason) => reason.includes('an instruction ')),
  };
}

/** The limit in force behind these steps, else `otherwise`; null where a limit node was among them, which is not recorded. */
export function outputLimitOf(
  steps: readonly TraceStep[],
  facts: Readonly<Record<string, FactValue>>,
  otherwise: number,
): number | null {
  if (steps.some((step) => step.kind === 'limit')) return null;
  const asked = facts['request.max_tokens'];
  if (typeof asked === 'number') return asked;
  return steps.flatMap(passingHolds)[0]?.outputLimit ?? otherwise;
}
