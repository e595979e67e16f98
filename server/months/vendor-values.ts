/** Single values of a vendor's usage file: days, whole numbers and money. Each gives null for what it cannot read. */
import type { Days } from './days.ts';

const DAY = /^(\d{4})[-/](\d{2})[-/](\d{2})$/;
const CLOCK = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|UTC|[+-]\d{2}:?(\d{2})?)?$/i;
const SECONDS = /^\d{9,11}(\.\d+)?$/;
const MILLISECONDS = /^\d{12,14}$/;
const IN_WORDS = /^[A-Z][a-z]{2,8} \d{1,2},? \d{4}$/;
const RANGE = /^(.+?)\s*(?:\/|–|—|\.\.|\s-\s|\sto\s)\s*(\S.*)$/;

/** A moment or a day: `at` is null for a bare day, which no time zone moves. */
interface Told {
  readonly day: string;
  readonly at: number | null;
}

/** The day of a bare day, a moment in ISO 8601, or seconds or milliseconds since 1970, by the clocks of `days`. */
export function readMoment(text: string, days: Days): Told | null {
  const told = text.trim();
  if (DAY.test(told)) return calendarDay(told.replaceAll('/', '-'));
  if (/^\d{8}$/.test(told)) return calendarDay(`${told.slice(0, 4)}-${told.slice(4, 6)}-${told.slice(6)}`);
  if (SECONDS.test(told)) return moment(Number(told) * 1000, days);
  if (MILLISECONDS.test(told)) return moment(Number(told), days);
  if (IN_WORDS.test(told)) return calendarDay(isoDay(Date.parse(`${told} UTC`)));
  const [, day = '', , , zone] = CLOCK.exec(told) ?? [];
  if (day === '') return null;
  if (zone === undefined) return calendarDay(day);
  return moment(Date.parse(isoMoment(told, zone)), days);
}

const isoMoment = (told: string, zone: string): string => {
  const clock = told.slice(0, -zone.length).trim().replace(' ', 'T');
  if (/^(Z|UTC)$/i.test(zone)) return `${clock}Z`;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${clock}${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
};

const isoDay = (at: number): string => (Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : '');

function calendarDay(day: string): Told | null {
  // Only what a calendar has: the 31st of April is none of them.
  return day !== '' && isoDay(Date.parse(`${day}T00:00:00Z`)) === day ? { day, at: null } : null;
}

/** Of this and the last century's end: what is far off is no moment but another number. */
const moment = (at: number, days: Days): Told | null =>
  at > 0 && at < 4e12 ? { day: days.at(Math.floor(at)), at: Math.floor(at) } : null;

/** The first and the last part of "2026-10-01 - 2026-10-02"; the second is null for a single one. */
export function splitRange(text: string): readonly [first: string, last: string | null] {
  const told = text.trim();
  if (DAY.test(told)) return [told, null];
  const [, first, last] = RANGE.exec(told) ?? [];
  return first === undefined || last === undefined ? [told, null] : [first, last];
}

/** A whole number such as "1,234" or "1234.0"; nothing stands for 0. */
export function readWhole(text: string): bigint | null {
  const digits = text.trim().replace(/[,\s_]/g, '');
  if (digits === '') return 0n;
  const [, whole] = /^(-?\d{1,30})(?:\.0*)?$/.exec(digits) ?? [];
  return whole === undefined ? null : BigInt(whole);
}

const MONEY = /^(-?)(\d{0,30})(?:\.(\d{0,40}))?(?:e([+-]?\d{1,2}))?$/i;

/** Nano-dollars of "0.0123", "$1,234.5", "12¢" or "1.2e-05", rounded to whole ones; nothing stands for 0. */
export function readMoney(text: string, unit: 'dollars' | 'cents'): bigint | null {
  const inCents = unit === 'cents' || /(¢|cents?)\s*$/i.test(text);
  const told = text.replace(/US\$|USD|\$|¢|cents?|[,\s_]/gi, '');
  if (told === '') return text.trim() === '' ? 0n : null;
  const [found, sign, whole = '', part = '', exponent = '0'] = MONEY.exec(told) ?? [];
  if (found === undefined || whole + part === '') return null;
  const shift = Number(exponent) - part.length + (inCents ? 7 : 9);
  const digits = BigInt(whole + part);
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : rounded(digits, 10n ** BigInt(-shift));
  return sign === '-' ? -size : size;
}

const rounded = (digits: bigint, by: bigint): bigint => (digits + by / 2n) / by;
