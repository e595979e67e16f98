/** Runs a graph as "Try it" does: the outside answers what the author has set, and nothing leaves the house. */
import { z } from 'zod';
import { bucketOf } from './bucket.ts';
import { type Budget, DEEPEST, scopeOf, windowAt } from './budget.ts';
import { type ChatBody, viewOfChat } from './chat.ts';
import type { CompiledGraph } from './compile.ts';
import type { Decision } from './decision.ts';
import { CALL_FAILURES, type Effects, type HeldBudget, type HoldResult, type ShadowResult } from './effects.ts';
import { evaluate } from './evaluate.ts';
import { explain, type StepExplanation } from './explain.ts';
import { type FactContext, liveFacts } from './facts.ts';
import { heldBudget, unansweredHold, weighHold } from './hold.ts';
import type { AllowedModels } from './key-limits.ts';
import type { ModelLookup } from './model.ts';
import { applyOutputLimit, boundFor, lacks, mayUse, modelNamed } from './model-fit.ts';
import { conversationOf, NOT_MEASURED, orderModels } from './model-order.ts';
import { costBound } from './price.ts';
import type { RequestView, Tag, TextSlot } from './request.ts';
import { Run } from './run.ts';
import { classifyText, redactText } from './text-effects.ts';
import { decideThrottle, throttleAmount, throttleResult } from './throttle.ts';
import { countInput, type TokenCounter } from './token-count.ts';
import { holdSeen, type SeenOf } from './unseen.ts';

/** What the outside would answer. */
export const outsideSchema = z.strictObject({
  /** Spent and held of budgets by id, in their units; others stand as they are now. */
  budgets: z.record(z.string(), z.strictObject({ spent: z.int().min(0), held: z.int().min(0).default(0) })).default({}),
  /** Models that fail, and how. */
  down: z.record(z.string(), z.enum(CALL_FAILURES)).default({}),
  /** The share of its limit that a throttle has used, by the id of its node; others are free. */
  throttles: z.record(z.string(), z.number().min(0).max(1)).optional(),
  /**
   * The lot that a split draws, or a choice by shares, from 0 up to 1, by the id of its node. Other splits draw 0, other choices
   * a lot of the conversation.
   */
  chances: z.record(z.string(), z.number().min(0).max(1)).optional(),
  /** The model whose answer a cache has kept, by the id of its node; others are empty. */
  cached: z.record(z.string(), z.string().max(200)).optional(),
  /** How models have been doing, by their ids; others were not measured. */
  measured: z
    .record(
      z.string(),
      z.strictObject({
        firstTokenMs: z.number().min(0).nullable().default(null),
        tokensPerSecond: z.number().positive().nullable().default(null),
        underWay: z.int().min(0).default(0),
      }),
    )
    .optional(),
  /** The classifier's score, where it should not be computed. */
  complexity: z.number().min(0).max(1).optional(),
});
export type Outside = z.infer<typeof outsideSchema>;

/** What a simulation stands on. */
export interface SimulationWorld {
  readonly models: ModelLookup;
  readonly budget: (id: string) => Budget | undefined;
  /** Spent and held of a budget's scope now, and what was added to its limit for the open window. */
  readonly state: (
    budget: Budget,
    scope: string,
    now: number,
  ) => { readonly spent: number; readonly held: number; readonly toppedUp?: number };
  readonly facts: Omit<FactContext, 'models'>;
  /** Whether there is a channel of that name; where nobody can say, it is taken to be there. */
  readonly hasChannel?: (name: string) => boolean;
  /** Counts tokens where bytes do not fit a budget; without one, bytes decide, and the trace says so. */
  readonly counter?: TokenCounter;
  /** The models that the key may use; all where it is not limited, or there is none. */
  readonly allowedModels?: AllowedModels | null;
  /** How much whoever tries it out sees of budgets, all where nothing is said; the others have room for everything. */
  readonly seenOf?: SeenOf;
}

export interface Simulation {
  readonly decision: Decision;
  /** Every comparison on the way, as the rules library sees it. */
  readonly explanations: readonly StepExplanation[];
  /** Texts before and after, where a node has changed them. */
  readonly texts: readonly { readonly before: string; readonly after: string }[];
  /** The most that the request can cost with the model chosen, in nano-dollars; null where there is none or no price. */
  readonly costAtMost: number | null;
  readonly redactions: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, Tag>>;
}

