/** Why the nodes with conditions went where they went: each comparison as the rules library sees it, beside what decided. */
import type { CompiledGraph } from './compile.ts';
import { conditionFacts, evaluateWithLibrary, type LeafResult, sayCondition } from './condition.ts';
import type { Decision, TraceStep } from './decision.ts';
import type { FactValue } from './facts.ts';
import { findFact } from './facts.ts';
import type { ConditionUse } from './kinds/kind.ts';
import type { Run } from './run.ts';

/** One case of a node: its condition in words, whether it held, and which of its comparisons did. */
export interface CaseExplanation {
  readonly port: string;
  readonly words: string;
  readonly result: boolean;
  /** Texts that were compared are left out. */
  readonly leaves: readonly LeafResult[];
}

export interface StepExplanation {
  readonly node: string;
  /** The port that was taken, by the closures that decide. */
  readonly taken: string | null;
  /** The port that the rules library takes. */
  readonly library: string;
  /** False is a fault of the program. */
  readonly agree: boolean;
  readonly cases: readonly CaseExplanation[];
}

/**
 * Explains the steps of a decision that had conditions. `noted` limits it to steps that noted all their facts: where the
 * run cannot read others again, since its texts were redacted or it is a record's.
 */
export async function explain(
  graph: CompiledGraph,
  decision: Decision,
  run: Run,
  noted: boolean,
): Promise<StepExplanation[]> {
  const explained: StepExplanation[] = [];
  for (const step of decision.trace) {
    const conditions = graph.nodes.get(step.node)?.conditions ?? [];
    if (conditions.length > 0 && (!noted || allNoted(step, conditions)))
      explained.push(await explainStep(step, conditions, run));
  }
  return explained;
}

async function explainStep(step: TraceStep, conditions: readonly ConditionUse[], run: Run): Promise<StepExplanation> {
  const cases: CaseExplanation[] = [];
  let library = 'else';
  for (const { port, condition } of conditions) {
    const { result, leaves } = await evaluateWithLibrary(condition, (fact) => valueAt(step, fact, run));
    cases.push({ port, words: sayCondition(condition), result, leaves: leaves.map(withoutText) });
    if (!result) continue;
    library = port;
    break;
  }
  return { node: step.node, taken: step.port, library, agree: library === step.port, cases };
}

const isText = (fact: string): boolean => findFact(fact)?.type === 'text';

function withoutText(leaf: LeafResult): LeafResult {
  return isText(leaf.fact) ? { ...leaf, found: null } : leaf;
}

function allNoted(step: TraceStep, conditions: readonly ConditionUse[]): boolean {
  const noted = step.facts ?? {};
  return conditions.every(({ condition }) =>
    [...conditionFacts(condition)].every((fact) => Object.hasOwn(noted, fact)),
  );
}

/** The value that the step saw. One that it had no need to read is read now: it made no difference then. */
function valueAt(step: TraceStep, fact: string, run: Run): FactValue {
  const noted = step.facts;
  if (noted && Object.hasOwn(noted, fact)) return noted[fact] ?? null;
  return run.read(fact, isText(fact));
}
