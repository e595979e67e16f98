/**
 * What a budget would have decided for other models than the recorded bound was taken over. A record keeps no text, so the
 * new bound is not known; but prices say between which two amounts it lies, and mostly both decide alike.
 */
import type { CallResult, HoldNeed, HoldResult } from './effects.ts';
import type { FactValue } from './facts.ts';
import { budgetsOf, decideHold, type HoldDecision } from './hold.ts';
import type { Model, ModelLookup, Price } from './model.ts';
import { lacks, mayUse } from './model-fit.ts';
import { dearestInput, dearestOutput } from './price.ts';
import type { Run } from './run.ts';
import { isPartUnseen } from './unseen.ts';

/** What is known of the recorded request. */
export interface HoldHistory {
  readonly facts: Readonly<Record<string, FactValue>>;
  /** The calls that were made for it. */
  readonly calls: readonly CallResult[];
  /** Today's prices. */
  readonly models: ModelLookup;
}

interface Range {
  readonly low: number;
  readonly high: number;
}
/** Lowest and highest rate of a token of input and of output, over all lengths of the input. */
interface Rates {
  readonly input: Range;
  readonly output: Range;
}

const rangeOf = (amounts: readonly number[]): Range => ({ low: Math.min(...amounts), high: Math.max(...amounts) });
const ONE: Range = { low: 1, high: 1 };

function ratesOf(model: Model, price: Price | null, unit: HoldResult['unit']): Rates | null {
  const factor = model.boundFactor ?? 1;
  const times = ({ low, high }: Range): Range => ({ low: low * factor, high: high * factor });
  if (unit === 'tokens') return { input: times(ONE), output: times(ONE) };
  if (!price) return null;
  return {
    // A record does not say of which kinds its tokens could have been: all that a token can cost is possible.
    input: times(rangeOf(price.flatMap((rate) => [rate.input, dearestInput(rate)]))),
    output: times(rangeOf(price.flatMap((rate) => [rate.output, dearestOutput(rate)]))),
  };
}

/** A share that is certain whatever the parts: nothing of nothing is nothing. */
const share = (part: number, whole: number): number => (part === 0 ? 0 : part / whole);

/**
 * The decision of a hold over other models, or with another limit of the answer; `outputBefore` is the limit that the
 * recorded bound was taken with. Null where the range is too wide to tell.
 */
export function decideOverOthers(
  found: HoldResult,
  need: HoldNeed,
  run: Run,
  outputBefore: number | null,
  history: HoldHistory,
): HoldDecision | null {
  if (!found.bounds || outputBefore === null || isPartUnseen(found)) return null;
  const outputNow = run.outputLimit ?? need.outputLimit;
  const scale = outputNow / outputBefore;
  const { unit } = found;
  const images = typeof history.facts['content.images'] === 'number' ? history.facts['content.images'] : 0;
  const find = (name: string): Model | undefined => history.models(name === 'asked' ? run.view.model : name);
  const added = run.instructions.reduce((sum, text) => sum + 3 * text.length + 16, 0);
  const sets = [
    { bound: found.bounds.within, names: found.within },
    { bound: found.bounds.warning, names: found.warning },
  ].map(({ bound, names }) => ({ bound, names, models: names.flatMap((name) => find(name) ?? []) }));

  const tokenizers = new Set(sets.flatMap(({ models }) => models.flatMap(({ tokenizer }) => tokenizer ?? [])));
  /** The tokenizer that has surely counted the recorded request; null where there is none. */
  const countedBy = found.counted === true && tokenizers.size === 1 ? [...tokenizers][0] : null;

  /** Whether the model could surely take the request, so that its cost was part of the recorded bound. */
  const surelyTook = (model: Model): boolean =>
    mayUse(model, run) &&
    (Object.values(model.supports).every(Boolean) ||
      history.calls.some((call) => call.model === model.id && call.failure !== 'unsupported'));
  /** Between which shares of what `before` could cost at most lies what `after` can. */
  const sharesOf = (after: Model, before: Model): Range => {
    // Tokens that were not counted then may be now, where the bytes do not fit: then the input may be next to nothing.
    const mayShrink = after.tokenizer !== null && after.tokenizer !== countedBy;
    if (after.id === before.id) return { low: mayShrink ? 0 : Math.min(1, scale), high: Math.max(1, scale) };
    const now = ratesOf(after, after.price, unit);
    const then = ratesOf(before, before.price, unit);
    if (!now || !then || (images > 0 && after.imageTokens !== before.imageTokens)) {
      return { low: 0, high: Number.POSITIVE_INFINITY };
    }
    // Counted tokens are fewer than bytes, which stand for those of a model without a tokenizer.
    const mayGrow = found.counted === true && before.tokenizer !== null && before.tokenizer !== after.tokenizer;
    const mayBeLess = mayShrink || (before.tokenizer !== after.tokenizer && after.tokenizer !== null);
    const least = Math.min(share(now.input.low, then.input.high), share(now.output.low, then.output.high) * scale);
    return {
      low: mayBeLess ? 0 : least,
      high: mayGrow
        ? Number.POSITIVE_INFINITY
        : Math.max(share(now.input.high, then.input.low), share(now.output.high, then.output.low) * scale),
    };
  };
  const rangeFor = (after: Model, rates: Rates): Range => {
    const unitsOf = (amount: number): number => (unit === 'tokens' ? amount : amount / 1_000_000);
    let low = 0;
    let high = Number.POSITIVE_INFINITY;
    for (const { bound, names, models } of sets) {
      if (bound === 0) continue;
      // One of them gave the bound; which one is not known, so the lowest of their shares is certain.
      if (models.length === names.length) {
        const least = bound * Math.min(...models.map((one) => sharesOf(after, one).low));
        if (Number.isFinite(least)) low = Math.max(low, least);
      }
      for (const one of models) {
        const counted = (one.id === after.id && !run.toolsRemoved) || surelyTook(one);
        if (counted) high = Math.min(high, bound * sharesOf(after, one).high);
      }
    }
    // The answer alone, at its full length, is part of the cost whatever the input is.
    return {
      low: Math.max(low, unitsOf(outputNow * rates.output.low)),
      high: high + unitsOf(added * rates.input.high),
    };
  };

  let unpriced = false;
  const boundOf = (names: readonly string[]): Range => {
    let low = 0;
    let high = 0;
    for (const model of names.flatMap((name) => find(name) ?? [])) {
      if (!mayUse(model, run) || lacks(model, run)) continue;
      const rates = ratesOf(model, model.price, unit);
      if (!rates) {
        unpriced = true;
        continue;
      }
      const range = rangeFor(model, rates);
      low = Math.max(low, range.low);
      high = Math.max(high, range.high);
    }
    return { low: Math.floor(low), high: Math.ceil(high) };
  };
  const within = boundOf(need.within);
  const warning = boundOf(need.warning);
  if (unpriced) return { port: 'exhausted', why: 'price_unknown', amount: 0, level: 0 };
  const { own, above } = budgetsOf(found);
  const least = decideHold(own, { within: within.low, warning: warning.low }, need.warnAt, above);
  const most = decideHold(own, { within: within.high, warning: warning.high }, need.warnAt, above);
  if (least.port !== most.port) return null;
  // What does not fit by its bytes is counted where that can be done, and the count was not recorded.
  const countable = [...need.within, ...need.warning].some((name) => find(name)?.tokenizer);
  if (found.counted === true || (countable && most.why === 'over_limit')) return null;
  return most.port === 'exhausted' ? least : most;
}
