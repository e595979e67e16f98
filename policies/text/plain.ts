import {
  characterAt,
  lengthByLead,
  MATHS,
  NEWLINE,
  NOTHING,
  OPENING,
  plainSign,
  SHARP_S,
  SPACE,
  writeUtf8,
} from './letters.ts';
import { findPhrases, hintsOf } from './phrases.ts';
import { sampleOf } from './sample.ts';

/** A text (its sample, when it is long) in one plain form, and what was seen on the way. */
export interface Plain {
  /**
   * Small ASCII letters without accents, one space or empty line where there were more, no fenced code. `OPENING` stands
   * for the sign that opens a Spanish question.
   */
  readonly text: string;
  /** The phrases found in it, as `findPhrases` gives them. */
  readonly phrases: readonly number[];
  /** What these hint at, as bits of `HINT`. */
  readonly hints: number;
  /** Where its first questions start, each followed by where it ends. */
  readonly questions: readonly number[];
  /** Lines of a list. */
  readonly items: number;
  /** Lines that start with a letter from a to e as the choices of a question do. */
  readonly choices: number;
  /** Whether a choice "a" is followed by a choice "b", or a "1" by a "2". */
  readonly lettered: boolean;
  readonly numbered: boolean;
  /** Signs and expressions of mathematics. */
  readonly formulas: number;
  /** Letters of Chinese, Japanese and Korean. */
  readonly dense: number;
}

/** How much of a text is read, in characters. */
export const LONGEST_READ = 2000;

const BACKTICK = 0x60;
const MOST_QUESTIONS = 6;
const LONGEST_QUESTION = 300;

/** What a plain sign does to the reading. */
const [WORD, BLANK, BREAK, DROP, SIGN, END, SPECIAL] = [0, 1, 2, 3, 4, 5, 6];
const KINDS = ((): Uint8Array => {
  const kinds = new Uint8Array(128).fill(SIGN);
  kinds.fill(WORD, 0x30, 0x3a).fill(WORD, 0x61, 0x7b);
  kinds[SPACE] = BLANK;
  kinds[NEWLINE] = BREAK;
  kinds[NOTHING] = DROP;
  for (const sign of '.!:') kinds[sign.charCodeAt(0)] = END;
  for (const sign of '?-+*/=^(\\') kinds[sign.charCodeAt(0)] = SPECIAL;
  for (const sign of [OPENING, MATHS, SHARP_S]) kinds[sign] = SPECIAL;
  return kinds;
})();

/** What is between words and not yet written. */
const [NO_GAP, SPACE_GAP, LINE_GAP, EMPTY_LINE] = [0, 1, 2, 3];

// Room for one reading, used again by the next: ß makes two signs, and some signs after the last are looked at.
const bytes = new Uint8Array(3 * LONGEST_READ + 8);
const signs = new Uint8Array(2 * LONGEST_READ + 8);
const wordStarts = new Int32Array(2 * LONGEST_READ + 8);
const lineStarts = new Int32Array(LONGEST_READ + 8);
const decoder = new TextDecoder();

const isDigit = (sign: number): boolean => sign >= 0x30 && sign <= 0x39;
const isLetter = (sign: number): boolean => sign >= 0x61 && sign <= 0x7a;

/** Reads a text once, from its first to its last character, or the sample of a long one. */
export function plainOf(text: string): Plain {
  const end = writeUtf8(sampleOf(text, LONGEST_READ), bytes);
  bytes.fill(NEWLINE, end, end + 4);
  const questions: number[] = [];
  let written = 0;
  let words = 0;
  let lines = 1;
  let sentence = 0;
  let gap = NO_GAP;
  let inWord = false;
  let formulas = 0;
  let dense = 0;
  lineStarts[0] = 0;

  for (let at = 0; at < end; ) {
    let code = bytes[at]!;
    if (code < 0x80) at += 1;
    else {
      const length = lengthByLead(code);
      code = characterAt(bytes, at);
      at += length;
    }
    const sign = plainSign(code);
    const kind = KINDS[sign]!;
    if (inWord && kind === WORD) {
      signs[written++] = sign;
      continue;
    }
    if (kind === BLANK) {
      if (gap === NO_GAP) gap = SPACE_GAP;
      inWord = false;
      continue;
    }
    if (kind === BREAK) {
      gap = gap >= LINE_GAP ? EMPTY_LINE : LINE_GAP;
      inWord = false;
      continue;
    }
    if (kind === DROP) continue;
    if (sign === BACKTICK && bytes[at] === BACKTICK && bytes[at + 1] === BACKTICK) {
      const after = afterFence(at + 2, end);
      if (after !== -1) {
        at = after;
        gap = EMPTY_LINE;
        inWord = false;
        continue;
      }
    }
    if (gap !== NO_GAP) {
      if (written > 0) {
        if (gap === SPACE_GAP) signs[written++] = SPACE;
        else {
          signs[written++] = NEWLINE;
          if (gap === EMPTY_LINE) signs[written++] = NEWLINE;
          lineStarts[lines++] = written;
          sentence = written;
        }
      }
      gap = NO_GAP;
    }
    if (kind === WORD) {
      wordStarts[words++] = written;
      inWord = true;
      signs[written++] = sign;
      continue;
    }
    if (kind === SPECIAL) {
      if (sign === SHARP_S) {
        if (!inWord) wordStarts[words++] = written;
        inWord = true;
        signs[written++] = 0x73;
        signs[written++] = 0x73;
        continue;
      }
      if (sign === 0x3f) {
        if (questions.length < 2 * MOST_QUESTIONS && !(written === sentence && isShout(signs[written - 1]))) {
          questions.push(Math.max(sentence, written - LONGEST_QUESTION), written);
        }
        sentence = written + 1;
      } else if (sign === OPENING) sentence = written;
      else if (isFormula(sign, written, at)) formulas += 1;
      // A hyphen between letters belongs to the word.
      if (sign !== 0x2d || !isWordSign(signs[written - 1])) inWord = false;
    } else {
      inWord = false;
      if (kind === END) sentence = written + 1;
      else if (code >= 0x1100 && isDense(code)) dense += 1;
    }
    signs[written++] = sign;
  }
  signs.fill(NEWLINE, written, written + 4);

  const phrases = findPhrases(signs, wordStarts, words);
  const { items, choices, lettered, numbered } = listIn(lines);
  return {
    text: decoder.decode(signs.subarray(0, written)),
    phrases,
    hints: hintsOf(phrases),
    questions,
    items,
    choices,
    lettered,
    numbered,
    formulas: formulas + unknowns(words),
    dense,
  };
}

