/** The blocks of a message that a model writes, whole or in pieces. */
import { isObject, type JsonObject, listOf, parseJson } from './json-value.ts';
import type { KeptText } from './kept-text.ts';

/** A block of a stream as far as it has come. */
export interface BlockSoFar {
  /** What the model has written in it: text, thoughts, or the arguments of a call as JSON. */
  text: string;
  /** Takes a piece, and gives the text that it adds. */
  add(delta: JsonObject): string;
  /** The block in the shape of one that came whole. */
  whole(): JsonObject;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The block that an event has begun, of an answer of which so much is `kept`. */
export function beginBlock(block: JsonObject, kept: KeptText): BlockSoFar {
  const fields: Record<string, unknown> = { ...block };
  const name = block.type === 'thinking' ? 'thinking' : 'text';
  const so: BlockSoFar = {
    text: textOf(block[name]),
    add(delta) {
      if (typeof delta.signature === 'string') fields.signature = delta.signature;
      if (delta.type === 'citations_delta') fields.citations = [...listOf(fields.citations), delta.citation];
      const more = textOf(delta.text) || textOf(delta.partial_json) || textOf(delta.thinking);
      so.text = kept.join(so.text, more);
      return more;
    },
    whole() {
      if (block.type === 'text' || block.type === 'thinking') return { ...fields, [name]: so.text };
      return so.text === '' ? fields : { ...fields, input: parseJson(so.text) ?? so.text };
    },
  };
  return so;
}

/** Blocks in their order, in the shape of those that came whole. */
export function assembledBlocks(blocks: ReadonlyMap<number, BlockSoFar>): JsonObject[] {
  return [...blocks].sort(([a], [b]) => a - b).map(([, block]) => block.whole());
}

/** What a model has written in whole blocks: texts, thoughts, and the arguments of calls as JSON. */
export function writtenTexts(blocks: readonly JsonObject[]): string[] {
  return blocks.flatMap((block) => {
    const text =
      textOf(block.text) || textOf(block.thinking) || (isObject(block.input) ? JSON.stringify(block.input) : '');
    return text === '' ? [] : [text];
  });
}
