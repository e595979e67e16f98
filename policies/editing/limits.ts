/** The most that a document holds, as its schema says: an edit that would go beyond is not made. */
export const MOST_NODES = 1000;
export const MOST_EDGES = 4000;
export const MOST_STICKIES = 200;

/** In characters. */
export const LONGEST_TITLE = 120;
export const LONGEST_NOTE = 2000;
export const LONGEST_STICKY = 4000;

/** The beginning of a text, at most that long; a character of two halves is never cut in the middle. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const last = text.charCodeAt(longest - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? longest - 1 : longest);
}
