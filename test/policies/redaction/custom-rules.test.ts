import { describe, expect, it } from 'vitest';
import { patternFinder, patternProblem } from '../../../policies/text/detectors/pattern.ts';
import { wordsFinder } from '../../../policies/text/detectors/words.ts';

const matches = (find: (text: string) => { start: number; end: number }[], text: string): string[] =>
  find(text).map(({ start, end }) => text.slice(start, end));

describe('patterns', () => {
  it.each(['PRJ-\\d{4}', '(?i)project\\s+\\w+', '\\p{Lu}{2}[0-9]+', '^x$', '\\\\1'])('%s can be used', (pattern) => {
    expect(patternProblem(pattern)).toBeNull();
  });

  it.each([
    ['', 'empty'],
    ['(?=x)y', 'looks ahead or behind'],
    ['(?<!x)y', 'looks ahead or behind'],
    ['(a)\\1', 'refers back'],
    ['(a', 'missing closing )'],
    ['[z', 'missing closing ]'],
    ['a{2000}', 'invalid repeat count'],
    ['[a-z]{1,900}[0-9]', 'too large'],
    ['x'.repeat(1001), 'longer than 1000'],
  ])('%s cannot, and the message says why', (pattern, words) => {
    expect(patternProblem(pattern)).toContain(words);
  });

  it('find all matches by place, also after characters of two units, and leave empty ones out', () => {
    expect(patternFinder('PRJ-\\d{2}').call(null, '😀 PRJ-12, PRJ-34')).toEqual([
      { start: 3, end: 9 },
      { start: 11, end: 17 },
    ]);
    expect(matches(patternFinder('a*'), 'baab')).toEqual(['aa']);
  });

  it('find the same in a long text with many matches', () => {
    const text = 'id 1234, '.repeat(12_000);
    expect(patternFinder('\\b\\d{4}\\b')(text)).toHaveLength(12_000);
  });
});

describe('lists of words', () => {
  const find = wordsFinder(['Falcon', 'blue  moon', 'C++', '.NET', 'café', '東京タワー', 'Straße', '***']);

  it.each([
    ['The FALCON has landed', ['FALCON']],
    ['falcons, falcon_x and xfalcon are other words', []],
    ['Falcon-2 is not', ['Falcon']],
    ['a Blue\n moon rises', ['Blue\n moon']],
    ['blue-moon', []],
    ['I write c++ and .net', ['c++', '.net']],
    ['CAFÉ and cafe\u0301, not cafe', ['CAFÉ', 'cafe\u0301']],
    ['昨日東京タワーに行った', ['東京タワー']],
    ['Hauptstraße is not, STRASSE is not, die straße is', ['straße']],
    ['*** nothing', []],
  ])('in %j', (text, words) => {
    expect(matches(find, text)).toEqual(words);
  });

  it('take the longest entry that begins at a place', () => {
    expect(matches(wordsFinder(['red', 'red fox', 'red fox den']), 'red fox hole')).toEqual(['red fox']);
  });
});
