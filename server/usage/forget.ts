/**
 * Takes the value of a tag out of the roll-ups, because what is known of somebody was deleted: the sums of requests that carry
 * it no longer go to those without a value, as if all were made anew from what is left. Totals stay as they were.
 */
import type { Knex } from 'knex';
import { type Entry, entryKey, type Slot, slotsOf } from './batch.ts';
import {
  type Dimension,
  type Level,
  NO_VALUE,
  PAIRS,
  pairName,
  readValue,
  stored,
  TAG_DIMENSIONS,
} from './dimensions.ts';
import { addLatencies, readLatencies } from './latencies.ts';
import { type RecordUsage, usageOfRecord } from './of-record.ts';
import { recordsOfSpan } from './source.ts';
import type { UsageStores } from './stores.ts';
import { MEASURES, noSums, type Sums } from './sums.ts';
import { COLUMN_OF, CURSORS, cursorOf, NEXT_SUMS, SUMS, type SumsTable } from './tables.ts';
import { Teams } from './teams.ts';
import { nextOf } from './times.ts';
import { addSlots } from './writing.ts';

/** Records that are read in one step. */
const STEP = 2_000;

interface Meant {
  readonly organisation: string;
  readonly tag: { readonly name: string; readonly value: string };
}

interface Row extends Readonly<Record<string, string | number>> {
  readonly organisation: string;
  readonly dimension: string;
  readonly level: Level;
  readonly at: number;
  readonly value: string;
  readonly second: string;
  readonly latencies: string;
}

/** Where a tag's values stand: the names of sums, each with the column. */
const placesOf = (name: string): (readonly [dimension: string, column: 'value' | 'second'])[] => [
  [name, 'value'],
  ...PAIRS.flatMap((pair) => {
    const names: readonly string[] = pair;
    const place = names.indexOf(name);
    return place < 0 ? [] : [[pairName(pair), place === 0 ? 'value' : 'second'] as const];
  }),
];

/**
 * Moves what requests without it have used to “no value”. The records have to be deleted before. What is being added to the
 * sums meanwhile was perhaps read before that: such a step adds nothing, and is made again. Can be called again at any time.
 */
export async function forgetValue(stores: UsageStores, meant: Meant): Promise<void> {
  if (!TAG_DIMENSIONS.has(meant.tag.name)) return;
  if (stores.dialect === 'sqlite') await stores.sums.raw('PRAGMA secure_delete = ON');
  // Those that are being made come first: they may take the place of the others before these are done.
  for (const table of [NEXT_SUMS, SUMS] as const) await forgetIn(stores, table, meant);
}

function forgetIn(stores: UsageStores, table: SumsTable, meant: Meant): Promise<void> {
  return stores.sums.transaction(async (trx) => {
    const stopped = await trx(CURSORS)
      .where({ name: table })
      .update({ run: trx.raw("run || '+'") });
    const cursor = stopped === 1 ? await cursorOf(trx, table) : null;
    if (!cursor) return;
    const rows = await rowsOf(trx, table, meant);
    const left = new Map<string, Entry>();
    for (const slot of slotsOf(await usagesLeft(stores, rows, meant, cursor.position))) {
      for (const entry of slot.entries.values()) left.set(nameOf({ ...slot, ...entry }), entry);
    }
    for (const [dimension, column] of placesOf(meant.tag.name)) {
      const { organisation, tag } = meant;
      await trx(table)
        .where({ organisation, dimension, [column]: stored(tag.value) })
        .delete();
    }
    await addSlots(trx, table, slotsAfter(rows, left, meant));
  });
}

const nameOf = ({
  dimension,
  level,
  at,
  value,
  second,
}: Pick<Slot, 'dimension' | 'level' | 'at'> & Pick<Entry, 'value' | 'second'>) =>
  JSON.stringify([dimension, level, Number(at), value, second]);

