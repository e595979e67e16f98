/** A counter of tokens over published vocabularies, which whoever makes it knows how to load. */
import type { Tokenizer } from '../model.ts';
import type { TokenCounter } from '../token-count.ts';
import { type BytePairs, bytePairs, countTokens } from './byte-pairs.ts';

/** Tokens in the order of their ranks, and the pattern that splits a text into words. */
export interface Vocabulary {
  readonly tokens: Iterable<string | readonly number[] | undefined>;
  readonly words: RegExp;
}

export interface CountingHost {
  /** Vocabularies are megabytes: each is loaded when it is first needed. */
  readonly load: Readonly<Record<Tokenizer, () => Promise<Vocabulary>>>;
  /** Lets what else waits go first; called after each slice of less than a millisecond. */
  readonly pause: () => Promise<unknown>;
  /** Told why something could not be counted. */
  readonly report: (words: string) => void;
}

/** Characters of one request that are counted: about a million took a second and a half where they were hardest. */
const MOST_CHARACTERS = 1_000_000;

/** Makes a counter; it gives null for more than a million characters, or where the vocabulary cannot be loaded. */
export function tokenCounterOf({ load, pause, report }: CountingHost): TokenCounter {
  const loaded = new Map<Tokenizer, Promise<BytePairs>>();

  async function inTurns<T>(work: Generator<void, T>): Promise<T> {
    for (;;) {
      const slice = work.next();
      if (slice.done) return slice.value;
      await pause();
    }
  }

  function pairsOf(tokenizer: Tokenizer): Promise<BytePairs> {
    let loading = loaded.get(tokenizer);
    if (!loading) {
      loading = load[tokenizer]().then(({ tokens, words }) => inTurns(bytePairs(tokens, words)));
      loaded.set(tokenizer, loading);
      // A network that was away for a moment is asked again.
      loading.catch(() => loaded.delete(tokenizer));
    }
    return loading;
  }

  return async (texts, tokenizer) => {
    if (texts.reduce((sum, text) => sum + text.length, 0) > MOST_CHARACTERS) return null;
    try {
      const pairs = await pairsOf(tokenizer);
      const counts: number[] = [];
      for (const text of texts) counts.push(await inTurns(countTokens(pairs, text)));
      return counts;
    } catch (error) {
      report(`Tokens could not be counted (${tokenizer}): ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  };
}
