/**
 * Decides a recorded request again, from what its record remembers: the same graph must take the same path, another one
 * shows where it would part. What was never recorded is not guessed: then the answer is "cannot tell".
 */
import { bucketOf } from './bucket.ts';
import type { CompiledGraph } from './compile.ts';
import type { Decision, TraceStep } from './decision.ts';
import type {
  AlertResult,
  CacheResult,
  CallNeed,
  CallResult,
  ChanceResult,
  EffectResult,
  Effects,
  HoldNeed,
  HoldResult,
  OrderNeed,
  OrderResult,
  RedactResult,
  ShadowResult,
  ThrottleResult,
} from './effects.ts';
import { evaluate } from './evaluate.ts';
import { explain, type StepExplanation } from './explain.ts';
import { type FactValue, findFact } from './facts.ts';
import { budgetsOf, decidedAnew, decideHold, type HoldBounds, type HoldDecision } from './hold.ts';
import { ALLOWED_MODELS_FACT, allowedModels } from './key-limits.ts';
import { applyOutputLimit } from './model-fit.ts';
import { outputLimitOf, sayOutputLimits } from './output-limit.ts';
import { EMPTY_VIEW, type Tag } from './request.ts';
import { type FactSource, Run } from './run.ts';
import type { Complexity } from './text/complexity.ts';
import { rulesDigest } from './text-effects.ts';
import { throttleAgain } from './throttle.ts';
import { isPartUnseen } from './unseen.ts';

/** What a record keeps for this: the trace, the tags as they came in, the clock, and facts that are always kept. */
export interface Recorded {
  readonly trace: readonly TraceStep[];
  readonly tags: ReadonlyMap<string, Tag>;
  readonly now: number;
  readonly facts: Readonly<Record<string, FactValue>>;
  /** The id of the request, by which a split draws its lot; without it only a split that was met before can be told. */
  readonly id?: string;
}

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

/** What may be taken for granted where the record does not say; null where that cannot be told either. */
export interface Assumptions {
  /** What a model would have answered that was not called. */
  uncalled(need: CallNeed, run: Run): CallResult | null;
  /** In which order models would have been tried among which none was chosen. */
  unordered(need: OrderNeed, run: Run): OrderResult | null;
  /**
   * What a hold would have been decided whose bounds were taken over other models, or with another limit of the answer:
   * `outputBefore` tokens, null where that is not known.
   */
  otherBounds(found: HoldResult, need: HoldNeed, run: Run, outputBefore: number | null): HoldDecision | null;
  /** What a budget would have decided whose state whoever replays may not see, asked the same by another version. */
  unseen(found: HoldResult, need: HoldNeed): HoldDecision | null;
}

const NOTHING_ASSUMED: Assumptions = {
  uncalled: () => null,
  unordered: () => null,
  otherBounds: () => null,
  unseen: () => null,
};

/** What a hold decided when it was recorded. */
export const decidedThen = ({ port, why, amount, level = 0 }: HoldResult): HoldDecision => ({
  port,
  why,
  amount,
  level,
});

class CannotTell extends Error {
  readonly node: string;
  constructor(node: string, why: string) {
    super(why);
    this.node = node;
  }
}

