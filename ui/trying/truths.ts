/** Conditions with what came of each part of them. */
import { type Condition, type LeafResult, sayCondition } from '../../policies/condition.ts';
import type { StepExplanation } from '../../policies/explain.ts';
import { findFact } from '../../policies/facts.ts';
import type { ConditionUse } from '../../policies/kinds/kind.ts';
import { sayValue } from '../../policies/operators.ts';

/** A part of a condition: a comparison, or several parts put together. */
export interface Truth {
  readonly holds: boolean;
  /** The comparison; or how the parts are put together: "all of", "one of", "not". */
  readonly words: string;
  /** What a comparison found in the request; null for parts put together, and for texts, which are not repeated. */
  readonly found: string | null;
  readonly parts: readonly Truth[];
}

/** A condition with the results of its comparisons, which are in reading order. */
function truthOf(condition: Condition, leaves: readonly LeafResult[]): Truth {
  const left = [...leaves];
  const visit = (part: Condition): Truth => {
    if ('fact' in part) {
      const leaf = left.shift();
      const isText = findFact(part.fact)?.type === 'text';
      const value = leaf?.found ?? null;
      const found = isText ? null : value === null || value === '' ? 'nothing' : sayValue(value);
      return { holds: leaf?.result ?? false, words: sayCondition(part), found, parts: [] };
    }
    if ('not' in part) {
      const inner = visit(part.not);
      return { holds: !inner.holds, words: 'not', found: null, parts: [inner] };
    }
    const isAll = 'all' in part;
    const parts = (isAll ? part.all : part.any).map(visit);
    const [only] = parts;
    if (only && parts.length === 1) return only;
    const holds = isAll ? parts.every((one) => one.holds) : parts.some((one) => one.holds);
    return { holds, words: isAll ? 'all of' : 'one of', found: null, parts };
  };
  return visit(condition);
}

/** A case of a node: the port that it leads to, and its condition with what came of it. */
export interface CaseTruth {
  readonly port: string;
  readonly truth: Truth;
}

/** The cases that were looked at, up to the one that held. */
export function casesOf({ cases }: StepExplanation, conditions: readonly ConditionUse[]): CaseTruth[] {
  return cases.flatMap(({ port, leaves }, i) => {
    const use = conditions[i];
    return use ? [{ port, truth: truthOf(use.condition, leaves) }] : [];
  });
}
