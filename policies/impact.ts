/** What a draft would have done with requests that were recorded: each is decided again, and nothing is guessed. */
import { z } from 'zod';
import type { CompiledGraph } from './compile.ts';
import type { Decision, TraceStep } from './decision.ts';
import type { CallResult, EffectResult } from './effects.ts';
import { decideOverOthers } from './hold-range.ts';
import type { ModelLookup } from './model.ts';
import { lacks, mayUse, modelNamed, usableModel } from './model-fit.ts';
import { costOf } from './price.ts';
import { RECORD_STATUSES } from './record-status.ts';
import { type Assumptions, decidedThen } from './recorded-effects.ts';
import type { Recorded } from './recorded-facts.ts';
import { type Difference, decideAgain } from './replay.ts';
import type { Tag } from './request.ts';
import { factSchema, recordedStepSchema } from './trace-schema.ts';
import { usageSchema } from './usage-schema.ts';

/** A record with all that deciding it again needs: no text of the request, no answer. */
export const replayInputSchema = z.object({
  id: z.string(),
  /** Start of the request, in milliseconds since 1970. */
  at: z.number(),
  policy: z.string().nullable(),
  version: z.int().nullable(),
  /** The organisation's own policy that ran before it. */
  mandatory: z.object({ policy: z.string(), version: z.int() }).optional(),
  /** How the request ended, as the record has it. */
  status: z.enum(RECORD_STATUSES),
  httpStatus: z.int(),
  /** The model that answered; null where none did. */
  model: z.string().nullable(),
  requestedModel: z.string(),
  usage: usageSchema,
  /** Nano-dollars. */
  cost: z.number(),
  /** Tags as they were at the end; rules may have set some. */
  tags: z.record(z.string(), z.object({ value: z.string(), source: z.enum(['key', 'caller', 'rule']) })),
  /** Facts that are always kept, and tags that rules replaced (`tags.name`, `tag_source.name`). */
  facts: z.record(z.string(), factSchema),
  trace: z.array(recordedStepSchema).readonly(),
});
export type ReplayInput = z.output<typeof replayInputSchema>;

/** The record as a replay takes it: with its tags as they came in. */
export function recordedFrom(
  input: Pick<ReplayInput, 'at' | 'tags' | 'facts' | 'trace'> & Partial<Pick<ReplayInput, 'id'>>,
): Recorded {
  const tags = new Map<string, Tag>();
  for (const [name, tag] of Object.entries(input.tags)) if (tag.source !== 'rule') tags.set(name, tag);
  for (const [fact, value] of Object.entries(input.facts)) {
    if (!fact.startsWith('tags.') || typeof value !== 'string') continue;
    const name = fact.slice('tags.'.length);
    tags.set(name, { value, source: input.facts[`tag_source.${name}`] === 'key' ? 'key' : 'caller' });
  }
  const { id, at, facts, trace } = input;
  return { trace, tags, now: at, facts, ...(id !== undefined && { id }) };
}

const BUCKETS = {
  same: 'Nothing changes',
  'other model': 'Another model or text answers',
  'refused now': 'Refused, where it was answered before',
  'answered now': 'Answered, where it was refused before',
  'other way': 'Goes another way to the same end',
  'cannot tell': 'Cannot be told',
} as const;
export type BucketKind = keyof typeof BUCKETS;

export interface Bucket {
  readonly kind: BucketKind;
  readonly label: string;
  readonly count: number;
  /** The first of them, each with one line of why. */
  readonly examples: readonly { readonly id: string; readonly why: string }[];
}

/** How many requests went from one model to another; null stands for a fixed text. */
export interface Move {
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
}

/** Amounts in nano-dollars, over the requests that can be compared. */
export interface MoneyImpact {
  readonly costBefore: number;
  readonly costByDraft: number;
  readonly cheaper: { readonly count: number; readonly by: number };
  readonly dearer: { readonly count: number; readonly by: number };
  /** Requests whose end can be told but not their cost: without usage, or with a model that has no known price. */
  readonly notComparable: number;
}

