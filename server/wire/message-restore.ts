/** Puts redacted values back into a message. Thoughts are left as they are: they are signed, and sent back by the client. */
import type { Placeholders } from '../../policies/text/placeholders.ts';
import { createRestorer } from '../../policies/text/restore.ts';
import { isObject, type JsonObject } from './json-value.ts';

/** One block of a stream: a text, or the arguments of one call. */
export class BlockRestorer {
  readonly #placeholders: Placeholders;
  #held: { readonly field: 'text' | 'partial_json'; readonly restorer: ReturnType<typeof createRestorer> } | null =
    null;

  constructor(placeholders: Placeholders) {
    this.#placeholders = placeholders;
  }

  /** Replaces placeholders in a piece where they stand, holding back what may begin one. Answers whether it was changed. */
  apply(delta: JsonObject): boolean {
    // What is quoted comes whole.
    if (isObject(delta.citation)) return restoreMembers(delta, this.#placeholders);
    const field = typeof delta.partial_json === 'string' ? 'partial_json' : 'text';
    const text = delta[field];
    if (typeof text !== 'string') return false;
    this.#held ??= { field, restorer: createRestorer(this.#placeholders, { json: field === 'partial_json' }) };
    const restored = this.#held.restorer.push(text);
    if (restored === text) return false;
    Reflect.set(delta, field, restored);
    return true;
  }

  /** A piece with what is still held back; null where nothing is. */
  flush(): JsonObject | null {
    const rest = this.#held?.restorer.flush() ?? '';
    if (!this.#held || rest === '') return null;
    const { field } = this.#held;
    return { type: field === 'text' ? 'text_delta' : 'input_json_delta', [field]: rest };
  }
}

/** Restores whole blocks where they stand. Answers whether anything was changed. */
export function restoreBlocks(blocks: readonly JsonObject[], placeholders: Placeholders): boolean {
  let changed = false;
  for (const block of blocks) {
    if (block.type === 'thinking' || block.type === 'redacted_thinking') continue;
    if (restoreMembers(block, placeholders)) changed = true;
  }
  return changed;
}

/** Restores every text within an object: no name, id or sealed text has the shape of a placeholder. */
function restoreMembers(object: JsonObject, placeholders: Placeholders): boolean {
  let changed = false;
  const restored = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const text = placeholders.restore(value);
      changed ||= text !== value;
      return text;
    }
    if (Array.isArray(value)) return value.map(restored);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, restored(one)]));
  };
  for (const [name, value] of Object.entries(object)) Reflect.set(object, name, restored(value));
  return changed;
}