/** Facts as the steps noted them; a step's own notes come before those of others, since facts change on the way. */
function recordedFacts(recorded: Recorded, at: () => string): FactSource {
  const byNode = new Map(recorded.trace.map((step) => [step.node, step]));
  return {
    read(fact, run) {
      if (fact === 'team' || fact === 'user' || fact === 'usage' || fact.startsWith('tags.')) {
        return run.tags.get(fact.startsWith('tags.') ? fact.slice(5) : fact)?.value ?? null;
      }
      if (fact.startsWith('tag_source.')) return run.tags.get(fact.slice(11))?.source ?? null;
      if (fact.startsWith('time.')) return findFact(fact)?.read?.(run, NO_CONTEXT) ?? null;
      // Nodes change these two, and do so in a replay as well.
      if (fact === 'request.max_tokens' && Object.hasOwn(recorded.facts, fact)) return run.outputLimit;
      if (fact === 'content.tools' && run.toolsRemoved) return [];
      // What a node provides is known behind such a node only, and then the run has it already.
      if (findFact(fact)?.providedBy) return null;
      const own = byNode.get(at())?.facts;
      if (own && Object.hasOwn(own, fact)) return own[fact] ?? null;
      for (const step of recorded.trace)
        if (step.facts && Object.hasOwn(step.facts, fact)) return step.facts[fact] ?? null;
      if (Object.hasOwn(recorded.facts, fact)) return recorded.facts[fact] ?? null;
      throw new CannotTell(at(), `“${findFact(fact)?.label ?? fact}” was not recorded for this request`);
    },
    truth(leaf) {
      const own = byNode.get(at())?.truths?.[leaf];
      if (own !== undefined) return own;
      for (const step of recorded.trace)
        if (step.truths && Object.hasOwn(step.truths, leaf)) return step.truths[leaf] === true;
      throw new CannotTell(at(), `whether “${leaf}” held was not recorded, since records keep no text`);
    },
  };
}

/** Time facts need the run's clock only. */
const NO_CONTEXT = { key: { id: '', name: '' }, project: '', app: null, models: () => undefined };

const isHold = (result: EffectResult): result is HoldResult => 'budgetName' in result;
const isCall = (result: EffectResult): result is CallResult => 'ok' in result;
const isOrder = (result: EffectResult): result is OrderResult => 'order' in result;
const isScore = (result: EffectResult): result is Complexity => 'score' in result;
const isFound = (result: EffectResult): result is RedactResult => 'found' in result;
const isAlert = (result: EffectResult): result is AlertResult => 'alert' in result;
const isChance = (result: EffectResult): result is ChanceResult => 'chance' in result;
const isCache = (result: EffectResult): result is CacheResult => 'cache' in result;
const isShadow = (result: EffectResult): result is ShadowResult => 'shadow' in result;
const isThrottle = (result: EffectResult): result is ThrottleResult => 'waitedMs' in result;

function sameModels(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join('\n') === [...b].sort().join('\n');
}

function overSameModels(found: HoldResult, need: HoldNeed): boolean {
  return sameModels(found.within, need.within) && (need.warnAt === null || sameModels(found.warning, need.warning));
}

/** Whether tokens would have been counted for this decision, while there was no need to for the one recorded. */
function uncounted(found: HoldResult, decided: HoldDecision): boolean {
  const other = decided.port !== found.port || decided.why !== found.why;
  return found.counted === 'needless' && other && decided.why === 'over_limit';
}

