const BETWEEN = '\n\n';
const SHARE_OF_START = 0.6;

/**
 * The part of a text that reading looks at, so that the work is bounded however long it is: all of it up to `longest`
 * characters, else that many from its start (three fifths) and its end. What is asked nearly always stands there. The
 * sample of a sample is the sample itself.
 */
export function sampleOf(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const head = Math.floor(longest * SHARE_OF_START);
  return text.slice(0, head) + BETWEEN + text.slice(head + BETWEEN.length - longest);
}
