/** The items of a response that a model writes, whole or in pieces. */
import { isObject, type JsonObject, listOf } from './json-value.ts';
import type { KeptText } from './kept-text.ts';

/** Where the text of each kind of piece stands in its item: in a part of a list, or in a member of the item itself. */
interface Place {
  readonly list: 'content' | 'summary' | null;
  readonly type: string;
  readonly field: string;
}

const PLACES: Readonly<Record<string, Place>> = {
  'response.output_text': { list: 'content', type: 'output_text', field: 'text' },
  'response.refusal': { list: 'content', type: 'refusal', field: 'refusal' },
  'response.reasoning_text': { list: 'content', type: 'reasoning_text', field: 'text' },
  'response.reasoning_summary_text': { list: 'summary', type: 'summary_text', field: 'text' },
  'response.function_call_arguments': { list: null, type: '', field: 'arguments' },
  'response.mcp_call_arguments': { list: null, type: '', field: 'arguments' },
  'response.custom_tool_call_input': { list: null, type: '', field: 'input' },
  'response.code_interpreter_call_code': { list: null, type: '', field: 'code' },
};

/** Whether pieces of this kind are text that the model writes; others are sound or pictures. */
export function isText(kind: string): boolean {
  return Object.hasOwn(PLACES, kind);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a model has written in a whole item. */
export function textsOfItem(item: JsonObject): string[] {
  const parts = [...listOf(item.summary), ...listOf(item.content)].filter(isObject);
  return [
    ...parts.map((part) => textOf(part.text) || textOf(part.refusal)),
    textOf(item.arguments),
    textOf(item.input),
    textOf(item.code),
  ].filter((text) => text !== '');
}

/** Puts the pieces of a streamed item together. */
export class ItemSoFar {
  #item: JsonObject;
  #whole = false;
  readonly #texts = new Map<string, { readonly place: Place; text: string }>();

  readonly #kept: KeptText;

  /** `kept` is of the whole answer. */
  constructor(item: JsonObject, kept: KeptText) {
    this.#item = item;
    this.#kept = kept;
  }

  add(kind: string, position: number, text: string): void {
    const place = PLACES[kind];
    if (!place || this.#whole) return;
    const key = `${place.list} ${position}`;
    const so = this.#texts.get(key);
    if (so) so.text = this.#kept.join(so.text, text);
    else this.#texts.set(key, { place, text: this.#kept.join('', text) });
  }

  /** The item has come whole, which says all that the pieces have said. */
  replace(item: JsonObject): void {
    this.#item = item;
    this.#whole = true;
  }

  toJson(): JsonObject {
    if (this.#whole || this.#texts.size === 0) return this.#item;
    const lists: Record<string, object[]> = {};
    const fields: Record<string, unknown> = {};
    for (const { place, text } of this.#texts.values()) {
      if (place.list === null) fields[place.field] = text;
      else {
        lists[place.list] ??= [];
        lists[place.list]?.push({ type: place.type, [place.field]: text });
      }
    }
    return { ...this.#item, ...lists, ...fields };
  }
}
