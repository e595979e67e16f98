/** The interpreter: one walk from the request node to an outcome, the same for live, simulated and replayed runs. */
import type { CompiledGraph, CompiledNode } from './compile.ts';
import type { Decision, Outcome, TraceStep } from './decision.ts';
import type { EffectResult, Effects, Need } from './effects.ts';
import type { Step } from './kinds/kind.ts';
import type { Run } from './run.ts';

type Answer = EffectResult | Promise<EffectResult>;

function askOutside(effects: Effects, need: Need, run: Run): Answer {
  switch (need.type) {
    case 'hold':
      return effects.hold(need, run);
    case 'call':
      return effects.call(need, run);
    case 'order':
      return effects.order(need, run);
    case 'classify':
      return effects.classify(need, run);
    case 'redact':
      return effects.redact(need, run);
    case 'throttle':
      return effects.throttle(need, run);
    case 'alert':
      return effects.alert(need, run);
    case 'chance':
      return effects.chance(need, run);
    case 'cache':
      return effects.cache(need, run);
    case 'shadow':
      return effects.shadow(need, run);
  }
}

/**
 * Walks a compiled graph for one request. Returns the decision itself when nothing had to be waited for, else a promise of
 * it. Errors of effects reject; a way that ends at an unconnected port is an outcome.
 */
export function evaluate(
  graph: CompiledGraph,
  run: Run,
  effects: Effects,
  onStep?: StepListener,
): Decision | Promise<Decision> {
  return new Walk(graph, run, effects, onStep).go();
}

/** Hears of each step as it is left, and of the node that comes next (null at the end). */
export type StepListener = (step: TraceStep, next: string | null) => void;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

class Walk {
  #node: CompiledNode;
  #step: Step | null = null;
  #results: EffectResult[] = [];
  readonly #trace: TraceStep[] = [];
  readonly #run: Run;
  readonly #effects: Effects;

  readonly #onStep: StepListener | undefined;

  constructor(graph: CompiledGraph, run: Run, effects: Effects, onStep?: StepListener) {
    this.#onStep = onStep;
    this.#node = graph.start;
    this.#run = run;
    this.#effects = effects;
  }

  go(): Decision | Promise<Decision> {
    for (;;) {
      let step: Step = this.#step ?? this.#node.program(this.#run);
      this.#step = null;
      while ('need' in step) {
        const asking = step;
        const answer = askOutside(this.#effects, asking.need, this.#run);
        if (answer instanceof Promise) {
          return answer.then((result) => {
            this.#step = this.#take(asking.then, result);
            return this.go();
          });
        }
        step = this.#take(asking.then, answer);
      }
      const outcome = this.#leave(step);
      if (outcome) return { trace: this.#trace, outcome };
    }
  }

  /** `ask` has tied `then` to the question, so the answer is of the type that it takes. */
  #take(then: (result: never) => Step, result: EffectResult): Step {
    this.#results.push(result);
    return then(result as never);
  }

  #leave(step: Exclude<Step, { need: unknown }>): Outcome | null {
    const { id, kind } = this.#node;
    const ends = 'end' in step;
    const left: Writable<TraceStep> = { node: id, kind, port: ends ? null : step.port, reason: step.reason };
    // Set one by one: spread out of objects that are mostly empty, they took as long as all else that is done here.
    const { facts, truths } = this.#run.takeNotes();
    if (facts) left.facts = facts;
    if (truths) left.truths = truths;
    if (this.#results.length > 0) {
      left.results = this.#results;
      this.#results = [];
    }
    this.#trace.push(left);
    if (ends) {
      this.#onStep?.(left, null);
      return step.end;
    }
    if (step.provides) for (const fact in step.provides) this.#run.provide(fact, step.provides[fact] ?? null);
    const next = this.#node.next.get(step.port);
    this.#onStep?.(left, next?.id ?? null);
    if (!next) return { type: 'unfinished', node: id, port: step.port };
    this.#node = next;
    return null;
  }
}

/** The way as compact text: `enter.next > sort.simple > cheap`. */
export function sayPath(trace: readonly TraceStep[]): string {
  return trace.map((step) => (step.port === null ? step.node : `${step.node}.${step.port}`)).join(' > ');
}
