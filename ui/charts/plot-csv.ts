/** The values of a plot as a file for a spreadsheet. */
import { writeDollars } from '../app/dollars.ts';
import { type Plot, UNIT_WORDS } from './plot.ts';

/** A cell that a spreadsheet would take for a formula is kept a text by the apostrophe before it. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Rows for the moments from the place `start` to `end`, both within; amounts of money in dollars, times in UTC. */
export function writeCsv({ moments, series, unit }: Plot, start: number, end: number): string {
  const head = ['Time', ...series.map(({ label }) => `${label} (${UNIT_WORDS[unit]})`)];
  const write = (value: number | null | undefined): string => {
    if (value === null || value === undefined) return '';
    if (unit !== 'usd') return String(value);
    const whole = Math.round(value);
    return whole < 0 ? `-${writeDollars(-whole)}` : writeDollars(whole);
  };
  const rows = moments
    .map((at, i) => [new Date(at).toISOString(), ...series.map(({ values }) => write(values[i]))])
    .slice(start, end + 1);
  return [head.map(cell), ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}
