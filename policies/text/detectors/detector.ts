import type { Features } from './features.ts';

/** Where a finding stands in a text: UTF-16 indexes, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One kind of personal data or secret, and how to find it. */
export interface Detector {
  /** The word that policies and counts use. */
  readonly name: string;
  /** What people call it. */
  readonly label: string;
  /**
   * What stands in place of a masked value. It keeps no part of the value: a first letter, a domain or the last four
   * digits are often enough to single out a person within one company.
   */
  readonly mask: string;
  /** 0 to 1: how sure a finding is. Decides between two findings of the same length. */
  readonly certainty: number;
  /** False when a text with these features surely holds none, so that it need not be searched. */
  may(features: Features): boolean;
  /** Findings in order of place, none overlapping another; in time linear in the length of the text. */
  find(text: string, features: Features): Span[];
}

/** Whether one of the words stands in the `reach` characters before a place. */
export function precededBy(text: string, start: number, words: RegExp, reach: number): boolean {
  return words.test(text.slice(Math.max(0, start - reach), start));
}

/** Whether a UTF-16 unit is an ASCII letter or digit, or `_`. */
export function isWordUnit(unit: number): boolean {
  return (
    (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f
  );
}
