/** Counts tokens with published tokenizers. Their vocabularies are megabytes: each is loaded when it is first needed. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Tokenizer } from '../../policies/model.ts';
import { type BytePairs, bytePairs, countTokens } from '../../policies/text/byte-pairs.ts';
import type { TokenCounter } from '../../policies/token-count.ts';

/** Characters of one request that are counted: about a million took a second and a half where they were hardest. */
const MOST_CHARACTERS = 1_000_000;

const VOCABULARIES = {
  o200k: async () => {
    const [ranks, patterns] = await Promise.all([
      import('gpt-tokenizer/bpeRanks/o200k_base'),
      import('gpt-tokenizer/encodingParams/constants'),
    ]);
    return bytePairs(ranks.default, patterns.O200K_TOKEN_SPLIT_REGEX);
  },
  cl100k: async () => {
    const [ranks, patterns] = await Promise.all([
      import('gpt-tokenizer/bpeRanks/cl100k_base'),
      import('gpt-tokenizer/encodingParams/constants'),
    ]);
    return bytePairs(ranks.default, patterns.CL100K_TOKEN_SPLIT_REGEX);
  },
} satisfies Record<Tokenizer, () => Promise<Generator<void, BytePairs>>>;

const loaded = new Map<Tokenizer, Promise<BytePairs>>();

/** Does the work in slices of less than a millisecond, and lets what else waits go first after each. */
async function inTurns<T>(work: Generator<void, T>): Promise<T> {
  for (;;) {
    const slice = work.next();
    if (slice.done) return slice.value;
    await nextTurn();
  }
}

function load(tokenizer: Tokenizer): Promise<BytePairs> {
  let loading = loaded.get(tokenizer);
  if (!loading) {
    loading = VOCABULARIES[tokenizer]().then(inTurns);
    loaded.set(tokenizer, loading);
  }
  return loading;
}

/** Counts texts off the hot path; null for more than a million characters, or where the tokenizer cannot be loaded. */
export const tokenCounter: TokenCounter = async (texts, tokenizer) => {
  if (texts.reduce((sum, text) => sum + text.length, 0) > MOST_CHARACTERS) return null;
  try {
    const tokens = await load(tokenizer);
    const counts: number[] = [];
    for (const text of texts) counts.push(await inTurns(countTokens(tokens, text)));
    return counts;
  } catch (error) {
    console.error(
      `Tokens could not be counted (${tokenizer}): ${error instanceof Error ? error.message : String(error)}`,
    );
    return null;
  }
};