function recordedEffects(
  recorded: Recorded,
  own: boolean,
  assumptions: Assumptions,
  stepsNow: readonly TraceStep[],
): Effects {
  const all = recorded.trace.flatMap((step) => (step.results ?? []).map((result) => ({ node: step.node, result })));
  const used = new Set<number>();
  /** The first answer not used yet that fits, of the same node before those of others, where these are asked at all. */
  const take = <R extends EffectResult>(
    node: string,
    is: (result: EffectResult) => result is R,
    fits: (result: R) => boolean,
    ofOthers = true,
  ): R | null => {
    for (const sameNode of ofOthers ? [true, false] : [true]) {
      for (let i = 0; i < all.length; i++) {
        const one = all[i];
        if (!one || used.has(i) || (one.node === node) !== sameNode || !is(one.result) || !fits(one.result)) continue;
        used.add(i);
        return one.result;
      }
    }
    return null;
  };
  return {
    classify: (need) => {
      const found = take(need.node, isScore, () => true);
      if (!found) throw new CannotTell(need.node, 'the request was not classified when it was recorded');
      return found;
    },
    redact: (need, run) => {
      // The texts have changed for the facts that are read from them: a step behind this one has notes of its own.
      run.changed();
      const found = own ? take(need.node, isFound, () => true) : null;
      if (found) return found;
      // What other rules would find needs the text; only "nothing was found" by the same detectors could be carried over.
      const same = take(need.node, isFound, (result) => result.rules === rulesDigest(need.rules));
      if (!same)
        throw new CannotTell(need.node, 'what these rules would find was not recorded, since records keep no text');
      return same;
    },
    hold: (need, run) => {
      const found = take(need.node, isHold, (result) => budgetsOf(result).own.budget === need.budget);
      if (!found) throw new CannotTell(need.node, 'the state of this budget was not recorded for this request');
      if (found.bounds === null) {
        if (found.why === 'price_unknown' && !overSameModels(found, need)) {
          throw new CannotTell(need.node, 'what this request could cost with these models was not recorded');
        }
        if (found.why === 'cost_unbounded' && need.allowEstimate) {
          throw new CannotTell(need.node, 'what this request could cost by an estimate was not recorded');
        }
        return found;
      }
      const before = recorded.trace.slice(
        0,
        recorded.trace.findIndex((step) => step.results?.includes(found)),
      );
      const sameLimits = sayOutputLimits(before) === sayOutputLimits(stepsNow);
      const outputBefore = sameLimits
        ? (run.outputLimit ?? found.outputLimit)
        : outputLimitOf(before, recorded.facts, found.outputLimit);
      const known = overSameModels(found, need) && outputBefore === (run.outputLimit ?? need.outputLimit);
      const budgets = budgetsOf(found);
      const again = (bounds: HoldBounds): HoldDecision | null => {
        if (!isPartUnseen(found)) return decideHold(budgets.own, bounds, need.warnAt, budgets.above);
        return own ? decidedThen(found) : assumptions.unseen(found, need);
      };
      const decided = known ? again(found.bounds) : assumptions.otherBounds(found, need, run, outputBefore);
      if (!decided && isPartUnseen(found)) {
        throw new CannotTell(need.node, 'that depends on what was left of a budget that you may not see');
      }
      if (!decided) {
        throw new CannotTell(need.node, 'what this request could cost with these models and limits was not recorded');
      }
      if (known && uncounted(found, decided)) {
        throw new CannotTell(need.node, 'how many tokens this request is was not counted when it was recorded');
      }
      if (decided.port !== 'exhausted') applyOutputLimit(need, run);
      return decidedAnew(found, decided, need.outputLimit);
    },
    throttle: (need, run) => {
      const { of, per, scope, node } = need;
      const sameCount = (one: ThrottleResult): boolean => one.of === of && one.per === per && one.scope === scope;
      const found = take(node, isThrottle, sameCount);
      if (!found) throw new CannotTell(node, 'how much of this limit was used was not recorded for this request');
      const again = own ? found : throttleAgain(found, need, run);
      if (again) return again;
      throw new CannotTell(
        node,
        'what it would have counted for here, or how long it would have waited, was not recorded',
      );
    },
    alert: ({ node, channel, scope }) =>
      // It changes nothing of the way, so that a request which never met it goes on as it would have.
      take(node, isAlert, (one) => one.channel === channel && one.scope === scope) ?? {
        alert: 'not_known',
        channel,
        scope,
      },
    chance: ({ node }) => {
      // Each split draws a lot of its own: that of another says nothing about it.
      const found = take(node, isChance, () => true, false);
      if (found) return found;
      if (recorded.id !== undefined) return { chance: bucketOf(recorded.id, node) };
      throw new CannotTell(node, 'which variant it would have drawn was not recorded');
    },
    cache: ({ node }) => take(node, isCache, () => true) ?? { cache: 'not_known', model: null, ageMs: null },
    shadow: ({ node }) => take(node, isShadow, () => true) ?? { shadow: 'not_known', model: null, record: null },
    order: (need, run) => {
      const found = take(need.node, isOrder, (one) => one.by === need.by && sameModels(one.order, need.names));
      const result = found ?? assumptions.unordered(need, run);
      if (result) return result;
      throw new CannotTell(need.node, 'which of its models would have been chosen was not recorded');
    },
    call: (need, run) => {
      const asked = recorded.facts['request.model'];
      const found = take(need.node, isCall, (result) => (result.asked ?? result.model) === need.model);
      const result = found ?? assumptions.uncalled(need, run);
      if (result) return result;
      throw new CannotTell(
        need.node,
        `it would call ${need.model === 'asked' ? String(asked) : need.model}, whose answer is not known`,
      );
    },
  };
}

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
    source: recordedFacts(recorded, () => node),
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
