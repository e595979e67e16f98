/** The steps of a decision as they come over a boundary: from the server to the browser, or out of a file. */
import { z } from 'zod';
import type { TraceStep } from './decision.ts';
import {
  type AlertResult,
  CALL_FAILURES,
  type CacheResult,
  type CallResult,
  type ChanceResult,
  type EffectResult,
  type HeldBudget,
  type HoldResult,
  type OrderResult,
  type RedactResult,
  SHADOW_STATES,
  type ShadowResult,
  STRATEGIES,
  THROTTLE_UNITS,
  type ThrottleResult,
} from './effects.ts';
import type { Complexity } from './text/complexity.ts';
import { type FurtherPlaces, PLACE_KINDS, type PlaceFindings, TOOL_NAME } from './text/places.ts';
import { THROTTLE_PERIODS } from './throttle.ts';

/** A schema for each field, the optional ones too: a field that is missing here would be lost on the way. */
type Fields<T> = { readonly [K in keyof Required<T>]: z.ZodType<T[K]> };

export const factSchema = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly(), z.null()]);

const amount = z.number().min(0);
const models = z.array(z.string()).readonly();

const held = {
  budget: z.string(),
  budgetName: z.string(),
  revision: z.int(),
  scope: z.string(),
  unit: z.enum(['usd', 'tokens']),
  limit: amount,
  spent: z.number(),
  held: z.number(),
  resetsAt: z.number().nullable(),
  owner: z.string().nullable(),
  unseen: z.literal(true).optional(),
} satisfies Fields<HeldBudget>;

const hold = z.object({
  ...held,
  port: z.enum(['within', 'warning', 'exhausted', 'unavailable']),
  why: z.enum(['fits', 'over_warning', 'over_limit', 'cost_unbounded', 'price_unknown', 'no_budget', 'store_down']),
  amount,
  bounds: z.object({ within: amount, warning: amount }).nullable(),
  counted: z.union([z.literal(true), z.enum(['needless', 'unavailable'])]).optional(),
  within: models,
  warning: models,
  outputLimit: z.int(),
  above: z.array(z.object(held)).readonly().optional(),
  level: z.int().min(1).optional(),
} satisfies Fields<HoldResult>);

const call = z.object({
  ok: z.boolean(),
  model: z.string().nullable(),
  asked: z.string().optional(),
  failure: z.enum(CALL_FAILURES).optional(),
  status: z.int().optional(),
  message: z.string().optional(),
  retryAfterMs: z.number().optional(),
  retryInMs: z.number().nullable().optional(),
  dropped: z.array(z.string()).readonly().optional(),
  refusedBefore: z.array(z.string()).readonly().optional(),
  pacedMs: z.number().optional(),
} satisfies Fields<CallResult>);

const order = z.object({
  order: z.array(z.string()).readonly(),
  by: z.enum(STRATEGIES),
  names: z.array(z.string()).readonly().optional(),
  drawn: z.number().min(0).max(1).optional(),
  kept: z.boolean().optional(),
} satisfies Fields<OrderResult>);

const score = z.object({
  score: z.number().min(0).max(1),
  reasons: z.array(z.object({ signal: z.string(), weight: z.number(), words: z.string() })).readonly(),
  scorer: z.string(),
} satisfies Fields<Complexity>);

const counts = z.record(z.string(), z.number());
const number = z.int().min(1);

const place = z.object({
  in: z.enum(PLACE_KINDS),
  message: number.optional(),
  role: z.enum(['system', 'user', 'assistant', 'tool']).optional(),
  part: number.optional(),
  call: number.optional(),
  tool: z.string().regex(TOOL_NAME).optional(),
  found: counts,
} satisfies Fields<PlaceFindings>);

const findings = z.object({
  found: counts,
  places: z.array(place).readonly().optional(),
  further: z.object({ places: number, found: counts } satisfies Fields<FurtherPlaces>).optional(),
  rules: z.string(),
  changed: z.boolean().optional(),
  failed: z.boolean().optional(),
  unreadable: z.boolean().optional(),
} satisfies Fields<RedactResult>);

const throttle = z.object({
  port: z.enum(['within', 'limited', 'unavailable']),
  why: z.enum([
    'fits',
    'over_limit',
    'too_large',
    'waited_in_vain',
    'too_many_waiting',
    'hung_up',
    'stopping',
    'price_unknown',
    'store_full',
  ]),
  of: z.enum(THROTTLE_UNITS),
  per: z.enum(THROTTLE_PERIODS).nullable(),
  scope: z.string(),
  limit: amount,
  used: z.number(),
  amount,
  remaining: amount,
  waitedMs: amount,
  mayWaitMs: amount,
  resetsAt: z.number().nullable(),
  retryAt: z.number().nullable(),
  basis: z.object({ models, outputTokens: amount }).nullable(),
} satisfies Fields<ThrottleResult>);

const alert = z.object({
  alert: z.enum(['noted', 'told_before', 'no_channel', 'full', 'not_known']),
  channel: z.string(),
  scope: z.string(),
} satisfies Fields<AlertResult>);

const chance = z.object({ chance: z.number().min(0).max(1) } satisfies Fields<ChanceResult>);

const cache = z.object({
  cache: z.enum(['hit', 'miss', 'other_form', 'bypass', 'not_known']),
  model: z.string().nullable(),
  ageMs: z.number().nullable(),
} satisfies Fields<CacheResult>);

const shadow = z.object({
  shadow: z.enum(SHADOW_STATES),
  model: z.string().nullable(),
  record: z.string().nullable(),
} satisfies Fields<ShadowResult>);

const effectResult: z.ZodType<EffectResult> = z.union([
  alert,
  hold,
  call,
  score,
  findings,
  throttle,
  chance,
  cache,
  shadow,
  order,
]);

export const recordedStepSchema = z.object({
  node: z.string(),
  kind: z.string(),
  port: z.string().nullable(),
  reason: z.string(),
  facts: z.record(z.string(), factSchema).optional(),
  truths: z.record(z.string(), z.boolean()).optional(),
  results: z.array(effectResult).readonly().optional(),
} satisfies Fields<TraceStep>);
