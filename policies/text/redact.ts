import type { TextSlot } from '../request.ts';
import type { Placeholders } from './placeholders.ts';

/** What happens to a finding. */
export const REDACTION_ACTIONS = ['mask', 'placeholder', 'hash', 'report'] as const;
export type RedactionAction = (typeof REDACTION_ACTIONS)[number];

/** What to look for, and what to do with it. */
export type RedactionRule =
  | { readonly detect: string; readonly action: RedactionAction }
  | { readonly pattern: string; readonly name: string; readonly action: RedactionAction }
  | { readonly words: readonly string[]; readonly name: string; readonly action: RedactionAction };

export interface Redaction {
  readonly slots: readonly TextSlot[];
  /** True when a text differs from what came in. */
  readonly changed: boolean;
  /** How many of each type were found. */
  readonly found: Readonly<Record<string, number>>;
}

/** Finds personal data in every slot and does with it what the rules say. */
export function redact(
  slots: readonly TextSlot[],
  _rules: readonly RedactionRule[],
  _placeholders: Placeholders,
): Redaction {
  return { slots, changed: false, found: {} };
}