export interface Impact {
  /** Every bucket once, in a fixed order; each request is in exactly one of them. */
  readonly buckets: readonly Bucket[];
  /** The most frequent first. */
  readonly moves: readonly Move[];
  readonly money: MoneyImpact;
  /** What was taken for granted, in sentences. */
  readonly assumptions: readonly string[];
}

export interface ImpactOptions {
  /** Lets others work; awaited after every 50 requests. */
  readonly pause: () => Promise<void>;
  readonly cancelled: () => boolean;
  readonly onProgress: (done: number, total: number) => void;
}

const SLICE = 50;
const MOST_EXAMPLES = 5;

/** The draft with what ran before or after it when a request was recorded; null where that cannot be had. */
export type DraftFor = (record: Pick<ReplayInput, 'mandatory' | 'policy' | 'version'>) => CompiledGraph | null;

/**
 * Decides each recorded request again by a draft, at today's prices. Gives null when it was cancelled; throws what the
 * draft's own nodes throw.
 */
export async function impactOf(
  draft: DraftFor,
  records: readonly ReplayInput[],
  prices: ModelLookup,
  { pause, cancelled, onProgress }: ImpactOptions,
): Promise<Impact | null> {
  const tally = new Tally(draft, prices);
  for (const [i, input] of records.entries()) {
    if (i > 0 && i % SLICE === 0) {
      onProgress(i, records.length);
      await pause();
      if (cancelled()) return null;
    }
    await tally.add(input);
  }
  onProgress(records.length, records.length);
  return tally.impact();
}

/** How a request ended: a model or a fixed text (null) answered, or nobody did. */
type End = { readonly answered: true; readonly by: string | null } | { readonly answered: false };

const isCall = (result: EffectResult): result is CallResult => 'ok' in result;

function callsOf(trace: readonly TraceStep[]): CallResult[] {
  return trace.flatMap((step) => step.results ?? []).filter(isCall);
}

function recordedEnd(last: TraceStep): End {
  const kept = last.results?.find((result) => 'cache' in result && result.cache === 'hit');
  if (kept && 'cache' in kept) return { answered: true, by: kept.model };
  const call = last.results?.filter(isCall).findLast(({ ok }) => ok);
  if (call) return { answered: true, by: call.model };
  return last.port === null && last.kind !== 'block' ? { answered: true, by: null } : { answered: false };
}

function endNow({ outcome }: Decision): End {
  if (outcome.type === 'model' || outcome.type === 'cached') return { answered: true, by: outcome.model };
  return outcome.type === 'answer' ? { answered: true, by: null } : { answered: false };
}

/** Why a record cannot be decided again, in words; null where it can be tried. */
function unusable({ status, trace }: ReplayInput): string | null {
  if (status === 'lost') return 'The gateway stopped before this request was finished.';
  if (status === 'shadow') return 'It is a copy that went to another model.';
  if (status === 'dry_run') return 'It only asked what would happen, and nothing was called.';
  if (status === 'counted') return 'It only asked how many tokens it has, and no model answered.';
  const last = trace.at(-1);
  if (!last) return 'It ended before a policy had decided.';
  if (status === 'aborted' && !recordedEnd(last).answered) return 'The app hung up before a model had answered.';
  return null;
}

/** Failures after which a provider may have charged, so that the recorded usage may be that of several calls. */
const MAY_BE_CHARGED: readonly CallResult['failure'][] = [
  ...(['timeout', 'slow_start', 'connect', 'broken', 'bad_answer'] as const),
  ...(['refused', 'aborted'] as const),
];

