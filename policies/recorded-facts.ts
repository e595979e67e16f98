/** Facts of a request as its record has them. */
import { CannotTell } from './cannot-tell.ts';
import type { TraceStep } from './decision.ts';
import { type FactValue, findFact } from './facts.ts';
import type { Tag } from './request.ts';
import type { FactSource } from './run.ts';
import { standingAfter } from './standing.ts';

/** What a record keeps for this: the trace, the tags as they came in, the clock, and facts that are always kept. */
export interface Recorded {
  readonly trace: readonly TraceStep[];
  readonly tags: ReadonlyMap<string, Tag>;
  readonly now: number;
  readonly facts: Readonly<Record<string, FactValue>>;
  /** The id of the request, by which a split draws its lot; without it only a split that was met before can be told. */
  readonly id?: string;
}

/**
 * Facts as the steps noted them; a step's own notes come before those of others, since facts change on the way. What was read
 * from texts that a redaction has changed otherwise since is not taken. `at` is the node that asks, `stepsNow` the way to it.
 */
export function recordedFacts(recorded: Recorded, at: () => string, stepsNow: readonly TraceStep[]): FactSource {
  const { trace } = recorded;
  const texts = trace.map((_, i) => standingAfter(trace.slice(0, i)).texts);
  /** What a step noted, the asking node's own before that of others; undefined where none did. */
  const noted = <T>(isOfTexts: boolean, note: (step: TraceStep) => T | undefined): T | undefined => {
    const textsNow = isOfTexts ? standingAfter(stepsNow).texts : '';
    const node = at();
    let found: T | undefined;
    for (const [i, step] of trace.entries()) {
      if (isOfTexts && texts[i] !== textsNow) continue;
      const one = note(step);
      if (one === undefined) continue;
      if (step.node === node) return one;
      if (found === undefined) found = one;
    }
    return found;
  };
  return {
    read(fact, run) {
      if (fact === 'team' || fact === 'user' || fact === 'usage' || fact.startsWith('tags.')) {
        return run.tags.get(fact.startsWith('tags.') ? fact.slice(5) : fact)?.value ?? null;
      }
      if (fact.startsWith('tag_source.')) return run.tags.get(fact.slice(11))?.source ?? null;
      const known = findFact(fact);
      if (fact.startsWith('time.')) return known?.read?.(run, NO_CONTEXT) ?? null;
      // Nodes change these two, and do so in a replay as well.
      if (fact === 'request.max_tokens' && Object.hasOwn(recorded.facts, fact)) return run.outputLimit;
      if (fact === 'content.tools') {
        if (run.toolsRemoved) return [];
        if (Object.hasOwn(recorded.facts, fact)) return recorded.facts[fact] ?? null;
      }
      // What a node provides is known behind such a node only, and then the run has it already.
      if (known?.providedBy) return null;
      const value = noted(known?.isOfTexts === true, ({ facts }) =>
        facts && Object.hasOwn(facts, fact) ? facts[fact] : undefined,
      );
      if (value !== undefined) return value;
      if (Object.hasOwn(recorded.facts, fact)) return recorded.facts[fact] ?? null;
      throw new CannotTell(at(), `“${known?.label ?? fact}” was not recorded for this request`);
    },
    truth(leaf) {
      const held = noted(true, ({ truths }) =>
        truths && Object.hasOwn(truths, leaf) ? truths[leaf] === true : undefined,
      );
      if (held !== undefined) return held;
      throw new CannotTell(at(), `whether “${leaf}” held was not recorded, since records keep no text`);
    },
  };
}

/** Time facts need the run's clock only. */
const NO_CONTEXT = { key: { id: '', name: '' }, project: '', app: null, models: () => undefined };
