/** Patterns that people write, matched by an engine whose time is linear whatever the pattern. */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import type { Span } from './detector.ts';

const LONGEST_PATTERN = 1_000;
/** Instructions of the compiled pattern: each can cost a step at each character of a text. */
const LARGEST_PROGRAM = 400;

/** What is wrong with a pattern, in words for the person who wrote it; null when it can be used. */
export function patternProblem(pattern: string): string | null {
  if (pattern === '') return 'The pattern is empty. Write what to look for, such as PRJ-\\d{4}.';
  if (pattern.length > LONGEST_PATTERN)
    return `The pattern is longer than ${LONGEST_PATTERN} characters. Split it into several.`;
  if (/\(\?<?[=!]/.test(pattern.replace(/\\./g, ''))) {
    return 'The pattern looks ahead or behind ("(?=", "(?!", "(?<=", "(?<!"), which cannot be done in linear time. Match the surrounding text instead.';
  }
  if (/\\[1-9]/.test(pattern.replace(/\\\\/g, ''))) {
    return 'The pattern refers back to a group ("\\1"), which cannot be done in linear time. Write the repeated part again.';
  }
  try {
    if (RE2JS.compile(pattern).programSize() > LARGEST_PROGRAM) {
      return 'The pattern is too large: lower the numbers in braces, or split it into several patterns.';
    }
    return null;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) return 'The pattern cannot be read.';
    const part = error.getPattern();
    return `The pattern cannot be read: ${error.getDescription()}${part ? ` at "${part}"` : ''}.`;
  }
}

/**
 * Steps that matches may take before the search goes on in windows. A single search is linear, but a pattern that reads
 * far ahead for a short match (`a.*z|a`) makes the sum of all searches quadratic.
 */
const FREE_STEPS = 10_000_000;
/** In windows a match is at most this long. */
const WINDOW = 512;

/** Compiles a pattern without problems; the function that comes back gives its matches in a text, empty ones left out. */
export function patternFinder(pattern: string): (text: string) => Span[] {
  const problem = patternProblem(pattern);
  if (problem !== null) throw new Error(problem);
  const compiled = RE2JS.compile(pattern);
  return (text) => {
    const found: Span[] = [];
    const matcher = compiled.matcher(text);
    let steps = 0;
    while (matcher.find()) {
      const start = matcher.start();
      const end = matcher.end();
      if (end > start) found.push({ start, end });
      steps += text.length - start;
      if (steps > FREE_STEPS) {
        findInWindows(compiled, text, end, found);
        break;
      }
    }
    return found;
  };
}

/** Goes on from `from`; each window keeps one character before it, for `^` and `\b`. */
function findInWindows(compiled: RE2JS, text: string, from: number, found: Span[]): void {
  let at = from;
  while (at < text.length) {
    const base = Math.max(0, at - 1);
    const matcher = compiled.matcher(text.slice(base, at + 2 * WINDOW));
    let next = at + WINDOW;
    for (let ok = matcher.find(at - base); ok; ok = matcher.find()) {
      const start = base + matcher.start();
      const end = base + matcher.end();
      if (start >= at + WINDOW) break;
      if (end > start) found.push({ start, end });
      next = Math.max(next, end);
    }
    at = next;
  }
}
