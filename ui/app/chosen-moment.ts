/** A moment that need not be: now (or never), or one to come as it stands in its field. */
import { fromField } from './local-time.ts';

export interface ChosenMoment {
  readonly later: boolean;
  readonly text: string;
}

export const AT_ONCE: ChosenMoment = { later: false, text: '' };

/** Milliseconds since 1970; null for what needs no moment. */
export const readMoment = ({ later, text }: ChosenMoment): number | null => (later ? (fromField(text) ?? null) : null);
