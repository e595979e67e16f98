/** Models whose providers have reported more tokens than the bound of a request: their next holds are wider. */
import type { Model } from '../../policies/model.ts';
import type { Usage } from '../../policies/request.ts';

/** Room above the worst that was reported. */
const MARGIN = 1.1;
const WIDEST = 20;

export class Overruns {
  readonly #factors = new Map<string, number>();
  readonly #alarm: (words: string) => void;

  constructor(alarm: (words: string) => void) {
    this.#alarm = alarm;
  }

  /** The model with the factor that its bounds need now. */
  widened(model: Model): Model {
    if (this.#factors.size === 0) return model;
    const boundFactor = this.#factors.get(model.id);
    return boundFactor === undefined ? model : { ...model, boundFactor };
  }

  /**
   * Compares what a provider reported with the bound that was held for it, in tokens. Gives what there is to say of it;
   * null where the bound holds.
   */
  compare(request: string, model: Model, bound: Usage, reported: Usage): string | null {
    if (reported.inputTokens <= bound.inputTokens && reported.outputTokens <= bound.outputTokens) return null;
    const excess = Math.max(
      reported.inputTokens / Math.max(1, bound.inputTokens),
      reported.outputTokens / Math.max(1, bound.outputTokens),
    );
    const factor = Math.min(WIDEST, (model.boundFactor ?? 1) * excess * MARGIN);
    this.#factors.set(model.id, Math.max(factor, this.#factors.get(model.id) ?? 1));
    const words = `${model.id} reported ${reported.inputTokens} tokens of input and ${reported.outputTokens} of output for request ${request}, above the bound of ${bound.inputTokens} and ${bound.outputTokens}. It was settled as reported, and further holds for this model are ${factor.toFixed(2)} times as wide.`;
    this.#alarm(words);
    return words;
  }
}
