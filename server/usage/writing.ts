/** Adds what records have used to a table of sums, and moves its cursor, in one transaction. */
import type { Knex } from 'knex';
import { type Entry, entryKey, type Slot } from './batch.ts';
import { MOST_VALUES, NO_VALUE, OTHERS } from './dimensions.ts';
import { addLatencies, type Latencies, readLatencies, writeLatencies } from './latencies.ts';
import { addSums, MEASURES, noSums } from './sums.ts';
import { ask, COLUMN_OF, CURSORS, type Cursor, KEY_COLUMNS, type SumsTable } from './tables.ts';

/** Rows in one statement. */
const AT_ONCE = 5_000;

const KEY = KEY_COLUMNS.join(', ');
const NUMBERS = MEASURES.map((measure) => COLUMN_OF[measure]);

/** JSON arrays as rows: PostgreSQL and SQLite take their parts out in the same way. */
const given = (knex: Knex): string =>
  knex.client.config.client === 'pg' ? 'json_array_elements(CAST(? AS json)) AS given' : 'json_each(?) AS given';
const part = (index: number, type: 'text' | 'bigint'): string => `CAST(given.value ->> ${index} AS ${type})`;
const keyParts = KEY_COLUMNS.map((column, i) => part(i, column === 'at' ? 'bigint' : 'text'));

/**
 * Adds slots to `table` if its cursor still is where it was, and moves that on to `position`, where the last of the records
 * stands. False, and nothing changed, where somebody else has moved it meanwhile: then their sums are in the table already.
 */
export function addToSums(
  sums: Knex,
  table: SumsTable,
  cursor: Pick<Cursor, 'position' | 'run'>,
  next: Pick<Cursor, 'position' | 'record'>,
  slots: readonly Slot[],
): Promise<boolean> {
  return sums.transaction(async (trx) => {
    const { position, run } = cursor;
    const moved = await trx(CURSORS).where({ name: table, position, run }).update(next);
    if (moved !== 1) return false;
    await addSlots(trx, table, slots);
    return true;
  });
}

/** Adds slots to a table whose cursor the transaction holds. */
export async function addSlots(trx: Knex, table: SumsTable, slots: readonly Slot[]): Promise<void> {
  const known = await knownLatencies(trx, table, slots);
  const kept = await keepMost(trx, table, slots, known);
  await write(trx, table, kept, known);
}

/** The histograms that are in the table already, by slot and value. */
type Known = ReadonlyMap<Slot, Map<string, string>>;

async function knownLatencies(trx: Knex, table: SumsTable, slots: readonly Slot[]): Promise<Known> {
  const known = new Map<Slot, Map<string, string>>(slots.map((slot) => [slot, new Map()]));
  const asked: { readonly slot: Slot; readonly value: string; readonly second: string }[] = [];
  for (const slot of slots) {
    if (slot.entries.size === 0) continue;
    const wanted = new Map<string, readonly [string, string]>();
    for (const { value, second } of slot.entries.values()) {
      wanted.set(entryKey(value, second), [value, second]);
      // What may be counted as one of the others.
      if (slot.first) wanted.set(entryKey(value, OTHERS), [value, OTHERS]);
    }
    wanted.set(entryKey(OTHERS, slot.first ? OTHERS : NO_VALUE), [OTHERS, slot.first ? OTHERS : NO_VALUE]);
    for (const [value, second] of wanted.values()) asked.push({ slot, value, second });
  }
  const on = KEY_COLUMNS.map((column, i) => `sums.${column} = ${keyParts[i]}`).join(' AND ');
  // The row's number brings it back to its slot.
  const sql = `SELECT ${part(KEY_COLUMNS.length, 'bigint')} AS number, sums.latencies AS latencies
    FROM ${given(trx)} CROSS JOIN ${table} AS sums WHERE ${on}`;
  for (let i = 0; i < asked.length; i += AT_ONCE) {
    const rows = asked
      .slice(i, i + AT_ONCE)
      .map(({ slot, value, second }, n) => [
        ...[slot.organisation, slot.dimension, slot.level, slot.at, value, second],
        i + n,
      ]);
    for (const { number, latencies } of await ask<{ number: number; latencies: string }>(trx, sql, [
      JSON.stringify(rows),
    ])) {
      const found = asked[number];
      if (found) known.get(found.slot)?.set(entryKey(found.value, found.second), latencies);
    }
  }
  return known;
}

