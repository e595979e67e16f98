/**
 * The tokens of what a model reads of a request. They are bounded by bytes, since no byte-level tokenizer makes more
 * tokens than a text has UTF-8 bytes, and counted where that bound is too wide and the tokenizer is known.
 */
import type { Tokenizer } from './model.ts';
import { contentBytes } from './price.ts';
import type { RequestView } from './request.ts';
import type { Run } from './run.ts';
import { utf8Bytes } from './text-size.ts';

/** Counts the tokens of each text; null where they cannot be counted. Never rejects. */
export type TokenCounter = (texts: readonly string[], tokenizer: Tokenizer) => Promise<readonly number[] | null>;

interface Count {
  readonly tokens: number;
  /** The most that they can be in the place where they stand. */
  readonly bound: number;
}

/** What one tokenizer has counted of a request so far; a text that a node has changed since is not in it. */
export interface CountedInput {
  readonly texts: Map<string, Count>;
  /** What is not a text of its own, such as the definitions of tools, together. */
  readonly others: Count;
}

/** Texts that stand together are read as one: the token across their ends can make more of them, in trials up to three. */
const JOIN_TOKENS = 4;
/** Vendors write definitions of tools and schemas in a form of their own: each item of a list there can take four tokens for two here. */
const REWRITTEN = 2;

/** Letters and signs besides the texts, as the client wrote them. */
function otherText(view: RequestView): string {
  return view.others.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n');
}

function textsOf(run: Run): string[] {
  return [...run.view.slots.map((slot) => slot.text), ...run.instructions];
}

/** The most tokens that the content of a request can be: by what was counted of it, and by bytes for the rest. */
export function contentBound(run: Run, tokenizer: Tokenizer | null): number {
  const counted = tokenizer === null ? undefined : run.counted?.get(tokenizer);
  // An added instruction is a message of its own.
  let bound = 16 * run.instructions.length;
  if (!counted) {
    for (const text of run.instructions) bound += 3 * text.length;
    return bound + contentBytes(run.view);
  }
  for (const text of textsOf(run)) bound += counted.texts.get(text)?.bound ?? utf8Bytes(text);
  return bound + counted.others.bound;
}

/** Whether all that a model reads of the request has been counted. */
export function isCounted(run: Run, tokenizer: Tokenizer): boolean {
  const counted = run.counted?.get(tokenizer);
  return counted !== undefined && textsOf(run).every((text) => counted.texts.has(text));
}

/** The tokens of the content, without what a protocol adds; null where not all of it has been counted. */
export function countedTokens(run: Run, tokenizer: Tokenizer): number | null {
  const counted = run.counted?.get(tokenizer);
  if (!counted) return null;
  let tokens = counted.others.tokens + (run.view.tokens ?? 0);
  for (const text of textsOf(run)) {
    const count = counted.texts.get(text);
    if (!count) return null;
    tokens += count.tokens;
  }
  return tokens;
}

/** Counts what has not been counted yet of the request as it stands; what cannot be counted stays bounded by bytes. */
export async function countInput(run: Run, tokenizers: Iterable<Tokenizer>, counter: TokenCounter): Promise<void> {
  for (const tokenizer of tokenizers) {
    const known = run.counted?.get(tokenizer);
    const texts = [...new Set(textsOf(run))].filter((text) => !known?.texts.has(text));
    const counts = await counter(known ? texts : [...texts, otherText(run.view)], tokenizer);
    if (!counts) continue;
    const counted = known ?? { texts: new Map<string, Count>(), others: countOfOthers(run.view, counts.at(-1) ?? 0) };
    for (const [i, text] of texts.entries()) {
      const tokens = counts[i] ?? 0;
      counted.texts.set(text, { tokens, bound: Math.min(utf8Bytes(text), tokens + JOIN_TOKENS) });
    }
    run.counted ??= new Map();
    run.counted.set(tokenizer, counted);
  }
}

function countOfOthers(view: RequestView, tokens: number): Count {
  return { tokens, bound: Math.min(view.otherBytes, REWRITTEN * tokens) };
}
