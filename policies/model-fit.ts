/** Which models can take a request, and what it can cost at most. */
import type { HoldBounds } from './budget.ts';
import type { HoldNeed, HoldResult } from './effects.ts';
import type { Model, ModelLookup } from './model.ts';
import { costBound, inputTokenBound, usageBound } from './price.ts';
import type { Needs, Usage } from './request.ts';
import type { Run } from './run.ts';

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
  const needs = needsOf(run);
  for (const need of Object.keys(NEED_WORDS) as (keyof Needs)[]) {
    if (needs[need] && !model.supports[need]) return `${model.id} does not take ${NEED_WORDS[need]}`;
  }
  return null;
}

/** The most that the request can use of a model. Output is the limit in force, else `outputLimit`. */
export function boundFor(run: Run, model: Model, outputLimit: number): Usage {
  const usage = usageBound(run.view, model, run.outputLimit ?? outputLimit);
  // An added instruction is a message of its own.
  let inputTokens = usage.inputTokens;
  for (const text of run.instructions) inputTokens += 3 * text.length + 16;
  const factor = model.boundFactor ?? 1;
  if (factor === 1) return { ...usage, inputTokens };
  return {
    ...usage,
    inputTokens: Math.ceil(inputTokens * factor),
    outputTokens: Math.ceil(usage.outputTokens * factor),
  };
}

/** The model that a node names, "asked" being the one that the request names. */
export function modelNamed(name: string, run: Run, lookup: ModelLookup): Model | undefined {
  return lookup(name === 'asked' ? run.view.model : name);
}

/**
 * What the request could cost at most by each port of a budget node, over the models that the port can reach and that can
 * take it; or why that cannot be told.
 */
export function holdBounds(
  need: HoldNeed,
  unit: 'usd' | 'tokens',
  run: Run,
  lookup: ModelLookup,
): HoldBounds | HoldResult['why'] {
  if (run.view.unbounded.length > 0 && !need.allowEstimate) return 'cost_unbounded';
  let unpriced = false;
  const dearest = (names: readonly string[]): number => {
    let most = 0;
    for (const name of names) {
      const model = modelNamed(name, run, lookup);
      if (!model || lacks(model, run)) continue;
      if (unit === 'tokens') {
        const bound = boundFor(run, model, need.outputLimit);
        most = Math.max(most, bound.inputTokens + bound.outputTokens);
      } else if (model.price) most = Math.max(most, costBound(boundFor(run, model, need.outputLimit), model.price));
      else unpriced = true;
    }
    return most;
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
  return model.contextTokens !== null && inputTokenBound(run.view, { imageTokens: 0 }) / 4 > model.contextTokens;
}
