/**
 * What a node can ask of the outside. Live, simulated and replayed runs answer the same questions; the interpreter does
 * not know which of them it is talking to. A new effect is one entry in `EffectTable`.
 */
import type { Run } from './run.ts';
import type { Complexity } from './text/complexity.ts';
import type { FindingCounts, FindingPlaces } from './text/places.ts';
import type { RedactionRule } from './text/redact.ts';
import type { ThrottlePeriod } from './throttle.ts';

/** How one call to a model failed, in the words that fallback lists offer. */
export const CALL_FAILURES = [
  'rate_limited',
  'server_error',
  'timeout',
  'slow_start',
  'connect',
  'broken',
  'context_too_long',
  'refused',
  'bad_request',
  'auth',
  'over_budget',
  'unsupported',
  'unknown_model',
  'not_allowed',
  'cooling_down',
  'account_full',
  'bad_answer',
  'aborted',
] as const;
export type CallFailure = (typeof CALL_FAILURES)[number];

/** Hold money (or tokens) of one or more budgets before the model is known. */
export interface HoldNeed {
  readonly type: 'hold';
  readonly node: string;
  readonly budget: string;
  /** Share of the limit from which the warning port is taken; null when the node has no such port. */
  readonly warnAt: number | null;
  /** Models that each port can reach; "asked" stands for the model that the request names. */
  readonly within: readonly string[];
  readonly warning: readonly string[];
  /** Tokens reserved for the answer when the app sets no limit. */
  readonly outputLimit: number;
  /** Let input of unknown size pass on an estimate. */
  readonly allowEstimate: boolean;
  /** What happens while nothing can be written down. */
  readonly ifUnavailable: 'refuse' | 'continue';
}

/** One budget as a hold finds it; amounts in its unit (nano-dollars or tokens). */
export interface HeldBudget {
  readonly budget: string;
  readonly budgetName: string;
  readonly revision: number;
  /** The scope's value, such as `team=search`. */
  readonly scope: string;
  readonly unit: 'usd' | 'tokens';
  /** With what was added for the open window. */
  readonly limit: number;
  readonly spent: number;
  readonly held: number;
  /** Milliseconds since 1970; null for a budget that never resets. */
  readonly resetsAt: number | null;
  readonly owner: string | null;
  /** Whoever reads it may not see what this budget stood at: its amounts are 0 and say nothing. See `unseen.ts`. */
  readonly unseen?: true;
}

/** What was decided, and the budget that decided it: the node's own, or the first above it that had no room. */
export interface HoldResult extends HeldBudget {
  readonly port: 'within' | 'warning' | 'exhausted' | 'unavailable';
  /** Why not, where it is not "within": the share, the limit, an unbounded input, an unpriced model. */
  readonly why:
    | 'fits'
    | 'over_warning'
    | 'over_limit'
    | 'cost_unbounded'
    | 'price_unknown'
    | 'no_budget'
    | 'store_down';
  readonly amount: number;
  /** What the request could cost at most by each port; null where that could not be told. */
  readonly bounds: { readonly within: number; readonly warning: number } | null;
  /**
   * True where the bounds are by counted tokens. Else they are by bytes: "needless" where a count could not have led to
   * another port, "unavailable" where it could and nobody was able to count; absent where models declare no tokenizer.
   */
  readonly counted?: true | 'needless' | 'unavailable';
  /** The models that the bounds were taken over. */
  readonly within: readonly string[];
  readonly warning: readonly string[];
  /** Tokens of answer that they were taken with where the app set no limit. */
  readonly outputLimit: number;
  /** The other budgets that had to have room as well, from the node's own upwards; not there where there are none. */
  readonly above?: readonly HeldBudget[];
  /** How many levels above the node's own budget the one stands that decided; not there for the node's own. */
  readonly level?: number;
}

/** Call a model with the request as it stands. Answers when the first content has arrived, or the call has failed. */
export interface CallNeed {
  readonly type: 'call';
  readonly node: string;
  /** A model id, or "asked" for the one that the request names. */
  readonly model: string;
  /** Longest wait for the answer to begin, retries of this model included, and between two pieces of it. */
  readonly timeoutMs: number;
  /** Longest wait for the first content of a stream; null for no other than `timeoutMs`. */
  readonly firstTokenMs: number | null;
  /** Longest wait from the node's first call until one of its models has begun; null for none. */
  readonly deadlineMs: number | null;
  /** How often this node has called this model before. */
  readonly tries: number;
  /** Wait this long before the call, as the result of the one before it said. */
  readonly afterMs: number;
  /** Longest wait for room within what the model's account allows a minute. */
  readonly waitMs: number;
  /** After a failure that says the model is in trouble, leave it alone for this long; 0 for not at all. */
  readonly cooldownMs: number;
  /** Do not call a model that is being left alone: there are others. */
  readonly passOver: boolean;
  /** Leave out parameters that the model lacks instead of failing. */
  readonly dropLacking: boolean;
}

