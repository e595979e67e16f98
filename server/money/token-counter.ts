/** Counts tokens with published tokenizers, off the hot path. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { tokenCounterOf } from '../../policies/text/token-counter.ts';

export const tokenCounter = tokenCounterOf({
  load: {
    o200k: async () => {
      const [ranks, patterns] = await Promise.all([
        import('gpt-tokenizer/bpeRanks/o200k_base'),
        import('gpt-tokenizer/encodingParams/constants'),
      ]);
      return { tokens: ranks.default, words: patterns.O200K_TOKEN_SPLIT_REGEX };
    },
    cl100k: async () => {
      const [ranks, patterns] = await Promise.all([
        import('gpt-tokenizer/bpeRanks/cl100k_base'),
        import('gpt-tokenizer/encodingParams/constants'),
      ]);
      return { tokens: ranks.default, words: patterns.CL100K_TOKEN_SPLIT_REGEX };
    },
  },
  pause: () => nextTurn(),
  report: (words) => console.error(words),
});
