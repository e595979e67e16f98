/** Which models can take a request, and what it can cost at most. */
import type { HoldNeed, HoldResult } from './effects.ts';
import { allowsModel } from './key-limits.ts';
import type { Model, ModelLookup } from './model.ts';
import { costBound, inputTokenBound, usageBound } from './price.ts';
import type { Needs, Usage } from './request.ts';
import type { Run } from './run.ts';
import { utf8Bytes } from './text-size.ts';
import { contentBound } from './token-count.ts';

const NEED_WORDS: Record<keyof Needs, string> = {
  tools: 'tools',
  images: 'images',
  audio: 'audio',
  files: 'files',
  jsonSchema: 'answers by a JSON schema',
};

/** What a request uses as it stands: tools that a node removed are no need any more. */
function needsOf(run: Run): Needs {
  return run.toolsRemoved ? { ...run.view.needs, tools: false } : run.view.needs;
}

/** Why a model cannot take the request, in words; null when it can. */
export function lacks(model: Model, run: Run): string | null {
  if (run.view.endpoint === 'embeddings') return lacksEmbeddings(model, run);
  if (model.embeddings === 'only') return `${model.id} makes embeddings and nothing else`;
  const needs = needsOf(run);
  for (const need of Object.keys(NEED_WORDS) as (keyof Needs)[]) {
    if (needs[need] && !model.supports[need]) return `${model.id} does not take ${NEED_WORDS[need]}`;
  }
  return null;
}

function lacksEmbeddings(model: Model, run: Run): string | null {
  if (model.embeddings === undefined) return `${model.id} does not make embeddings`;
  return run.instructions.length > 0 ? 'the policy adds instructions, which only a chat can have' : null;
}

/**
 * The most that the request can use of a model. Output is the limit in force, else `outputLimit`; `content` is the bound on
 * the tokens of what was written.
 */
export function boundFor(
  run: Run,
  model: Model,
  outputLimit: number,
  content = contentBound(run, model.tokenizer),
): Usage {
  const usage = usageBound(run.view, model, run.outputLimit ?? outputLimit, content);
  const factor = model.boundFactor ?? 1;
  if (factor === 1) return usage;
  return {
    ...usage,
    inputTokens: Math.ceil(usage.inputTokens * factor),
    outputTokens: Math.ceil(usage.outputTokens * factor),
  };
}

/** The model that a node names, "asked" being the one that the request names. */
export function modelNamed(name: string, run: Run, lookup: ModelLookup): Model | undefined {
  return lookup(name === 'asked' ? run.view.model : name);
}

/** Whether the key of the request may use a model. */
export const mayUse = (model: Model, run: Run): boolean =>
  run.allowedModels === null || allowsModel(run.allowedModels, model.id);

/** The model that a node names where there is one, the key may use it, and it can take the request. */
export function usableModel(name: string, run: Run, lookup: ModelLookup): Model | null {
  const model = modelNamed(name, run, lookup);
  return model && mayUse(model, run) && !lacks(model, run) ? model : null;
}

/** What a request could take at most by one port of a budget node, in the budget's unit. */
interface PortBound {
  readonly amount: number;
  /** There are models that can take the request, and each of them declares its tokenizer. */
  readonly declared: boolean;
}

/**
 * What the request could cost at most by each port of a budget node, over the models that the port can reach and that can
 * take it; or why that cannot be told. `content` is the bound on the tokens of what was written, where it is not to be that
 * of the request.
 */
export function holdBounds(
  need: HoldNeed,
  unit: 'usd' | 'tokens',
  run: Run,
  lookup: ModelLookup,
  content?: number,
): { readonly within: PortBound; readonly warning: PortBound } | HoldResult['why'] {
  if (run.view.unbounded.length > 0 && !need.allowEstimate) return 'cost_unbounded';
  let unpriced = false;
  const dearest = (names: readonly string[]): PortBound => {
    let amount = 0;
    let models = 0;
    let declaring = 0;
    for (const name of names) {
      const model = usableModel(name, run, lookup);
      if (!model) continue;
      models += 1;
      if (model.tokenizer !== null) declaring += 1;
      if (unit === 'tokens') {
        const bound = boundFor(run, model, need.outputLimit, content);
        amount = Math.max(amount, bound.inputTokens + bound.outputTokens);
      } else if (model.price) {
        amount = Math.max(amount, costBound(boundFor(run, model, need.outputLimit, content), model.price));
      } else unpriced = true;
    }
    return { amount, declared: models > 0 && models === declaring };
  };
  const bounds = { within: dearest(need.within), warning: dearest(need.warning) };
  return unpriced ? 'price_unknown' : bounds;
}

/** Writes a budget's own output limit into the request when the app has set none, so that the bound holds. */
export function applyOutputLimit(need: HoldNeed, run: Run): void {
  if (run.outputLimit !== null) return;
  run.outputLimit = need.outputLimit;
  run.outputLimitChanged = true;
  run.changed();
}

/** Whether the input alone is longer than the model reads; decided on the estimate, so that only clear cases are refused. */
export function tooLong(run: Run, model: Model): boolean {
  const { contextTokens } = model;
  if (contextTokens === null) return false;
  const { view } = run;
  // Each text of a list for embeddings is read by itself.
  if (view.endpoint === 'embeddings') return view.slots.some(({ text }) => utf8Bytes(text) / 4 > contextTokens);
  return inputTokenBound(view, { imageTokens: 0 }) / 4 > contextTokens;
}