/** Entries of each slot after those that are too many have been put together. */
type Kept = ReadonlyMap<Slot, Map<string, Entry>>;

async function keepMost(trx: Knex, table: SumsTable, slots: readonly Slot[], known: Known): Promise<Kept> {
  const kept = new Map<Slot, Map<string, Entry>>();
  for (const slot of slots) {
    const there = known.get(slot);
    const isNew = [...slot.entries.keys()].some((key) => !there?.has(key));
    let room = isNew ? MOST_VALUES[slot.level] - (await countValues(trx, table, slot)) : 0;
    const entries = new Map<string, Entry>();
    const firsts = slot.first ? kept.get(slot.first) : undefined;
    // Those that came first stay, however the records were divided into steps.
    for (const [key, entry] of [...slot.entries].sort(([, a], [, b]) => a.seen - b.seen)) {
      if (there?.has(key)) entries.set(key, entry);
      else if (room > 0) {
        room -= 1;
        entries.set(key, entry);
      } else {
        const value = slot.first && firsts?.has(entryKey(entry.value, NO_VALUE)) ? entry.value : OTHERS;
        join(entries, value, slot.first ? OTHERS : NO_VALUE, entry);
      }
    }
    kept.set(slot, entries);
  }
  return kept;
}

async function countValues(
  trx: Knex,
  table: SumsTable,
  { organisation, dimension, level, at, first }: Slot,
): Promise<number> {
  const query = trx(table)
    .where({ organisation, dimension, level, at })
    .whereNot(first ? 'second' : 'value', OTHERS);
  const [row] = await query.count({ n: '*' });
  return Number(row?.n ?? 0);
}

function join(entries: Map<string, Entry>, value: string, second: string, { seen, sums }: Entry): void {
  const key = entryKey(value, second);
  const entry = entries.get(key) ?? { value, second, seen, sums: noSums() };
  entries.set(key, entry);
  addSums(entry.sums, sums);
}

async function write(trx: Knex, table: SumsTable, kept: Kept, known: Known): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const [slot, entries] of kept) {
    for (const [key, { value, second, sums }] of entries) {
      const { organisation, dimension, level, at } = slot;
      const numbers = MEASURES.map((measure) => sums[measure]);
      const latencies = latenciesAfter(known.get(slot)?.get(key), sums.latencies);
      rows.push([organisation, dimension, level, at, value, second, ...numbers, latencies]);
    }
  }
  const numberParts = NUMBERS.map((_, i) => part(KEY_COLUMNS.length + i, 'bigint'));
  const sql = `INSERT INTO ${table} (${KEY}, ${NUMBERS.join(', ')}, latencies)
    SELECT ${[...keyParts, ...numberParts].join(', ')}, ${part(KEY_COLUMNS.length + NUMBERS.length, 'text')}
    FROM ${given(trx)} WHERE true
    ON CONFLICT (${KEY}) DO UPDATE SET
      ${NUMBERS.map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(', ')},
      latencies = excluded.latencies`;
  for (let i = 0; i < rows.length; i += AT_ONCE) await trx.raw(sql, [JSON.stringify(rows.slice(i, i + AT_ONCE))]);
}

function latenciesAfter(before: string | undefined, added: ReadonlyMap<number, number>): string {
  const sum: Latencies = new Map();
  if (before !== undefined) readLatencies(sum, before);
  addLatencies(sum, added);
  return writeLatencies(sum);
}
