const HEAD = 1500;
const TAIL = 998;
const BETWEEN = '\n\n';

/** The longest part of a text that reading looks at, in characters. */
export const LONGEST_SAMPLE = HEAD + BETWEEN.length + TAIL;

/**
 * The part of a text that reading looks at: all of it up to 2,500 characters, else its first 1,500 and last 998, so
 * that the work is bounded however long the text is. What is asked nearly always stands at the start or the end. The
 * sample of a sample is the sample itself.
 */
export function sampleOf(text: string): string {
  return text.length <= LONGEST_SAMPLE ? text : text.slice(0, HEAD) + BETWEEN + text.slice(-TAIL);
}
