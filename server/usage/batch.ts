/** What a number of records add to the sums, put together before the database sees it. */
import {
  DIMENSIONS,
  type Dimension,
  LEVELS,
  type Level,
  NO_VALUE,
  PAIRS,
  pairName,
  type StoredValue,
  stored,
} from './dimensions.ts';
import type { RecordUsage } from './of-record.ts';
import { addSums, noSums, type Sums } from './sums.ts';
import { startOf } from './times.ts';

/** Sums of one value, or of two of a pair. */
export interface Entry {
  readonly value: StoredValue;
  readonly second: StoredValue;
  /** The place of the first record that has it among those that were put together. */
  seen: number;
  readonly sums: Sums;
}

/** All values of one dimension or pair, of one organisation, in one hour, day or month. */
export interface Slot {
  readonly organisation: string;
  readonly dimension: string;
  /** For a pair, the slot of its first dimension. */
  readonly first: Slot | null;
  readonly level: Level;
  readonly at: number;
  readonly entries: Map<string, Entry>;
}

/** Slots of which those of single dimensions stand before those of the pairs that they are part of. */
export function slotsOf(usages: readonly RecordUsage[]): Slot[] {
  const slots = new Slots();
  // Hours are added up first: days and months take their sums, which are far fewer than the records.
  for (const [seen, usage] of usages.entries()) addRecord(slots, usage, seen);
  for (const hour of slots.all()) {
    for (const level of LEVELS) {
      if (level === 'hour') continue;
      const to = slots.of(hour.organisation, level, startOf(level, hour.at)).get(hour.dimension);
      for (const entry of hour.entries.values()) if (to) add(to, entry.value, entry.second, entry.seen, entry.sums);
    }
  }
  return slots.all().sort((a, b) => Number(a.first !== null) - Number(b.first !== null));
}

/** All slots of an organisation in an hour, a day or a month, by dimension. */
type OfTime = ReadonlyMap<string, Slot>;

class Slots {
  readonly #times = new Map<string, OfTime>();
  /** Records that follow each other are mostly of one organisation and hour. */
  #last: { readonly organisation: string; readonly level: Level; readonly at: number; readonly slots: OfTime } | null =
    null;

  of(organisation: string, level: Level, at: number): OfTime {
    const last = this.#last;
    if (last?.at === at && last.organisation === organisation && last.level === level) return last.slots;
    const key = `${level} ${at} ${organisation}`;
    let slots = this.#times.get(key);
    if (!slots) {
      slots = slotsOfTime(organisation, level, at);
      this.#times.set(key, slots);
    }
    this.#last = { organisation, level, at, slots };
    return slots;
  }

  all(): Slot[] {
    return [...this.#times.values()].flatMap((slots) => [...slots.values()]);
  }
}

function slotsOfTime(organisation: string, level: Level, at: number): OfTime {
  const slots = new Map<string, Slot>();
  const make = (dimension: string, first: Slot | null): void => {
    slots.set(dimension, { organisation, dimension, first, level, at, entries: new Map() });
  };
  for (const dimension of DIMENSIONS) make(dimension, null);
  for (const pair of PAIRS) make(pairName(pair), slots.get(pair[0]) ?? null);
  return slots;
}

const PAIR_NAMES = PAIRS.map((pair) => [pairName(pair), ...pair] as const);

function addRecord(slots: Slots, { organisation, at, values, sums }: RecordUsage, seen: number): void {
  const hour = slots.of(organisation, 'hour', startOf('hour', at));
  const value: Partial<Record<Dimension, StoredValue>> = {};
  for (const dimension of DIMENSIONS) {
    const one = stored(values[dimension]);
    value[dimension] = one;
    const slot = hour.get(dimension);
    if (slot) add(slot, one, NO_VALUE, seen, sums);
  }
  for (const [name, first, second] of PAIR_NAMES) {
    const slot = hour.get(name);
    if (slot) add(slot, value[first] ?? NO_VALUE, value[second] ?? NO_VALUE, seen, sums);
  }
}

function add(slot: Slot, value: StoredValue, second: StoredValue, seen: number, sums: Sums): void {
  const key = entryKey(value, second);
  let entry = slot.entries.get(key);
  if (!entry) {
    entry = { value, second, seen, sums: noSums() };
    slot.entries.set(key, entry);
  }
  entry.seen = Math.min(entry.seen, seen);
  addSums(entry.sums, sums);
}

/** Tells the values of a slot apart; no stored text has a character of code 0. */
export const entryKey = (value: StoredValue, second: StoredValue): string =>
  second === NO_VALUE ? value : `${value}\0${second}`;
