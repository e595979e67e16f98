import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MATHS, NEWLINE, OPENING } from '../../../policies/text/letters.ts';
import { Lexicon } from '../../../policies/text/lexicon.ts';
import { HINT, PHRASES, phraseIndex, placeOf } from '../../../policies/text/phrases.ts';
import { LONGEST_READ, plainOf } from '../../../policies/text/plain.ts';
import { questionFormOf } from '../../../policies/text/reading.ts';
import prompts from './prompts.json' with { type: 'json' };

const found = (text: string) => plainOf(text).phrases.map((finding) => PHRASES[phraseIndex(finding)]?.words);

/** The phrases in a plain text, word by word: slow, and plainly right. */
function foundWordByWord(plain: string): string[] {
  const words = [...plain.matchAll(/[a-z0-9]+(?:-[a-z0-9]+)*/g)];
  return words.flatMap(({ index }, at) =>
    PHRASES.filter((phrase) => {
      const wanted = phrase.words.replace('*', '').split(' ');
      return wanted.every((word, i) => {
        const there = words[at + i]?.[0] ?? '';
        return phrase.words.endsWith('*') && i === wanted.length - 1 ? there.startsWith(word) : there === word;
      });
    }).map((phrase) => `${index} ${phrase.words}`),
  );
}

const sentence = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom(...PHRASES.map((phrase) => phrase.words.replace('*', 'x'))),
        fc.constantFrom('a', 'step', 'big-', 'x2', 'Straße', '-', 'no'),
        fc.string({ unit: 'grapheme', maxLength: 6 }),
      ),
      fc.constantFrom(' ', ', ', '\n', '-', '  ', '. ', '’', '\n\n', '? '),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.flat().join(''));

describe('a text in its plain form', () => {
  it.each([
    ['Où est l’ÉCOLE ?', "ou est l'ecole ?"],
    ['Größe', 'grosse'],
    ['e\u0301te\u0301', 'ete'],
    ['  two\t\u00a0words \r\n next ', 'two words\nnext'],
    ['a\n \n\n\nb', 'a\n\nb'],
    ['２ ＋ ２？', '2 + 2?'],
    ['Look:\n```js\nlet a = 1;\n```\nWhy?', 'look:\n\nwhy?'],
    ['Look: ```never closed', 'look: ```never closed'],
    ['😀 ok', '\u007f ok'],
  ])('%j is %j', (text, plain) => {
    expect(plainOf(text).text).toBe(plain);
  });

  it('is tidy ASCII for any text', () => {
    const any = fc.oneof(sentence, fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(any, (text) => {
        const plain = plainOf(text).text;
        const signs = new Set([OPENING, MATHS, NEWLINE]);
        for (const sign of plain) expect(sign >= ' ' ? sign < '\u0080' : signs.has(sign.charCodeAt(0))).toBe(true);
        expect(plain).not.toMatch(/^\s|\s$| {2}|\n{3}| \n|\n /);
        expect(plain).not.toMatch(/[A-Z]/);
      }),
    );
  });

  it('is the same whatever was read before', () => {
    fc.assert(
      fc.property(fc.constantFrom(...prompts), fc.constantFrom(...prompts), (a, b) => {
        const first = plainOf(a.prompt);
        plainOf(b.prompt);
        expect(plainOf(a.prompt)).toEqual(first);
      }),
    );
  });

  it('of the longest sample in the widest letters is read whole', () => {
    expect(plainOf('ß'.repeat(LONGEST_READ)).text).toBe('ss'.repeat(LONGEST_READ));
    expect(plainOf('第'.repeat(LONGEST_READ)).dense).toBe(LONGEST_READ);
    expect(plainOf('a\n'.repeat(LONGEST_READ / 2)).text).toHaveLength(LONGEST_READ - 1);
  });
});

describe('phrases in a text', () => {
  it.each([
    ['Prove it.', 'prove'],
    ['PROVE IT', 'prove'],
    ['Begründe das.', 'begrunde'],
    ['root\n  cause', 'root cause'],
    ['I don’t know', 'don t'],
    ['the trade-offs', 'trade-off*'],
    ['hypotheses', 'hypothes*'],
    ['which of the following', 'which of the following'],
  ])('%j holds "%s"', (text, phrase) => {
    expect(found(text)).toContain(phrase);
  });

  it.each(['improved', 'prove-it', 'proverb', 'root of the cause', 'wellhypothesis'])('%j holds none', (text) => {
    expect(found(text).filter((phrase) => phrase !== 'cause')).toEqual([]);
  });

  it('are those that a comparison word by word finds', () => {
    const text = fc.oneof(sentence, fc.constantFrom(...prompts.map(({ prompt }) => prompt)));
    fc.assert(
      fc.property(text, (written) => {
        const plain = plainOf(written);
        const those = plain.phrases.map((finding) => `${placeOf(finding)} ${PHRASES[phraseIndex(finding)]?.words}`);
        expect(those.sort()).toEqual(foundWordByWord(plain.text).sort());
      }),
    );
  });

  it('are of a known shape, each once', () => {
    expect(new Set(PHRASES.map((phrase) => phrase.words)).size).toBe(PHRASES.length);
    for (const phrase of PHRASES) expect(phrase.topics.length + phrase.hints).toBeGreaterThan(0);
    expect(() => new Lexicon(['Größe'])).toThrow(/cannot be a phrase/);
  });

  it('hint at what a question is', () => {
    expect(plainOf('Which one of these is it?').hints & HINT.choice).not.toBe(0);
    expect(questionFormOf('Answer with only the letter.')).toBe('multiple_choice');
    expect(questionFormOf('Is it slow?\n```\nwhy = a ? b : c\n```')).toBe('yes_no');
  });
});

describe('lists and formulas', () => {
  it.each([
    ['- a\n- b\n* c', { items: 3 }],
    ['1. a\n2) b\n(10) c', { items: 3, numbered: true }],
    ['A. one\nB. two\n\nC. three', { items: 0, choices: 3, lettered: true }],
    ['B. one\nA. two', { lettered: false }],
    ['-a\n1.b\n- ', { items: 0 }],
  ])('%j', (text, counted) => {
    expect(plainOf(text)).toMatchObject(counted);
  });

  it.each([
    ['2 + 2', 1],
    ['f(x) = x^2', 4],
    ['\\frac and √', 2],
    ['3x and x', 2],
    ['well-known (see) a/b', 0],
    ['x-ray', 1],
  ])('%j has %d signs of mathematics', (text, count) => {
    expect(plainOf(text).formulas).toBe(count);
  });
});
