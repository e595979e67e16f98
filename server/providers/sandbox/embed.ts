/** Simulated embeddings: the same vector for the same text, and near ones for texts that have words in common. */
import type { EmbeddingBody } from '../../../policies/embeddings.ts';
import type { Model } from '../../../policies/model.ts';
import { hashOf, tokensOf } from './reply.ts';

const DIMENSIONS = 256;
const MOST_DIMENSIONS = 4096;

/** Adds the vector of a word: pseudo-random signs, by the xorshift generator of 32 bits. */
function addWord(vector: Float32Array, word: string): void {
  let state = hashOf(word) || 1;
  for (let i = 0; i < vector.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    vector[i] = (vector[i] ?? 0) + (state & 1 ? 1 : -1);
  }
}

/** A vector of length 1. */
function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) addWord(vector, word);
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** The inputs one by one: a text as it is, tokens as their numbers. */
function inputsOf(input: EmbeddingBody['input']): { readonly text: string; readonly tokens: number }[] {
  const lists = typeof input === 'string' || typeof input[0] === 'number' ? [input] : input;
  return lists.map((one) => {
    if (typeof one === 'string') return { text: one, tokens: tokensOf(one) };
    const tokens = Array.isArray(one) ? one : [one];
    return { text: tokens.join(' '), tokens: tokens.length };
  });
}

/** The answer to a request for embeddings, as JSON. */
export function embed(body: EmbeddingBody, model: Model): object {
  const inputs = inputsOf(body.input);
  const dimensions = Math.min(MOST_DIMENSIONS, body.dimensions ?? DIMENSIONS);
  const data = inputs.map(({ text }, index) => {
    const vector = vectorOf(text, dimensions);
    const embedding =
      body.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : Array.from(vector);
    return { object: 'embedding', index, embedding };
  });
  const used = inputs.reduce((sum, { tokens }) => sum + tokens, 0);
  return { object: 'list', data, model: model.name, usage: { prompt_tokens: used, total_tokens: used } };
}
