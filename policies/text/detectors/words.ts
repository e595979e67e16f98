/** Lists of words that people write: whole words, in any case, in any script. */
import type { Span } from './detector.ts';

const WORD = /[\p{L}\p{N}\p{M}_]+/gu;
/** Scripts written without spaces between words: there a word is found inside other text. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const NOT_ASCII = /[^\0-\x7f]/;
const fold = (word: string): string => (NOT_ASCII.test(word) ? word.normalize('NFC') : word).toLowerCase();

interface Token extends Span {
  readonly folded: string;
}

/** An entry as its words and what stands before, between and after them. */
interface Entry {
  readonly words: readonly string[];
  readonly gaps: readonly string[];
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(WORD)) {
    tokens.push({ start: match.index, end: match.index + match[0].length, folded: fold(match[0]) });
  }
  return tokens;
}

function entryOf(phrase: string): Entry {
  const text = phrase.trim();
  const tokens = tokensOf(text);
  const gaps: string[] = [];
  let last = 0;
  for (const token of tokens) {
    gaps.push(text.slice(last, token.start));
    last = token.end;
  }
  gaps.push(text.slice(last));
  return { words: tokens.map((token) => token.folded), gaps };
}

/** Any white space is as good as any other between two words. */
const sameGap = (a: string, b: string): boolean =>
  a === b || (a !== '' && b !== '' && a.trim() === '' && b.trim() === '');

function matchAt(text: string, tokens: readonly Token[], i: number, entry: Entry): Span | null {
  const first = tokens[i];
  const lastToken = tokens[i + entry.words.length - 1];
  if (!first || !lastToken) return null;
  for (let k = 1; k < entry.words.length; k++) {
    const token = tokens[i + k]!;
    if (token.folded !== entry.words[k]) return null;
    if (!sameGap(text.slice(tokens[i + k - 1]!.end, token.start), entry.gaps[k]!)) return null;
  }
  const before = entry.gaps[0]!;
  const after = entry.gaps.at(-1)!;
  const start = first.start - before.length;
  if (start < 0 || !text.startsWith(before, start) || !text.startsWith(after, lastToken.end)) return null;
  return { start, end: lastToken.end + after.length };
}

/**
 * Prepares a list; the function that comes back gives its words in a text, the longest where several begin at one place.
 * An entry without any letter or digit is never found.
 */
export function wordsFinder(phrases: readonly string[]): (text: string) => Span[] {
  const byFirst = new Map<string, Entry[]>();
  const inside: string[] = [];
  for (const phrase of phrases) {
    const entry = entryOf(phrase);
    const first = entry.words[0];
    if (first === undefined) continue;
    if (UNSPACED.test(first)) inside.push(phrase.trim());
    else byFirst.set(first, [...(byFirst.get(first) ?? []), entry]);
  }
  for (const entries of byFirst.values())
    entries.sort((a, b) => b.words.length - a.words.length || b.gaps.join().length - a.gaps.join().length);
  return (text) => {
    const found: Span[] = [];
    if (byFirst.size > 0) {
      const tokens = tokensOf(text);
      for (let i = 0; i < tokens.length; i++) {
        for (const entry of byFirst.get(tokens[i]!.folded) ?? []) {
          const span = matchAt(text, tokens, i, entry);
          if (!span) continue;
          found.push(span);
          i += entry.words.length - 1;
          break;
        }
      }
    }
    for (const phrase of inside) {
      for (let at = text.indexOf(phrase); at !== -1; at = text.indexOf(phrase, at + phrase.length)) {
        found.push({ start: at, end: at + phrase.length });
      }
    }
    return found;
  };
}