const ASSUMED = {
  answers: 'A model that was not called then is taken to have answered, unless the record shows that it could not.',
  length: 'Another model is taken to have read and written as many tokens.',
  prices: 'Other models cost what they cost today.',
  budgets: 'Budgets are taken as they stood when each request came in.',
  unseen: 'Budgets that you may not see are taken to have decided as they did then.',
  caches: 'A cache that a request had not met is taken to be empty.',
  throttles: 'Throttles are taken as full as they were when each request came in.',
  estimate: 'Where a budget had to decide for other models, it did so by the limits between which their cost lies.',
} as const;

class Tally {
  readonly #draftFor: DraftFor;
  readonly #prices: ModelLookup;
  readonly #counts = new Map<BucketKind, { count: number; readonly examples: { id: string; why: string }[] }>();
  readonly #moves = new Map<string, { from: string | null; to: string | null; count: number }>();
  readonly #assumed = new Set<keyof typeof ASSUMED>();
  readonly #money = { costBefore: 0, costByDraft: 0, notComparable: 0 };
  readonly #cheaper = { count: 0, by: 0 };
  readonly #dearer = { count: 0, by: 0 };

  constructor(draft: DraftFor, prices: ModelLookup) {
    this.#draftFor = draft;
    this.#prices = prices;
  }