/** Where the fenced code that starts at `from` is over; -1 where it does not end. */
function afterFence(from: number, end: number): number {
  for (let at = bytes.indexOf(BACKTICK, from); at !== -1 && at < end; at = bytes.indexOf(BACKTICK, at + 1)) {
    if (bytes[at + 1] === BACKTICK && bytes[at + 2] === BACKTICK) return at + 3;
  }
  return -1;
}

function isWordSign(sign: number | undefined): boolean {
  return sign !== undefined && KINDS[sign] === WORD;
}

/** Whether a question mark after this sign asks nothing more, as in "What?!?". */
function isShout(before: number | undefined): boolean {
  return before === 0x3f || before === 0x21;
}

function isDense(code: number): boolean {
  return (
    code < 0x1200 ||
    (code >= 0x3040 && code < 0x3100) ||
    (code >= 0x3400 && code < 0xa000) ||
    (code >= 0xac00 && code < 0xd7b0)
  );
}

/** Whether a sign, which is about to be written, is one of mathematics by what stands around it; `next` follows it. */
function isFormula(sign: number, written: number, next: number): boolean {
  if (sign === 0x3d || sign === 0x5e || sign === MATHS) return true;
  if (sign === 0x5c) return isLetter(bytes[next]! | 0x20) && isLetter(bytes[next + 1]! | 0x20);
  if (sign === 0x28) {
    const called = isLetter(signs[written - 1] ?? 0) && (written < 2 || !isWordSign(signs[written - 2]));
    return called && isLetter(bytes[next]! | 0x20) && bytes[next + 1] === 0x29;
  }
  const before = signs[written - 1] === SPACE ? signs[written - 2] : signs[written - 1];
  if (!isDigit(before ?? 0)) return false;
  return isDigit(bytes[next]!) || (bytes[next] === SPACE && isDigit(bytes[next + 1]!));
}

/** How often an x, or one with a digit before it, stands alone. */
function unknowns(words: number): number {
  let found = 0;
  for (let word = 0; word < words; word++) {
    const start = wordStarts[word]!;
    const at = isDigit(signs[start]!) ? start + 1 : start;
    if (signs[at] !== 0x78 || isWordSign(signs[at + 1])) continue;
    // As in f(x), which counts already.
    if (start === 0 || signs[start - 1] !== 0x28 || signs[at + 1] !== 0x29) found += 1;
  }
  return found;
}

/** Looks at how the lines start. */
function listIn(lines: number): Pick<Plain, 'items' | 'choices' | 'lettered' | 'numbered'> {
  let items = 0;
  let choices = 0;
  let lettered = false;
  let numbered = false;
  let before = 0;
  for (let line = 0; line < lines; line++) {
    const start = lineStarts[line]!;
    const first = signs[start]!;
    if ((first === 0x2d || first === 0x2a) && signs[start + 1] === SPACE) items += 1;
    const at = first === 0x28 ? start + 1 : start;
    const label = signs[at]!;
    let end = at + 1;
    if (isDigit(label) && isDigit(signs[end]!)) end += 1;
    const closing = signs[end]!;
    const bracket = closing === 0x29 || closing === 0x2e;
    let found = 0;
    if ((bracket || closing === 0x3a) && signs[end + 1] === SPACE) {
      if (isDigit(label)) {
        if (bracket) items += 1;
        if (end === at + 1) found = label;
      } else if (label >= 0x61 && label <= 0x65) {
        if (bracket) choices += 1;
        found = label;
      }
    }
    if (before === 0x61 && found === 0x62) lettered = true;
    if (before === 0x31 && found === 0x32) numbered = true;
    before = found;
  }
  return { items, choices, lettered, numbered };
}
