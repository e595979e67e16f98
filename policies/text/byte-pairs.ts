/**
 * Counts the tokens that a byte-pair tokenizer makes of a text, exactly. The pattern splits the text into words; each
 * word starts as single bytes, and the pair that stands first in the vocabulary is joined until none is left. A heap
 * finds that pair, so that a word of any length (a hundred thousand spaces are one) costs little more than its length.
 * All work is done in slices: the generators yield after each, so that whoever runs them can let others go first.
 */

/** What a tokenizer is made of. */
export interface BytePairs {
  /** The place in the vocabulary of every token; a token is written with one character for each of its bytes. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Splits a text into words; global. */
  readonly words: RegExp;
}

/** Words looked at or pairs joined in one slice: well below a millisecond of work once the code is warm. */
export const SLICE = 500;

const encoder = new TextEncoder();
/** Arguments that a function is given at once. */
const AT_ONCE = 4096;

/** The bytes of a text as UTF-8, one character for each. */
function bytesOf(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) continue;
    const bytes = encoder.encode(text);
    let written = '';
    for (let from = 0; from < bytes.length; from += AT_ONCE)
      written += String.fromCharCode(...bytes.subarray(from, from + AT_ONCE));
    return written;
  }
  return text;
}

/** Makes a tokenizer of its vocabulary in order: texts, and lists of bytes where they are no whole text. */
export function* bytePairs(
  vocabulary: Iterable<string | readonly number[] | undefined>,
  words: RegExp,
): Generator<void, BytePairs> {
  const ranks = new Map<string, number>();
  let rank = -1;
  for (const token of vocabulary) {
    rank += 1;
    if (rank % SLICE === 0) yield;
    if (token !== undefined)
      ranks.set(typeof token === 'string' ? bytesOf(token) : String.fromCharCode(...token), rank);
  }
  // A pattern remembers where it stands: this one is ours alone.
  return { ranks, words: new RegExp(words) };
}

/** Counts the tokens of a text. What looks like a special token is text like any other. */
export function* countTokens({ ranks, words }: BytePairs, text: string): Generator<void, number> {
  let tokens = 0;
  let at = 0;
  for (let seen = 1; at < text.length; seen++) {
    if (seen % SLICE === 0) yield;
    // Others use the same pattern between two slices.
    words.lastIndex = at;
    const word = words.exec(text)?.[0];
    if (word === undefined) break;
    at = words.lastIndex;
    const bytes = bytesOf(word);
    tokens += ranks.has(bytes) ? 1 : yield* joined(bytes, ranks);
  }
  return tokens;
}

/** Above every place in a vocabulary and every length of a text, so that a pair's rank and place fit into one number. */
const PLACES = 2 ** 32;
const NO_PAIR = -1;

/** How many tokens are left of a word when no more pairs can be joined. */
function* joined(word: string, ranks: ReadonlyMap<string, number>): Generator<void, number> {
  const length = word.length;
  // Of the token that begins at a byte: where the next and the one before begin, and the rank of its pair with the next.
  const next = new Int32Array(length + 1);
  const before = new Int32Array(length + 1);
  const pair = new Int32Array(length);
  const heap: number[] = [];
  const look = (at: number): void => {
    const second = next[at] ?? length;
    const rank = second < length ? ranks.get(word.slice(at, next[second])) : undefined;
    pair[at] = rank ?? NO_PAIR;
    if (rank !== undefined) push(heap, rank * PLACES + at);
  };
  for (let at = 0; at <= length; at++) {
    next[at] = at + 1;
    before[at] = at - 1;
  }
  for (let at = 0; at < length; at++) {
    if (at % SLICE === SLICE - 1) yield;
    look(at);
  }
  let tokens = length;
  let steps = 0;
  for (let first = pop(heap); first !== undefined; first = pop(heap)) {
    steps += 1;
    if (steps % SLICE === 0) yield;
    const at = first % PLACES;
    // A pair that was there before one of its two was joined with another.
    if (pair[at] !== Math.floor(first / PLACES)) continue;
    const second = next[at] ?? length;
    const after = next[second] ?? length;
    next[at] = after;
    before[after] = at;
    pair[second] = NO_PAIR;
    tokens -= 1;
    look(at);
    const last = before[at] ?? -1;
    if (last >= 0) look(last);
  }
  return tokens;
}

function push(heap: number[], value: number): void {
  let at = heap.length;
  heap.push(value);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const other = heap[above] ?? 0;
    if (other <= value) break;
    heap[at] = other;
    at = above;
  }
  heap[at] = value;
}

/** Takes the smallest out; undefined when there is none. */
function pop(heap: number[]): number | undefined {
  const smallest = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return smallest;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    let other = heap[below];
    if (other === undefined) break;
    const right = heap[below + 1];
    if (right !== undefined && right < other) {
      other = right;
      below += 1;
    }
    if (other >= last) break;
    heap[at] = other;
    at = below;
  }
  heap[at] = last;
  return smallest;
}
