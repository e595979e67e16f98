/** What became of private data in the texts that a request was sent with. */
import type { RedactionRule } from './text/redact.ts';

/** In part: some of it was taken out, and some only reported. */
export const PROTECTIONS = ['not_looked_for', 'not_found', 'taken_out', 'in_part', 'left_in'] as const;
export type Protection = (typeof PROTECTIONS)[number];

/**
 * What is true of the texts after one more look at them, by the rules that it was made with and what they found. A kind that
 * one rule takes out and another only reports counts as both: which of them found it is not known.
 */
export function protectionAfter(
  before: Protection,
  rules: readonly RedactionRule[],
  found: Readonly<Record<string, number>>,
): Protection {
  let isTaken = before === 'taken_out' || before === 'in_part';
  let isLeft = before === 'left_in' || before === 'in_part';
  for (const rule of rules) {
    if (!Object.hasOwn(found, 'detect' in rule ? rule.detect : rule.name)) continue;
    if (rule.action === 'report') isLeft = true;
    else isTaken = true;
  }
  if (isTaken) return isLeft ? 'in_part' : 'taken_out';
  return isLeft ? 'left_in' : 'not_found';
}
