/** Sums by group and by part of the time, while they are put together: from roll-ups, from records, or both. */
import { OTHERS, type StoredValue, stored } from './dimensions.ts';
import type { RecordUsage } from './of-record.ts';
import { meets, type Question, valueIn } from './question.ts';
import { addSums, noSums, type Sums } from './sums.ts';
import { type Part, partAt } from './times.ts';

/** More groups than this are not told apart, whatever records bring. */
const MOST_GROUPS = 20_000;

/** The sums of one group in one part of the time. */
export interface Group {
  /** The values that it is told by, as they are stored. */
  readonly values: readonly StoredValue[];
  /** Start of the part; null where time is not taken apart. */
  readonly start: number | null;
  readonly sums: Sums;
}

export class Groups {
  readonly #groups = new Map<string, Group>();
  readonly #values = new Set<string>();

  /** Adds sums to a group. */
  add(values: readonly StoredValue[], start: number | null, sums: Readonly<Sums>): void {
    const name = JSON.stringify(values);
    if (!this.#values.has(name)) {
      if (this.#values.size >= MOST_GROUPS && values.some((value) => value !== OTHERS)) {
        this.add(
          values.map(() => OTHERS),
          start,
          sums,
        );
        return;
      }
      this.#values.add(name);
    }
    const key = `${start} ${name}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = { values, start, sums: noSums() };
      this.#groups.set(key, group);
    }
    addSums(group.sums, sums);
  }

  /** Adds a record where the question means it. */
  addRecord(question: Question, parts: readonly Part[], usage: RecordUsage): void {
    if (usage.organisation !== question.organisation) return;
    const part = partAt(parts, usage.at);
    if (!part || !question.conditions.every((condition) => meets(usage, condition))) return;
    if (question.costAtLeast !== null && usage.sums.cost < question.costAtLeast) return;
    const values = question.by.map((by) => stored(valueIn(usage, by)));
    this.add(values, question.every === null ? null : part.start, usage.sums);
  }

  get all(): readonly Group[] {
    return [...this.#groups.values()];
  }
}

/** Names of the groups that are told apart. */
export type Kept = ReadonlySet<string>;

const nameOf = (values: readonly StoredValue[]): string => JSON.stringify(values);

/** The values of so many groups, those that cost most in all; null where there are no more. */
export function dearest(groups: readonly Group[], limit: number): Kept | null {
  const costs = new Map<string, { cost: number; requests: number }>();
  for (const { values, sums } of groups) {
    if (values.includes(OTHERS)) continue;
    const name = nameOf(values);
    const total = costs.get(name) ?? { cost: 0, requests: 0 };
    costs.set(name, { cost: total.cost + sums.cost, requests: total.requests + sums.requests });
  }
  if (costs.size <= limit) return null;
  const apart = [...costs].sort(
    ([a, one], [b, two]) => two.cost - one.cost || two.requests - one.requests || (a < b ? -1 : 1),
  );
  return new Set(apart.slice(0, limit).map(([name]) => name));
}

/** The values of kept groups, as they are stored. */
export const valuesOf = (kept: Kept): StoredValue[][] => [...kept].map((name): StoredValue[] => JSON.parse(name));

/** Groups of which only those that are kept are told apart; the rest are added up as the others. */
export function onlyKept(groups: readonly Group[], kept: Kept | null): readonly Group[] {
  if (kept === null) return groups;
  const told = new Groups();
  for (const { values, start, sums } of groups) {
    const isTold = kept.has(nameOf(values)) || values.includes(OTHERS);
    told.add(isTold ? values : values.map(() => OTHERS), start, sums);
  }
  return told.all;
}

/** Both together; neither is changed. */
export function merged(one: readonly Group[], two: readonly Group[]): readonly Group[] {
  if (two.length === 0) return one;
  const groups = new Groups();
  for (const { values, start, sums } of [...one, ...two]) groups.add(values, start, sums);
  return groups.all;
}
