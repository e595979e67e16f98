/** Puts redacted values back into a response: in the pieces of its texts, and in the whole texts that later events repeat. */
import type { Placeholders } from '../../policies/text/placeholders.ts';
import { createRestorer } from '../../policies/text/restore.ts';
import { isObject, type JsonObject } from './json-value.ts';

/** Members whose text is itself JSON, in which values have to be escaped. */
const JSON_MEMBERS = new Set(['arguments']);

/** The value with all its texts restored; the very same where nothing was to be restored. */
export function restoreWithin(value: unknown, placeholders: Placeholders, member = ''): unknown {
  if (typeof value === 'string') {
    return JSON_MEMBERS.has(member) ? placeholders.restoreInJson(value) : placeholders.restore(value);
  }
  if (Array.isArray(value)) {
    const restored = value.map((one) => restoreWithin(one, placeholders, member));
    return restored.some((one, i) => one !== value[i]) ? restored : value;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const restored = Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const now = restoreWithin(one, placeholders, name);
      changed ||= now !== one;
      return [name, now];
    }),
  );
  return changed ? restored : value;
}

interface Held {
  readonly restorer: ReturnType<typeof createRestorer>;
  readonly outputIndex: unknown;
  /** The last piece, in whose likeness the rest is sent. */
  last: JsonObject;
}

/** What belongs to one text: the kind of its events, its item and its place there. */
function keyOf(kind: string, event: JsonObject): string {
  return [kind, event.output_index, event.content_index, event.summary_index].join(' ');
}

/** Restores the texts of one stream, each of which comes in pieces. */
export class PieceRestorer {
  readonly #placeholders: Placeholders;
  readonly #held = new Map<string, Held>();

  constructor(placeholders: Placeholders) {
    this.#placeholders = placeholders;
  }

  /** The piece as it can be passed on; what may begin a placeholder is held back for the next. `kind` has no `.delta`. */
  piece(kind: string, event: JsonObject, text: string): JsonObject {
    const key = keyOf(kind, event);
    let held = this.#held.get(key);
    if (!held) {
      const restorer = createRestorer(this.#placeholders, { json: kind.endsWith('arguments') });
      held = { restorer, outputIndex: event.output_index, last: event };
      this.#held.set(key, held);
    }
    held.last = event;
    const restored = held.restorer.push(text);
    return restored === text ? event : { ...event, delta: restored };
  }

  /** Pieces with what is still held back of the texts that this event ends: one text, all of an item, or all. */
  ending(event: JsonObject): JsonObject[] {
    if (this.#held.size === 0) return [];
    const type = String(event.type);
    if (type === 'response.completed' || type === 'response.incomplete') return this.#flush(() => true);
    if (type === 'response.output_item.done') {
      return this.#flush((held) => held.outputIndex === event.output_index);
    }
    if (!type.endsWith('.done')) return [];
    const key = keyOf(type.slice(0, -'.done'.length), event);
    return this.#flush((_, name) => name === key);
  }

  #flush(ends: (held: Held, key: string) => boolean): JsonObject[] {
    const pieces: JsonObject[] = [];
    for (const [key, held] of this.#held) {
      if (!ends(held, key)) continue;
      this.#held.delete(key);
      const rest = held.restorer.flush();
      if (rest === '') continue;
      const { obfuscation: _, ...like } = held.last;
      pieces.push({ ...like, delta: rest, ...(Array.isArray(like.logprobs) ? { logprobs: [] } : {}) });
    }
    return pieces;
  }
}
