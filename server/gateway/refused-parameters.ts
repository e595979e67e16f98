/** What a model of an account has refused in requests of late, so that not every request hears the same refusal again. */
import type { Model } from '../../policies/model.ts';
import type { Endpoint } from '../../policies/request.ts';
import { type LeastBody, withoutRefused } from '../wire/lacking.ts';

/** A vendor may take tomorrow what it refuses today: after this time it is asked again. */
const REMEMBERED_MS = 3_600_000;
const MOST_REMEMBERED = 50;

/** A model of an account. Times are milliseconds of a clock that never goes back. */
export class RefusedParameters {
  /** Until when each is remembered; the first remembered first. */
  readonly #until = new Map<string, number>();
  #model = '';

  /** Remembers what a refusal was clear about, as `withoutLacking` names it. */
  note(refused: string, model: Model, now: number): void {
    this.#forgetOther(model);
    this.#until.delete(refused);
    this.#until.set(refused, now + REMEMBERED_MS);
    if (this.#until.size <= MOST_REMEMBERED) return;
    const first = this.#until.keys().next();
    if (!first.done) this.#until.delete(first.value);
  }

  /** A body without what the model has refused; null where it can be sent as it is. */
  without(body: Buffer, endpoint: Endpoint, model: Model, now: number): LeastBody | null {
    if (this.#until.size === 0) return null;
    this.#forgetOther(model);
    for (const [refused, until] of this.#until) if (until <= now) this.#until.delete(refused);
    return this.#until.size === 0 ? null : withoutRefused(body, endpoint, (refused) => this.#until.has(refused));
  }

  /** Under the same name another model may be called now. */
  #forgetOther({ label, contextTokens, tokenizer, supports }: Model): void {
    const is = JSON.stringify([label, contextTokens, tokenizer, supports]);
    if (is !== this.#model) this.#until.clear();
    this.#model = is;
  }
}
