/** How numbers are typed and shown: plain, as dollars, as percentages, as times. What is no number yet stays as it was typed. */
import { readDollars, writeDollars } from '../app/dollars.ts';

/** Writes a kept number as text and reads it back; null for a text that is no such number. */
export interface Notation {
  readonly write: (value: number) => string;
  readonly read: (text: string) => number | null;
}

const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;

function readNumber(text: string): number | null {
  const trimmed = text.trim();
  const plain = GROUPED.test(trimmed) ? trimmed.replaceAll(',', '') : trimmed;
  if (!PLAIN.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

/** Twelve digits: as many as survive a multiplication and the way back. */
const tidy = (value: number): number => Number(value.toPrecision(12));

export const plainNumber: Notation = { write: String, read: readNumber };

/** A number shown as so many times less or more than is kept: a share as a percentage, milliseconds as seconds. */
export function scaled(factor: number): Notation {
  return {
    write: (value) => String(tidy(value / factor)),
    read: (text) => {
      const value = readNumber(text);
      return value === null ? null : tidy(value * factor);
    },
  };
}

/** 0 to 100 shown, 0 to 1 kept. */
export const percentage: Notation = scaled(0.01);

/** Dollars typed, whole nano-dollars kept, without any rounding on the way. */
export const money: Notation = {
  write: writeDollars,
  read: (text) => readDollars(text.trim().replace(/\.$/, '')),
};

/** Units of time in milliseconds, the longest first. */
export const TIME_UNITS = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
} as const;
export type TimeUnit = keyof typeof TIME_UNITS;
export const TIME_UNIT_NAMES: readonly TimeUnit[] = ['days', 'hours', 'minutes', 'seconds', 'milliseconds'];

export const isTimeUnit = (name: string | undefined): name is TimeUnit =>
  name !== undefined && Object.hasOwn(TIME_UNITS, name);

/** The longest unit in which a time, kept in another, is a whole number. */
export function fittingUnit(value: unknown, kept: TimeUnit): TimeUnit {
  if (typeof value !== 'number' || value === 0) return kept;
  const milliseconds = value * TIME_UNITS[kept];
  return TIME_UNIT_NAMES.find((unit) => milliseconds % TIME_UNITS[unit] === 0) ?? kept;
}

/** The text for a kept value: numbers as the notation writes them, anything else as it is. */
export function shown(value: unknown, notation: Notation): string {
  if (typeof value === 'number') return notation.write(value);
  return value === undefined || value === null ? '' : String(value);
}

/** What is kept of a text: the number, or the text itself as long as it is none. */
export const kept = (text: string, notation: Notation): number | string => notation.read(text) ?? text;