/** The effects of a run whose outside answers what the author has set. */
export function simulatedEffects(outside: Outside, world: SimulationWorld): Effects {
  return {
    classify: (_need, run) =>
      outside.complexity === undefined
        ? classifyText(run)
        : { score: outside.complexity, reasons: [], scorer: 'set by hand' },
    redact: redactText,
    hold: (need, run) => {
      const [own, ...above] = budgetsAsTheyAre(need.budget, run, outside, world);
      if (!own) return unansweredHold(need, undefined, { port: 'exhausted', why: 'no_budget' });
      const question = { need, own, above, run, models: world.models };
      const answer = (result: HoldResult): HoldResult => {
        if (result.port !== 'exhausted') applyOutputLimit(need, run);
        return world.seenOf ? holdSeen(result, world.seenOf) : result;
      };
      const { result, worthCounting } = weighHold(question);
      if (worthCounting.length === 0 || !world.counter) return answer(result);
      return countInput(run, worthCounting, world.counter).then(() => answer(weighHold(question).result));
    },
    throttle: (need, run) => {
      const amount = throttleAmount(need, run, world.models);
      const used = Math.floor(need.limit * (outside.throttles?.[need.node] ?? 0));
      const decided =
        amount === null
          ? ({ port: 'unavailable', why: 'price_unknown' } as const)
          : decideThrottle(used, amount, need.limit);
      // Nothing passes by in a simulation: what would have to wait is shown at the limit.
      const times = { waitedMs: 0, resetsAt: null, retryAt: null };
      return throttleResult(need, run, { ...decided, ...times, used, amount: amount ?? 0 });
    },
    alert: ({ channel, scope }) => ({
      alert: world.hasChannel?.(channel) === false ? 'no_channel' : 'noted',
      channel,
      scope,
    }),
    chance: ({ node }) => ({ chance: outside.chances?.[node] ?? 0 }),
    cache: ({ node }, run) => {
      const model = outside.cached?.[node];
      const known = model === undefined ? undefined : world.models(model);
      const isBarred = known !== undefined && !mayUse(known, run);
      return model === undefined || isBarred
        ? { cache: 'miss', model: null, ageMs: null }
        : { cache: 'hit', model, ageMs: null };
    },
    shadow: ({ model, share }, run) => {
      const found = modelNamed(model, run, world.models);
      const not = (shadow: ShadowResult['shadow']): ShadowResult => ({
        shadow,
        model: found?.id ?? null,
        record: null,
      });
      if (share === 0) return not('not_chosen');
      if (!found) return not('unknown_model');
      if (!mayUse(found, run)) return not('not_allowed');
      return not(lacks(found, run) ? 'unsupported' : 'not_known');
    },
    order: (need, run) =>
      orderModels(need, run, {
        models: world.models,
        measured: (model) => outside.measured?.[model] ?? NOT_MEASURED,
        // Another conversation draws another lot, and the same one always the same.
        chance: outside.chances?.[need.node] ?? bucketOf(need.conversation ?? conversationOf(run.view), need.node),
        turn: 0,
        before: null,
      }),
    call: (need, run) => {
      const model = modelNamed(need.model, run, world.models);
      const asked = need.model;
      if (!model) return { ok: false, model: null, asked, failure: 'unknown_model' };
      if (!mayUse(model, run)) return { ok: false, model: model.id, asked, failure: 'not_allowed' };
      if (lacks(model, run)) return { ok: false, model: model.id, asked, failure: 'unsupported' };
      const failure = outside.down[model.id];
      return failure ? { ok: false, model: model.id, asked, failure } : { ok: true, model: model.id, asked };
    },
  };
}

/** A budget and those above it as the author has set them, or as they are now; none where nobody has the budget. */
function budgetsAsTheyAre(id: string, run: Run, outside: Outside, world: SimulationWorld): HeldBudget[] {
  const found: HeldBudget[] = [];
  for (let next: string | null = id; next !== null && found.length < DEEPEST; ) {
    const budget = world.budget(next);
    if (!budget) break;
    const scope = scopeOf(budget, run);
    const asOfNow = world.state(budget, scope, run.now);
    const { spent, held } = outside.budgets[budget.id] ?? asOfNow;
    const resetsAt = windowAt(budget.window, budget.timeZone, run.now).end;
    const now = heldBudget(budget, scope, { spent, held, toppedUp: asOfNow.toppedUp ?? 0, resetsAt });
    const isSeen = (world.seenOf?.(now) ?? 'all') === 'all';
    // Else its limit could be found out by trying.
    found.push(isSeen ? now : { ...now, limit: Number.MAX_SAFE_INTEGER });
    next = budget.parent;
  }
  return found;
}

/** Decides a chat request as the graph would, at the time `now` (milliseconds since 1970). */
export async function simulate(
  graph: CompiledGraph,
  request: ({ readonly body: ChatBody } | { readonly view: RequestView }) & {
    readonly tags: ReadonlyMap<string, Tag>;
    readonly now: number;
  },
  outside: Outside,
  world: SimulationWorld,
): Promise<Simulation> {
  const view = 'view' in request ? request.view : viewOfChat(request.body);
  const run = new Run({
    view,
    tags: request.tags,
    source: liveFacts({ ...world.facts, models: world.models }),
    now: request.now,
    allowedModels: world.allowedModels ?? null,
  });
  const decision = await evaluate(graph, run, simulatedEffects(outside, world));
  const model = decision.outcome.type === 'model' ? world.models(decision.outcome.model) : undefined;
  return {
    decision,
    explanations: await explain(graph, decision, run, run.textsChanged),
    texts: changedTexts(view.slots, run.view.slots),
    costAtMost: model?.price ? costBound(boundFor(run, model, DEFAULT_OUTPUT_TOKENS), model.price) : null,
    redactions: run.redactions,
    tags: Object.fromEntries(run.tags),
  };
}

/** Output assumed for the shown cost when neither the app nor a node limits it. */
const DEFAULT_OUTPUT_TOKENS = 4096;

function changedTexts(before: readonly TextSlot[], after: readonly TextSlot[]): { before: string; after: string }[] {
  return before.flatMap((slot, i) => {
    const now = after[i]?.text ?? '';
    return now === slot.text ? [] : [{ before: slot.text, after: now }];
  });
}
