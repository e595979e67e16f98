import { characterAt, lengthByLead, writeUtf8 } from '../letters.ts';

/** What one pass over a text sees, so that most detectors can be skipped for most texts. */
export interface Features {
  readonly digits: number;
  /** Digits of the longest run in which at most four separators (spaces, hyphens, brackets) stand between two digits. */
  readonly digitCluster: number;
  /** Length of the longest run of letters, digits, `_` and `-`. */
  readonly longestWord: number;
  /** Dots of the longest run of numbers joined by single dots: 2 for `1.20.3`. */
  readonly dottedDigits: number;
  /** Colons of the longest run in which at most four letters or digits stand between two of them. */
  readonly colonRun: number;
  /** Two colons side by side. */
  readonly doubleColon: boolean;
  readonly at: boolean;
  readonly equals: boolean;
  /** An opening bracket: where "name (at) example.com" may be. */
  readonly bracket: boolean;
}

const DIGIT = 1;
const WORD = 2;
const SEPARATOR = 4;
const AT = 8;
const COLON = 16;
const EQUALS = 32;
const BRACKET = 64;

const CLASSES = new Uint8Array(128);
for (let unit = 0; unit < 128; unit++) {
  const character = String.fromCharCode(unit);
  CLASSES[unit] =
    (/[0-9]/.test(character) ? DIGIT : 0) |
    (/[0-9A-Za-z_-]/.test(character) ? WORD : 0) |
    (/[-. ()/[\]+]/.test(character) ? SEPARATOR : 0) |
    (character === '@' ? AT : 0) |
    (character === ':' ? COLON : 0) |
    (character === '=' ? EQUALS : 0) |
    (/[([{<]/.test(character) ? BRACKET : 0);
}

/** No-break, thin, figure and narrow spaces, and the hyphens and dashes that stand between digits. */
export function isWideSeparator(unit: number): boolean {
  return unit === 0xa0 || (unit >= 0x2007 && unit <= 0x2015) || unit === 0x202f;
}

// Room for one part of a text, used again by the next.
const PART = 8192;
const bytes = new Uint8Array(3 * PART);

/** Reads the features of a text in one pass. Positions are those of bytes, which tell neighbours as characters do. */
export function featuresOf(text: string): Features {
  let digits = 0;
  let cluster = 0;
  let digitCluster = 0;
  let gap = 0;
  let word = 0;
  let longestWord = 0;
  let chain = 0;
  let dottedDigits = 0;
  let run = 0;
  let lastColon = -2;
  let colonRun = 0;
  let doubleColon = false;
  let seen = 0;
  let afterDigit = 0;
  let passed = 0;
  // A pair of surrogates that is cut between two parts is nothing that any detector looks for, whole or not.
  for (let from = 0; from < text.length; from += PART) {
    const end = writeUtf8(from === 0 && text.length <= PART ? text : text.slice(from, from + PART), bytes);
    for (let at = 0; at < end; at++) {
      const code = bytes[at]!;
      let kind = 0;
      if (code < 0x80) kind = CLASSES[code]!;
      else {
        if (isWideSeparator(characterAt(bytes, at))) kind = SEPARATOR;
        at += lengthByLead(code) - 1;
      }
      // Letters are most of any text, and away from digits all that they do is make a word longer.
      if (kind === WORD && cluster === 0) {
        word++;
        continue;
      }
      seen |= kind;
      if (kind & WORD) word++;
      else {
        if (kind & COLON) {
          const place = passed + at;
          run = word <= 4 && lastColon === place - word - 1 ? run + 1 : 1;
          if (run > colonRun) colonRun = run;
          if (lastColon === place - 1) doubleColon = true;
          lastColon = place;
        }
        if (word > longestWord) longestWord = word;
        word = 0;
      }
      if (kind & DIGIT) {
        digits++;
        cluster++;
        if (cluster > digitCluster) digitCluster = cluster;
        if (gap === 1 && afterDigit === 0x2e) {
          chain++;
          if (chain > dottedDigits) dottedDigits = chain;
        } else if (gap > 0) chain = 0;
        gap = 0;
      } else if (cluster > 0) {
        gap++;
        afterDigit = code;
        if (!(kind & SEPARATOR) || gap > 4) {
          cluster = 0;
          chain = 0;
          gap = 0;
        }
      }
    }
    passed += end;
  }
  return {
    digits,
    digitCluster,
    longestWord: Math.max(longestWord, word),
    dottedDigits,
    colonRun,
    doubleColon,
    at: (seen & AT) !== 0,
    equals: (seen & EQUALS) !== 0,
    bracket: (seen & BRACKET) !== 0,
  };
}
