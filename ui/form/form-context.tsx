/** What the fields of one form share. */
import { createContext, type ReactNode, useContext } from 'react';
import type { House } from '../editing/house.ts';
import type { Path } from './paths.ts';

/** A change of one field, for its step in the list of what can be undone. */
export interface FieldChange {
  readonly path: Path;
  /** Undefined leaves the field empty. */
  readonly value: unknown;
  /** What the field is called. */
  readonly title: string;
  /** Whether more of the same will follow at once, as when typing: all of it is one step. */
  readonly goesOn: boolean;
  /** Another field that follows from it, changed in the same step. */
  readonly also?: { readonly path: Path; readonly value: unknown };
}

/** Two ends of a range on one slider, as shares from 0 to 1. */
export interface ShownRange {
  readonly field: string;
  readonly low: number;
  readonly high: number;
}

export interface FormFrame {
  readonly house: House;
  readonly mayChange: boolean;
  /** Kinds of nodes that requests have met before: some facts are known only behind them. */
  readonly kindsBefore: ReadonlySet<string>;
  /** What is wrong, by place. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
  change(change: FieldChange): void;
  /** Stands under a slider with two ends. */
  readonly underRange: (range: ShownRange) => ReactNode;
}

const FormContext = createContext<FormFrame | null>(null);

export const FormProvider = FormContext;

/** The form around a field. */
export function useForm(): FormFrame {
  const frame = useContext(FormContext);
  if (!frame) throw new Error('There is no form around this field.');
  return frame;
}

/** What is wrong at exactly this place, as one text; undefined when nothing is. */
export function useErrorAt(place: string): string | undefined {
  return useForm().problems.get(place)?.join(' ');
}
