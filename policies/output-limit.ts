/** What a record tells of the tokens that an answer could have at a moment of its way. */
import type { TraceStep } from './decision.ts';
import type { HoldResult } from './effects.ts';
import type { FactValue } from './facts.ts';

/** Holds that let the request pass: they write their own limit into it where it has none. */
function passingHolds(step: TraceStep): HoldResult[] {
  return (step.results ?? []).filter(
    (result): result is HoldResult => 'budgetName' in result && result.bounds !== null && result.port !== 'exhausted',
  );
}

/** Everything that limited the answer on the way so far, in words that two ways have in common only where it was the same. */
export function sayOutputLimits(steps: readonly TraceStep[]): string {
  return steps
    .flatMap((step) =>
      step.kind === 'limit' ? [step.reason] : passingHolds(step).map((hold) => String(hold.outputLimit)),
    )
    .join('\n');
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
