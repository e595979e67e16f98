/** Tables as CSV files that no program for tables takes for formulas. */
import { stringify } from 'csv-stringify/sync';

/** What makes a cell a formula, or hides that it does: see OWASP's page on CSV injection. Full-width forms count too. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** A cell: a text that may come from anyone, or a number as we write it. */
export type Cell = string | { readonly number: string };

const written = (cell: Cell): string =>
  typeof cell !== 'string' ? cell.number : FORMULA.test(cell) ? `'${cell}` : cell;

/** Rows of a table; texts that begin like a formula get a leading apostrophe. */
export function writeRows(rows: readonly (readonly Cell[])[]): string {
  return stringify(rows.map((row) => row.map(written)));
}

/** A table with its head, whose rows are as `writeRows` writes them. */
export function writeCsv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return stringify([[...head]]) + writeRows(rows);
}
