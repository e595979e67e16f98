/**
 * Decides a recorded request again, from what its record remembers: the same graph must take the same path, another one
 * shows where it would part. What was never recorded is not guessed: then the answer is "cannot tell".
 */
import { CannotTell } from './cannot-tell.ts';
import type { CompiledGraph } from './compile.ts';
import type { Decision, TraceStep } from './decision.ts';
import { evaluate } from './evaluate.ts';
import { explain, type StepExplanation } from './explain.ts';
import { ALLOWED_MODELS_FACT, allowedModels } from './key-limits.ts';
import { type Assumptions, recordedEffects } from './recorded-effects.ts';
import { type Recorded, recordedFacts } from './recorded-facts.ts';
import { EMPTY_VIEW } from './request.ts';
import { Run } from './run.ts';

export interface Difference {
  /** The node at which the ways part. */
  readonly node: string;
  readonly recorded: { readonly port: string | null; readonly reason: string } | null;
  readonly now: { readonly port: string | null; readonly reason: string } | null;
  readonly why: string;
}

interface Replayed {
  readonly decision: Decision;
  /** Comparisons on the way, as the rules library sees them, where the record knows all their facts. */
  readonly explanations: readonly StepExplanation[];
}

export type Replay =
  | ({ readonly result: 'same' } & Replayed)
  | ({ readonly result: 'different'; readonly difference: Difference } & Replayed)
  | {
      readonly result: 'cannot tell';
      readonly node: string;
      readonly why: string;
      readonly difference: Difference | null;
      /** The steps that can be told, before that node. */
      readonly trace: readonly TraceStep[];
    };

const NOTHING_ASSUMED: Assumptions = {
  uncalled: () => null,
  unordered: () => null,
  otherBounds: () => null,
  unseen: () => null,
};

function firstDifference(recorded: readonly TraceStep[], now: readonly TraceStep[], whole: boolean): Difference | null {
  const length = whole ? Math.max(recorded.length, now.length) : now.length;
  for (let i = 0; i < length; i++) {
    const before = recorded[i];
    const after = now[i];
    if (before && after && before.node === after.node && before.port === after.port) continue;
    return {
      node: after?.node ?? before?.node ?? '',
      recorded: before ? { port: before.port, reason: before.reason } : null,
      now: after ? { port: after.port, reason: after.reason } : null,
      why: after ? after.reason : 'The way ended earlier.',
    };
  }
  return null;
}

type Again =
  | { readonly told: true; readonly decision: Decision; readonly run: Run; readonly difference: Difference | null }
  | ({ readonly told: false } & Omit<Extract<Replay, { result: 'cannot tell' }>, 'result'>);

/**
 * Decides a recorded request again on a graph, without explaining it; `own` says that it is the version that decided it.
 * Where the record does not say, `assumptions` do; where they do not either, nothing is told.
 */
export async function decideAgain(
  graph: CompiledGraph,
  recorded: Recorded,
  own: boolean,
  assumptions: Assumptions = NOTHING_ASSUMED,
): Promise<Again> {
  const steps: TraceStep[] = [];
  let node = graph.start.id;
  const { facts } = recorded;
  const limit = facts['request.max_tokens'];
  const asked = facts['request.model'];
  const tools = facts['content.tools'];
  const images = facts['content.images'];
  const isEmbedding = facts['request.endpoint'] === 'embeddings';
  const allowed = facts[ALLOWED_MODELS_FACT];
  const run = new Run({
    view: {
      ...EMPTY_VIEW,
      ...(isEmbedding && { endpoint: 'embeddings', choices: 0 }),
      model: typeof asked === 'string' ? asked : '',
      maxOutputTokens: typeof limit === 'number' ? limit : null,
      needs: {
        ...EMPTY_VIEW.needs,
        tools: Array.isArray(tools) && tools.length > 0,
        images: typeof images === 'number' && images > 0,
      },
    },
    tags: recorded.tags,
    source: recordedFacts(recorded, () => node, steps),
    now: recorded.now,
    allowedModels: Array.isArray(allowed) ? allowedModels(allowed, () => undefined) : null,
  });
  try {
    const decision = await evaluate(graph, run, recordedEffects(recorded, own, assumptions, steps), (step, next) => {
      steps.push(step);
      node = next ?? node;
    });
    return { told: true, decision, run, difference: firstDifference(recorded.trace, decision.trace, true) };
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
    const difference = firstDifference(recorded.trace, steps, false);
    return { told: false, node: error.node, why: error.message, difference, trace: steps };
  }
}

/** Replays a record on a graph; `own` says that it is the version that decided it. */
export async function replay(graph: CompiledGraph, recorded: Recorded, own: boolean): Promise<Replay> {
  const again = await decideAgain(graph, recorded, own);
  if (!again.told) {
    const { node, why, difference, trace } = again;
    return { result: 'cannot tell', node, why, difference, trace };
  }
  const { decision, run, difference } = again;
  const explanations = await explain(graph, decision, run, true);
  return difference
    ? { result: 'different', difference, decision, explanations }
    : { result: 'same', decision, explanations };
}
