/** Evaluates the conditions of live decisions again with the rules library, off the request's path, and sounds the alarm. */
import type { CompiledGraph } from '../../policies/compile.ts';
import type { Decision } from '../../policies/decision.ts';
import { explain } from '../../policies/explain.ts';
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
    for (const { node, taken, library, agree } of await explain(graph, decision, run, run.textsChanged)) {
      if (agree) continue;
      const found = { request, node, taken, library };
      this.disagreements.push(found);
      this.#alarm(found);
    }
  }
}
