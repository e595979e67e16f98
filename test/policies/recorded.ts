/** Requests that were decided and recorded, and what another drawing would have done with them. */
import { type ChatBody, viewOfChat } from '../../policies/chat.ts';
import { compileGraph } from '../../policies/compile.ts';
import type { FactValue } from '../../policies/facts.ts';
import type { Graph } from '../../policies/graph.ts';
import {
  type BucketKind,
  type Impact,
  type ImpactOptions,
  impactOf,
  type ReplayInput,
  replayInputSchema,
} from '../../policies/impact.ts';
import { ALLOWED_MODELS_FACT } from '../../policies/key-limits.ts';
import { costOf } from '../../policies/price.ts';
import { NO_USAGE, type Tag } from '../../policies/request.ts';
import { type Outside, outsideSchema, type SimulationWorld, simulate } from '../../policies/simulate.ts';
import { addTagsBefore } from '../../server/records/tags-before.ts';
import { draw, smallHouse } from './drawings.ts';
import { lookup } from './house.ts';

interface Request {
  readonly body: ChatBody;
  readonly tags: ReadonlyMap<string, Tag>;
  readonly now: number;
}

const USAGE = { ...NO_USAGE, inputTokens: 1000, outputTokens: 200 };
let recordsMade = 0;

/** Decides a request, and keeps of it what the server hands out: it goes through JSON and the schema. */
export async function record(
  graph: Graph,
  request: Request,
  said: Outside,
  more: object = {},
  world: SimulationWorld = smallHouse,
): Promise<ReplayInput> {
  const { decision, tags } = await simulate(compileGraph(graph), request, said, world);
  const view = viewOfChat(request.body);
  const model = decision.outcome.type === 'model' ? decision.outcome.model : null;
  const usage = model === null ? NO_USAGE : USAGE;
  const price = model === null ? null : lookup(model)?.price;
  recordsMade += 1;
  const facts: Record<string, FactValue> = {
    'request.model': view.model,
    'request.max_tokens': view.maxOutputTokens,
    'content.tools': view.toolNames,
    'content.images': view.images,
    ...(world.allowedModels && { [ALLOWED_MODELS_FACT]: [...world.allowedModels.ids] }),
  };
  addTagsBefore(facts, request.tags, new Map(Object.entries(tags)));
  const input = {
    id: `req_${recordsMade}`,
    at: request.now,
    policy: 'pol_1',
    version: 1,
    status: model === null ? (decision.outcome.type === 'answer' ? 'answered' : 'blocked') : 'ok',
    httpStatus: 200,
    model,
    requestedModel: view.model,
    usage,
    cost: price ? costOf(usage, price) : 0,
    tags,
    facts,
    trace: decision.trace,
    ...more,
  };
  return replayInputSchema.parse(JSON.parse(JSON.stringify(input)));
}

export const QUIET: ImpactOptions = { pause: async () => {}, cancelled: () => false, onProgress: () => {} };

export async function impact(draft: Graph, records: readonly ReplayInput[], models = lookup): Promise<Impact> {
  const result = await impactOf(always(compileGraph(draft)), records, models, QUIET);
  if (!result) throw new Error('It was cancelled.');
  return result;
}

export const countsOf = ({ buckets }: Impact): Partial<Record<BucketKind, number>> =>
  Object.fromEntries(buckets.filter(({ count }) => count > 0).map(({ kind, count }) => [kind, count]));

export const ask = (content: string, more: object = {}): Request => ({
  body: { model: 'sandbox/large', messages: [{ role: 'user', content }], ...more },
  tags: new Map(),
  now: Date.UTC(2026, 2, 2, 12),
});
export const nothingSaid = outsideSchema.parse({});
export const says = (said: object): Outside => outsideSchema.parse(said);

export const enter = ['request', {}] as const;
export const small = ['model', { model: 'sandbox/small', retries: 0 }] as const;
export const large = ['model', { model: 'sandbox/large', retries: 0 }] as const;
export const no = ['block', { message: 'No.' }] as const;

export const always =
  <T>(value: T) =>
  (): T =>
    value;
export const only = (model: readonly [string, object]): Graph => draw({ enter, model }, ['enter.next > model']);
export const sorting = (simpleBelow: number): Graph =>
  draw({ enter, sort: ['classify', { simpleBelow, complexFrom: 1 }], small, large }, [
    'enter.next > sort',
    'sort.simple > small',
    'sort.standard > large',
    'sort.complex > large',
  ]);
