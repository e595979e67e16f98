/** Puts redacted values back into what a model wrote, piece by piece. */
import type { Placeholders } from '../../policies/text/placeholders.ts';
import { createRestorer } from '../../policies/text/restore.ts';
import { type MessageText, textsOf } from './chat-message.ts';
import type { JsonObject } from './json-value.ts';

interface Held {
  readonly restorer: ReturnType<typeof createRestorer>;
  readonly wrap: MessageText['wrap'];
}

/** One choice of an answer: its content and the arguments of each call are texts of their own. */
export class ChoiceRestorer {
  readonly #placeholders: Placeholders;
  readonly #held = new Map<string, Held>();

  constructor(placeholders: Placeholders) {
    this.#placeholders = placeholders;
  }

  /**
   * Replaces placeholders in the texts of `message` where they stand; a beginning of one at the end of a text is held
   * back for the next piece unless this is the last. Answers whether anything was changed.
   */
  apply(message: JsonObject, last: boolean): boolean {
    let changed = false;
    for (const { text, holder, field, key, isJson, wrap } of textsOf(message)) {
      let held = this.#held.get(key);
      if (!held) {
        held = { restorer: createRestorer(this.#placeholders, { json: isJson }), wrap };
        this.#held.set(key, held);
      }
      let restored = held.restorer.push(text);
      if (last) restored += held.restorer.flush();
      if (restored === text) continue;
      Reflect.set(holder, field, restored);
      changed = true;
    }
    return changed;
  }

  /** Deltas with what is still held back; nothing is afterwards. */
  flush(): JsonObject[] {
    const deltas: JsonObject[] = [];
    for (const { restorer, wrap } of this.#held.values()) {
      const rest = restorer.flush();
      if (rest !== '') deltas.push(wrap(rest));
    }
    return deltas;
  }
}
