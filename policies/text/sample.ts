const HEAD = 4000;
const TAIL = 2000;

/**
 * The part of a text that reading looks at: all of it up to 6,000 characters, else its first 4,000 and last 2,000, so
 * that the work is bounded however long the text is. What is asked nearly always stands at the start or the end.
 */
export function sampleOf(text: string): string {
  return text.length <= HEAD + TAIL ? text : `${text.slice(0, HEAD)}\n\n${text.slice(-TAIL)}`;
}

const ASCII = /^[\p{ASCII}]*$/u;
const MARKS = /\p{M}+/gu;

/** Small letters without accents ("Où" gives "ou"), so that words are found however they are typed. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return ASCII.test(lower) ? lower : lower.normalize('NFD').replace(MARKS, '').replaceAll('ß', 'ss');
}
