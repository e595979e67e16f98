/** Which words of a text were replaced, for two texts beside each other. */

export interface TextPart {
  readonly text: string;
  readonly isChanged: boolean;
}

/** Beyond this many steps of comparing, everything between what both begin and end with counts as changed. */
const MOST_STEPS = 1_000_000;

/** Spaces, words with what belongs into addresses and numbers, and every other sign alone. */
const split = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_@.+-]+|[^\s]/gu) ?? [];

/** Both texts in parts; put together, the parts of a side are its text, and the unchanged ones are the same on both. */
export function changedWords(before: string, after: string): { before: TextPart[]; after: TextPart[] } {
  const a = split(before);
  const b = split(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const inner = common(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const mark = (words: readonly string[], kept: ReadonlySet<number>): TextPart[] => {
    const parts: { text: string; isChanged: boolean }[] = [];
    for (const [i, text] of words.entries()) {
      const isChanged = i >= start && i < words.length - end && !kept.has(i - start);
      const last = parts.at(-1);
      if (last?.isChanged === isChanged) last.text += text;
      else parts.push({ text, isChanged });
    }
    return parts;
  };
  return { before: mark(a, inner.a), after: mark(b, inner.b) };
}

/** Places of the words that both have in the same order. */
function common(a: readonly string[], b: readonly string[]): { a: Set<number>; b: Set<number> } {
  const kept = { a: new Set<number>(), b: new Set<number>() };
  if (a.length * b.length > MOST_STEPS) return kept;
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      kept.a.add(i++);
      kept.b.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return kept;
}