  async add(input: ReplayInput): Promise<void> {
    const why = unusable(input);
    const last = input.trace.at(-1);
    if (why !== null || !last) return this.#put('cannot tell', input, why ?? '');
    const draft = this.#draftFor(input);
    if (draft === null) return this.#put('cannot tell', input, 'The other policy on its way cannot be had.');
    const again = await decideAgain(draft, recordedFrom(input), false, this.#assumptions(input));
    if (!again.told) return this.#put('cannot tell', input, `At ${titled(draft, again.node)}: ${again.why}.`);
    const { decision, difference } = again;
    if (decision.trace.some((step) => step.results?.some((result) => 'budgetName' in result))) {
      this.#assumed.add('budgets');
    }
    if (decision.trace.some((step) => step.results?.some((result) => 'waitedMs' in result))) {
      this.#assumed.add('throttles');
    }
    if (decision.trace.some((step) => step.results?.some((one) => 'cache' in one && one.cache === 'not_known'))) {
      this.#assumed.add('caches');
    }
    const before = recordedEnd(last);
    const now = endNow(decision);
    const turn = difference ? sayTurn(draft, difference) : '';
    const reason = decision.trace.at(-1)?.reason ?? '';
    this.#count(input, before, now);
    if (before.answered && now.answered && before.by !== now.by) {
      const key = JSON.stringify([before.by, now.by]);
      const move = this.#moves.get(key) ?? { from: before.by, to: now.by, count: 0 };
      move.count += 1;
      this.#moves.set(key, move);
      return this.#put('other model', input, `${sayBy(now.by)} instead of ${sayBy(before.by)}. ${turn}`.trim());
    }
    if (before.answered !== now.answered) {
      return this.#put(now.answered ? 'answered now' : 'refused now', input, turn || reason);
    }
    return difference ? this.#put('other way', input, turn) : this.#put('same', input, reason);
  }

  impact(): Impact {
    return {
      buckets: (Object.keys(BUCKETS) as BucketKind[]).map((kind) => {
        const { count, examples } = this.#counts.get(kind) ?? { count: 0, examples: [] };
        return { kind, label: BUCKETS[kind], count, examples };
      }),
      moves: [...this.#moves.values()].sort((a, b) => b.count - a.count),
      money: { ...this.#money, cheaper: this.#cheaper, dearer: this.#dearer },
      assumptions: (Object.keys(ASSUMED) as (keyof typeof ASSUMED)[])
        .filter((one) => this.#assumed.has(one))
        .map((one) => ASSUMED[one]),
    };
  }

  #put(kind: BucketKind, { id }: ReplayInput, why: string): void {
    const bucket = this.#counts.get(kind) ?? { count: 0, examples: [] };
    bucket.count += 1;
    if (bucket.examples.length < MOST_EXAMPLES) bucket.examples.push({ id, why });
    this.#counts.set(kind, bucket);
  }

  #assumptions(input: ReplayInput): Assumptions {
    const calls = callsOf(input.trace);
    return {
      uncalled: (need, run) => {
        const asked = need.model;
        const model = modelNamed(asked, run, this.#prices);
        const name = asked === 'asked' ? run.view.model : asked;
        const failed = { ok: false, model: model?.id ?? null, asked };
        const missing = model ? lacks(model, run) : null;
        if (missing) return { ...failed, failure: 'unsupported', message: missing };
        // What it answered when it was called for another node, or before another try, it would answer here too.
        const known = calls.findLast((call) => call.model === (model?.id ?? name) && call.failure !== 'unsupported');
        if (known) return { ...known, asked };
        if (!model) return { ...failed, failure: 'unknown_model', message: name };
        if (!mayUse(model, run)) return { ...failed, failure: 'not_allowed' };
        if (model.contextTokens !== null && input.usage.inputTokens > model.contextTokens) {
          return { ...failed, failure: 'context_too_long', message: `its context is ${model.contextTokens} tokens` };
        }
        this.#assumed.add('answers');
        return { ok: true, model: model.id, asked };
      },
      unordered: ({ names, by, conversation }, run) => {
        const { inputTokens, outputTokens } = input.usage;
        // A conversation may have had another model before.
        if (by !== 'cheapest' || conversation !== null || inputTokens + outputTokens === 0) return null;
        this.#assumed.add('length').add('prices');
        const cost = (name: string): number => {
          const price = usableModel(name, run, this.#prices)?.price;
          return price ? costOf(input.usage, price) : Number.POSITIVE_INFINITY;
        };
        return { order: [...names].sort((a, b) => (cost(a) === cost(b) ? 0 : cost(a) - cost(b))), by };
      },
      otherBounds: (found, need, run, outputBefore) => {
        const history = { facts: input.facts, calls, models: this.#prices };
        const decided = decideOverOthers(found, need, run, outputBefore, history);
        if (decided) this.#assumed.add('estimate');
        return decided;
      },
      unseen: (found, { warnAt }) => {
        if (found.port === 'warning' && warnAt === null) return null;
        this.#assumed.add('unseen');
        return decidedThen(found);
      },
    };
  }

  #count(input: ReplayInput, before: End, now: End): void {
    const after = this.#costByDraft(input, before, now);
    if (after === null) {
      this.#money.notComparable += 1;
      return;
    }
    this.#money.costBefore += input.cost;
    this.#money.costByDraft += after;
    if (after === input.cost) return;
    const side = after < input.cost ? this.#cheaper : this.#dearer;
    side.count += 1;
    side.by += Math.abs(after - input.cost);
  }

  /** Nano-dollars; null where they cannot be told. */
  #costByDraft(input: ReplayInput, before: End, now: End): number | null {
    const { usage, cost, trace } = input;
    const used = usage.inputTokens + usage.outputTokens > 0;
    const by = before.answered ? before.by : null;
    const known = by === null || cost > 0 || !used || this.#prices(by)?.price != null;
    if (!known) return null;
    if (!now.answered || now.by === null) return before.answered && before.by !== null ? 0 : cost;
    if (before.answered && before.by === now.by) return used ? cost : null;
    const price = this.#prices(now.by)?.price ?? null;
    if (!used || price === null) return null;
    if (callsOf(trace).some(({ failure }) => MAY_BE_CHARGED.includes(failure))) return null;
    this.#assumed.add('length').add('prices');
    return costOf(usage, price);
  }
}

const titled = ({ nodes }: CompiledGraph, node: string): string => `“${nodes.get(node)?.title ?? node}”`;

const sayTurn = (draft: CompiledGraph, { node, now, why }: Difference): string =>
  now ? `The ways part at ${titled(draft, node)}: ${why}` : why;

const sayBy = (by: string | null): string => by ?? 'a fixed text';
