/** Every kind of node: one line each. Palette, forms, schema, checks, words and docs come from this table. */
import { alert } from './alert/alert.ts';
import { answer } from './answer/answer.ts';
import { block } from './block/block.ts';
import { budget } from './budget/budget.ts';
import { cache } from './cache/cache.ts';
import { classify } from './classify/classify.ts';
import { fallback } from './fallback/fallback.ts';
import type { Kind } from './kind.ts';
import { limit } from './limit/limit.ts';
import { match } from './match/match.ts';
import { model } from './model/model.ts';
import { policy } from './policy/policy.ts';
import { project } from './project/project.ts';
import { redact } from './redact/redact.ts';
import { request } from './request/request.ts';
import { shadow } from './shadow/shadow.ts';
import { split } from './split/split.ts';
import { tag } from './tag/tag.ts';
import { throttle } from './throttle/throttle.ts';

export const kinds = {
  request,
  match,
  classify,
  tag,
  redact,
  budget,
  throttle,
  cache,
  split,
  shadow,
  limit,
  model,
  fallback,
  alert,
  block,
  answer,
  policy,
  project,
} satisfies Record<string, Kind>;