/** What takes the place of rows: what is left of each comes first, so that it stays apart where values are too many. */
function slotsAfter(rows: readonly Row[], left: ReadonlyMap<string, Entry>, meant: Meant): Slot[] {
  const slots = new Map<string, Slot>();
  for (const row of rows) {
    const { organisation, dimension, level } = row;
    const keys = { organisation, dimension, level, at: Number(row.at) };
    const first = dimension === meant.tag.name ? null : { ...keys, first: null, entries: new Map() };
    const name = JSON.stringify(keys);
    const slot = slots.get(name) ?? { ...keys, first, entries: new Map<string, Entry>() };
    slots.set(name, slot);
    const put = (value: string, second: string, seen: number, sums: Sums): void => {
      slot.entries.set(entryKey(value, second), { value, second, seen, sums });
    };
    const kept = left.get(nameOf(row));
    const all = sumsIn(row);
    const moved = without(all, kept?.sums ?? noSums());
    // Where some of what is left was counted with the others, it cannot be told from what is to go.
    const stays = moved === null ? all : kept?.sums;
    if (stays) put(row.value, row.second, 0, stays);
    if (moved && (!kept || !isNothing(moved))) put(...forgotten(row, meant), 1, moved);
  }
  return [...slots.values()];
}

async function rowsOf(trx: Knex, table: SumsTable, { organisation, tag }: Meant): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [dimension, column] of placesOf(tag.name)) {
    rows.push(...(await trx<Row>(table).where({ organisation, dimension, [column]: stored(tag.value) })));
  }
  return rows;
}

/** What the records in the sums use that carry the value still, in the time of these rows. */
async function usagesLeft(
  stores: UsageStores,
  rows: readonly Row[],
  { organisation, tag }: Meant,
  upTo: number,
): Promise<RecordUsage[]> {
  const hours = rows.flatMap(({ level, at }) => (level === 'hour' ? [Number(at)] : []));
  if (hours.length === 0) return [];
  const value = stored(tag.value);
  const dimension = [...TAG_DIMENSIONS].find((one): one is Dimension => one === tag.name);
  const span = {
    organisation,
    upTo,
    from: Math.min(...hours),
    to: nextOf('hour', Math.max(...hours)),
    // Values that were cut are counted with others that begin so.
    ...(readValue(value) === tag.value && { tags: { [tag.name]: tag.value } }),
  };
  const teams = new Teams(stores.control);
  const usages: RecordUsage[] = [];
  for await (const { records } of recordsOfSpan(stores, span, STEP)) {
    const teamOf = await teams.of(new Set(records.map(({ project }) => project)));
    for (const record of records) {
      const usage = usageOfRecord(record, teamOf);
      if (usage && dimension && stored(usage.values[dimension]) === value) usages.push(usage);
    }
  }
  return usages;
}

function sumsIn(row: Row): Sums {
  const sums = noSums();
  for (const measure of MEASURES) sums[measure] = Number(row[COLUMN_OF[measure]]);
  readLatencies(sums.latencies, row.latencies);
  return sums;
}

/** What is left of one when the other is taken away; null where that is not a part of it. */
function without(from: Sums, part: Readonly<Sums>): Sums | null {
  const rest = noSums();
  for (const measure of MEASURES) rest[measure] = from[measure] - part[measure];
  addLatencies(rest.latencies, from.latencies);
  addLatencies(rest.latencies, new Map([...part.latencies].map(([step, count]) => [step, -count])));
  for (const [step, count] of rest.latencies) {
    if (count < 0) return null;
    if (count === 0) rest.latencies.delete(step);
  }
  return rest.requests < 0 || rest.inputTokens < 0 || rest.outputTokens < 0 ? null : rest;
}

const isNothing = (sums: Sums): boolean =>
  sums.latencies.size === 0 && MEASURES.every((measure) => sums[measure] === 0);

/** The values of a row without the one that is forgotten. */
function forgotten({ dimension, value, second }: Row, { tag }: Meant): readonly [value: string, second: string] {
  const column = placesOf(tag.name).find(([name]) => name === dimension)?.[1];
  return column === 'value' ? [NO_VALUE, second] : [value, NO_VALUE];
}