export interface CallResult {
  readonly ok: boolean;
  /** The full id of the model called; null when there is none of that name. */
  readonly model: string | null;
  /** The name that the node gave, where it is not the id. */
  readonly asked?: string;
  readonly failure?: CallFailure;
  readonly status?: number;
  readonly message?: string;
  readonly retryAfterMs?: number;
  /** After how long another try makes sense; null where there is no time left for one. Older records do not say. */
  readonly retryInMs?: number | null;
  /** Parameters that the model lacks, in words; it was called without them. */
  readonly dropped?: readonly string[];
  /** Parameters that the model refused in earlier requests, in words; it was called without them from the start. */
  readonly refusedBefore?: readonly string[];
  /** How long the call waited for room in its account, in milliseconds; not there where it did not. */
  readonly pacedMs?: number;
}

/** How one of several models is chosen. */
export const STRATEGIES = ['cheapest', 'fastest', 'least_loaded', 'round_robin', 'shares'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Put the models of a list into the order in which they are tried for this request. */
export interface OrderNeed {
  readonly type: 'order';
  readonly node: string;
  /** Model ids, or "asked" for the one that the request names. */
  readonly names: readonly string[];
  readonly by: Strategy;
  /** What part of the requests each of them gets, where it goes by shares. */
  readonly shares: readonly number[];
  /** What tells a conversation from others that is to stay with its model; null where each request is chosen for. */
  readonly conversation: string | null;
}

export interface OrderResult {
  /** All of the names, the first to be tried first. */
  readonly order: readonly string[];
  readonly by: Strategy;
  /** The names as the node has them; what is equal stays in their order. Older records do not say. */
  readonly names?: readonly string[];
  /** The lot that was drawn, from 0 up to 1, where it goes by shares. Older records do not say. */
  readonly drawn?: number;
  /**
   * Whether the first is the one that the conversation had before; not there where each request is chosen for. Older records
   * do not tell those apart in which a conversation began.
   */
  readonly kept?: boolean;
}

export interface ClassifyNeed {
  readonly type: 'classify';
  readonly node: string;
}

export interface RedactNeed {
  readonly type: 'redact';
  readonly node: string;
  readonly rules: readonly RedactionRule[];
  /** What happens when a detector fails. */
  readonly ifUnavailable: 'refuse' | 'continue';
}

/** How many of each type were found, and where. The texts themselves are changed in the run, and never recorded. */
export interface RedactResult extends Partial<FindingPlaces> {
  readonly found: FindingCounts;
  /** Digest of the rules that found it, so that a replay knows whether others are the same. */
  readonly rules: string;
  /**
   * Whether texts were changed, where what was found does not say so: what is only reported stays, and what has the shape of a
   * placeholder is changed without being found.
   */
  readonly changed?: boolean;
  /** A detector failed and the drawing lets the request go on. */
  readonly failed?: boolean;
  /** The request is tokens in place of texts, which nobody can look into. */
  readonly unreadable?: boolean;
}

/** What a throttle counts: requests, tokens, nano-dollars, or calls that are under way. */
export const THROTTLE_UNITS = ['requests', 'tokens', 'usd', 'calls'] as const;
export type ThrottleUnit = (typeof THROTTLE_UNITS)[number];

/** Count a request against a limit on how much passes in a time, and wait for room where there is none. */
export interface ThrottleNeed {
  readonly type: 'throttle';
  readonly node: string;
  readonly of: ThrottleUnit;
  /** The stretch of time that the limit is for; null for calls, which count while they are under way. */
  readonly per: ThrottlePeriod | null;
  readonly limit: number;
  /** The part of the organisation that is counted apart, such as `user=ada`; empty for all of it. */
  readonly scope: string;
  /** Longest wait for room, in milliseconds; 0 for none. */
  readonly waitMs: number;
  /** Models behind the throttle, which an estimate is taken over; "asked" stands for the model that the request names. */
  readonly models: readonly string[];
  /** Tokens of the answer that an estimate counts where nothing limits it. */
  readonly outputTokens: number;
}

/** What was decided, with the state of the limit at that moment; amounts in what it counts. */
export interface ThrottleResult {
  readonly port: 'within' | 'limited' | 'unavailable';
  readonly why:
    | 'fits'
    | 'over_limit'
    | 'too_large'
    | 'waited_in_vain'
    | 'too_many_waiting'
    | 'hung_up'
    | 'stopping'
    | 'price_unknown'
    | 'store_full';
  readonly of: ThrottleUnit;
  readonly per: ThrottlePeriod | null;
  readonly scope: string;
  readonly limit: number;
  /** Used before this request, estimates of those under way included. */
  readonly used: number;
  /** What this request counts for. */
  readonly amount: number;
  /** Left behind this decision. */
  readonly remaining: number;
  readonly waitedMs: number;
  readonly mayWaitMs: number;
  /** When all of the limit is free again if nothing else comes, in milliseconds since 1970; null where time does not tell. */
  readonly resetsAt: number | null;
  /** When a request that was refused would fit if nothing else comes; null where time does not tell, and where it passed. */
  readonly retryAt: number | null;
  /** What an estimate was taken over; null for what is not estimated. */
  readonly basis: { readonly models: readonly string[]; readonly outputTokens: number } | null;
}

/** Tell a channel that a request has come this way; nothing waits for it. */
export interface AlertNeed {
  readonly type: 'alert';
  readonly node: string;
  /** The name of the channel. */
  readonly channel: string;
  /** For people, with placeholders. */
  readonly text: string;
  /** Nothing more is told of the same scope for this long, in milliseconds. */
  readonly everyMs: number;
  /** The part of the organisation that is told of for itself, such as `team=search`; empty for all of it. */
  readonly scope: string;
}

export interface AlertResult {
  /** `not_known`: a replay of a request that did not meet this alert; it goes on alike. */
  readonly alert: 'noted' | 'told_before' | 'no_channel' | 'full' | 'not_known';
  readonly channel: string;
  readonly scope: string;
}

/** A number by which a share of requests is told apart. */
export interface ChanceNeed {
  readonly type: 'chance';
  readonly node: string;
}

export interface ChanceResult {
  /** From 0 up to 1, the same for everything of one request at one node. */
  readonly chance: number;
}

/** Look whether the request, as it stands, was answered before. */
export interface CacheNeed {
  readonly type: 'cache';
  readonly node: string;
  /** Who shares the answers. */
  readonly within: 'project' | 'organisation';
  /** How long an answer is kept, in milliseconds. */
  readonly keptMs: number;
  /** Whether an app may ask for an answer of its own. */
  readonly mayBypass: boolean;
}

export interface CacheResult {
  /**
   * `other_form`: there is an answer, but it cannot be told as a stream (or in one piece) without loss. `not_known`: a replay of
   * a request that did not meet this cache, which is taken to be empty.
   */
  readonly cache: 'hit' | 'miss' | 'other_form' | 'bypass' | 'not_known';
  /** The model that gave the answer that was kept; null where there is none. */
  readonly model: string | null;
  /** How long ago it was kept, in milliseconds; null where there is none. */
  readonly ageMs: number | null;
}

/** Send a copy of the request, as it stands, to another model; nothing waits for it. */
export interface ShadowNeed {
  readonly type: 'shadow';
  readonly node: string;
  /** A model id, or "asked" for the one that the request names. */
  readonly model: string;
  /** Share of the requests that are copied, from 0 to 1. */
  readonly share: number;
  /** The copy is given up after this long, in milliseconds. */
  readonly timeoutMs: number;
}

export const SHADOW_STATES = [
  'sent',
  'not_chosen',
  'no_room',
  'unknown_model',
  'not_allowed',
  'unsupported',
  'context_too_long',
  'cooling_down',
  'busy',
  'not_known',
] as const;

export interface ShadowResult {
  /** `not_known`: a simulation, or a replay of a request that did not meet this node; it goes on alike. */
  readonly shadow: (typeof SHADOW_STATES)[number];
  readonly model: string | null;
  /** Id of the record of the copy; null where none was sent. */
  readonly record: string | null;
}

/** Each effect by name: what is asked and what is answered. */
export interface EffectTable {
  hold: { need: HoldNeed; result: HoldResult };
  call: { need: CallNeed; result: CallResult };
  order: { need: OrderNeed; result: OrderResult };
  classify: { need: ClassifyNeed; result: Complexity };
  redact: { need: RedactNeed; result: RedactResult };
  throttle: { need: ThrottleNeed; result: ThrottleResult };
  alert: { need: AlertNeed; result: AlertResult };
  chance: { need: ChanceNeed; result: ChanceResult };
  cache: { need: CacheNeed; result: CacheResult };
  shadow: { need: ShadowNeed; result: ShadowResult };
}

export type EffectName = keyof EffectTable;
export type Need = EffectTable[EffectName]['need'];
export type EffectResult = EffectTable[EffectName]['result'];

export type Effects = {
  readonly [N in EffectName]: (
    need: EffectTable[N]['need'],
    run: Run,
  ) => EffectTable[N]['result'] | Promise<EffectTable[N]['result']>;
};
