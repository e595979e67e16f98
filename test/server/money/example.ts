/** Requests, budgets and models for the tests of holds. */
import type { Budget } from '../../../policies/budget.ts';
import { chatBody, viewOfChat } from '../../../policies/chat.ts';
import type { HoldNeed } from '../../../policies/effects.ts';
import type { Model } from '../../../policies/model.ts';
import type { Tag } from '../../../policies/request.ts';
import { Run } from '../../../policies/run.ts';

/** 2030-05-01 10:30 UTC. */
export const NOW = Date.UTC(2030, 4, 1, 10, 30);
export const HOUR = 3_600_000;

export function exampleBudget(changes: Partial<Budget> = {}): Budget {
  return {
    id: 'bud_1',
    name: 'Everything',
    scope: [],
    window: 'total',
    timeZone: 'UTC',
    unit: 'usd',
    limit: 1_000_000,
    limits: {},
    thresholds: [0.8, 1],
    parent: null,
    owner: null,
    revision: 1,
    ...changes,
  };
}

/** A model whose input costs nothing, and whose output costs so many nano-dollars a token. */
export function exampleModel(name: string, perToken: number | null): Model {
  const rate = { aboveInputTokens: 0, input: 0, cachedInput: 0, cacheWrite: 0 };
  return {
    id: `house/${name}`,
    provider: 'house',
    name,
    label: name,
    price: perToken === null ? null : [{ ...rate, output: perToken * 1_000_000 }],
    tier: 'small',
    contextTokens: null,
    tokenizer: null,
    imageTokens: 0,
    supports: { tools: true, images: true, audio: true, files: true, jsonSchema: true },
    leavesHouse: false,
  };
}

/** A request for `tokens` of output; null where the app sets no limit. */
export function exampleRun(tokens: number | null, options: { now?: number; tags?: Record<string, string> } = {}): Run {
  const body = { model: 'cheap', messages: [{ role: 'user', content: 'Hello.' }], max_tokens: tokens };
  const tags = new Map(
    Object.entries(options.tags ?? {}).map(([name, value]): [string, Tag] => [name, { value, source: 'key' }]),
  );
  return new Run({
    view: viewOfChat(chatBody.parse(body)),
    tags,
    source: { read: (fact, run) => run.tags.get(fact)?.value ?? null, truth: (_leaf, _run, compute) => compute() },
    now: options.now ?? NOW,
  });
}

export function exampleNeed(changes: Partial<HoldNeed> = {}): HoldNeed {
  return {
    type: 'hold',
    node: 'pay',
    budget: 'bud_1',
    warnAt: null,
    within: ['cheap', 'dear'],
    warning: [],
    outputLimit: 10,
    allowEstimate: false,
    ifUnavailable: 'refuse',
    ...changes,
  };
}
