/** Evaluates the conditions of live decisions again with the rules library, off the request's path, and sounds the alarm. */
import type { CompiledGraph } from '../../policies/compile.ts';
import { type Condition, conditionFacts, evaluateWithLibrary } from '../../policies/condition.ts';
import type { Decision, TraceStep } from '../../policies/decision.ts';
import { findFact } from '../../policies/facts.ts';
import type { Run } from '../../policies/run.ts';

/** A decision on which the closures and the library do not agree. */
export interface Disagreement {
  readonly request: string;
  readonly node: string;
  readonly taken: string | null;
  readonly library: string;
}

export class SecondOpinion {
  /** Decisions looked at, and the disagreements among them. */
  looked = 0;
  readonly disagreements: Disagreement[] = [];
  readonly #share: number;
  readonly #alarm: (found: Disagreement) => void;
  #due = 0;

  /** `share` of decisions is looked at, evenly spaced: 0.01 is every hundredth, 1 is all. */
  constructor(share: number, alarm: (found: Disagreement) => void) {
    this.#share = share;
    this.#alarm = alarm;
  }

  /** Takes a decision; the work is done after the request. */
  consider(request: string, graph: CompiledGraph, decision: Decision, run: Run): void {
    this.#due += this.#share;
    if (this.#due < 1) return;
    this.#due -= 1;
    setImmediate(() => void this.check(request, graph, decision, run));
  }

  /** Compares every step that had conditions. */
  async check(request: string, graph: CompiledGraph, decision: Decision, run: Run): Promise<void> {
    this.looked += 1;
    for (const step of decision.trace) {
      const conditions = graph.nodes.get(step.node)?.conditions ?? [];
      if (conditions.length === 0 || (run.textsChanged && !allNoted(step, conditions))) continue;
      let library = 'else';
      for (const { port, condition } of conditions) {
        const { result } = await evaluateWithLibrary(condition, (fact) => valueAt(step, fact, run));
        if (!result) continue;
        library = port;
        break;
      }
      if (library === step.port) continue;
      const found = { request, node: step.node, taken: step.port, library };
      this.disagreements.push(found);
      this.#alarm(found);
    }
  }
}

/** Whether the step noted every fact of its conditions: after a redaction, others cannot be read again as they were. */
function allNoted(step: TraceStep, conditions: readonly { readonly condition: Condition }[]): boolean {
  const noted = step.facts ?? {};
  return conditions.every(({ condition }) =>
    [...conditionFacts(condition)].every((fact) => Object.hasOwn(noted, fact)),
  );
}

/** The value that the step saw; one that it had no need to read is read now. */
function valueAt(step: TraceStep, fact: string, run: Run): ReturnType<Run['read']> {
  const noted = step.facts;
  if (noted && Object.hasOwn(noted, fact)) return noted[fact] ?? null;
  return run.read(fact, findFact(fact)?.type === 'text');
}
