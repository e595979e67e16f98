/** Everything that a database keeps, as a copy of it would show. */
import type { Knex } from 'knex';
import type { Dialect } from '../control/house.ts';

/** The names of its tables, but those that the database itself needs. */
async function tables(knex: Knex, dialect: Dialect): Promise<string[]> {
  const names: string[] =
    dialect === 'sqlite'
      ? await knex('sqlite_master').where({ type: 'table' }).whereNot('name', 'like', 'sqlite_%').pluck('name')
      : await knex('information_schema.tables').whereRaw('table_schema = current_schema()').pluck('table_name');
  return names.sort();
}

/** Bytes are shown as the letters that they may be. */
const shown = (value: unknown): string =>
  Buffer.isBuffer(value) ? value.toString('latin1') : typeof value === 'string' ? value : JSON.stringify(value);

/** Every row of every table as text, by the table's name. */
export async function everythingStored(knex: Knex, dialect: Dialect): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const table of await tables(knex, dialect)) {
    const rows: Record<string, unknown>[] = await knex(table);
    found.set(table, rows.map((row) => Object.values(row).map(shown).join('\t')).join('\n'));
  }
  return found;
}

/** The names of the tables of a database in which a text stands. */
export async function tablesWith(knex: Knex, dialect: Dialect, text: string): Promise<string[]> {
  const all = await everythingStored(knex, dialect);
  return [...all].filter(([, rows]) => rows.includes(text)).map(([table]) => table);
}
