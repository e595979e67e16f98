import fc from 'fast-check';
import cl100kVocabulary from 'gpt-tokenizer/bpeRanks/cl100k_base';
import o200kVocabulary from 'gpt-tokenizer/bpeRanks/o200k_base';
import cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import o200k from 'gpt-tokenizer/encoding/o200k_base';
import { CL100K_TOKEN_SPLIT_REGEX, O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { describe, expect, it } from 'vitest';
import { bytePairs, countTokens, SLICE } from '../../policies/text/byte-pairs.ts';
import { utf8Bytes } from '../../policies/text-size.ts';

/** Does the work of a generator, and says in how many slices. */
function done<T>(work: Generator<void, T>): { readonly result: T; readonly slices: number } {
  for (let slices = 1; ; slices++) {
    const slice = work.next();
    if (slice.done) return { result: slice.value, slices };
  }
}

const tokenizers = {
  o200k: { own: done(bytePairs(o200kVocabulary, O200K_TOKEN_SPLIT_REGEX)).result, library: o200k },
  cl100k: { own: done(bytePairs(cl100kVocabulary, CL100K_TOKEN_SPLIT_REGEX)).result, library: cl100k },
};
const asText = { disallowedSpecial: new Set<string>() };

const run = fc.tuple(fc.constantFrom(' ', '\n', 'a', 'A', '=', '0', '字', 'é', '😀', ' \n', 'ab'), fc.nat(60));
/** No byte order marks: gpt-tokenizer misses the tokens that its own vocabulary has for them. */
const anyText = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('a', 'b', 'E', ' ', "'s", '\n', '1', '的', '人', '\ud800', '👩‍🚀', '<|endoftext|>'),
    }),
    fc.array(run, { maxLength: 8 }).map((runs) => runs.map(([unit, times]) => unit.repeat(times)).join('')),
  )
  .map((text) => text.replaceAll('\ufeff', ''));

describe.each(['o200k', 'cl100k'] as const)('the count of %s', (name) => {
  const { own, library } = tokenizers[name];
  const count = (text: string): number => done(countTokens(own, text)).result;

  it('is that of gpt-tokenizer for any text, and never above its bytes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tokens = count(text);
        expect(tokens).toBe(library.countTokens(text, asText));
        expect(tokens).toBeLessThanOrEqual(utf8Bytes(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the tokens of a byte order mark', () => {
    expect(count('\ufeff')).toBe(1);
    expect(count('\ufeffusing')).toBe(1);
    expect(count('a\ufeffb')).toBe(3);
  });

  it('takes special tokens for the text that they are', () => {
    expect(count('a <|endoftext|> b <|im_start|>')).toBe(library.countTokens('a <|endoftext|> b <|im_start|>', asText));
    expect(count('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('takes time in proportion for a word of a hundred thousand letters, in slices', () => {
    for (const unit of [' ', 'a', '=', 'ab']) {
      const { result, slices } = done(countTokens(own, unit.repeat(100_000 / unit.length)));
      expect(result).toBeLessThan(60_000);
      // Every byte is looked at once, and no more than two pairs come up for each that is joined.
      expect(slices).toBeLessThanOrEqual((4 * 100_000) / SLICE + 2);
      expect(slices).toBeGreaterThan(100_000 / SLICE);
    }
    // The longest tokens of spaces are far longer than one.
    expect(count(' '.repeat(100_000))).toBeLessThan(2000);
  });

  it('is right for two texts that are counted in turns', () => {
    const texts = ['one two three '.repeat(2000), 'vier fünf sechs '.repeat(2000)];
    const works = texts.map((text) => countTokens(own, text));
    const counts = new Map<string, number>();
    while (counts.size < works.length) {
      for (const [i, work] of works.entries()) {
        const slice = work.next();
        if (slice.done) counts.set(texts[i] ?? '', counts.get(texts[i] ?? '') ?? slice.value);
      }
    }
    for (const text of texts) expect(counts.get(text)).toBe(library.countTokens(text, asText));
  });
});
