/**
 * When keys were last used, from the roll-ups: first the month, then the day within it, then the hour within that; and from
 * the records that have come since.
 */
import type { Knex } from 'knex';
import { type Level, readValue } from './dimensions.ts';
import { newestByKey } from './source.ts';
import type { UsageStores } from './stores.ts';
import { ask, cursorOf, SUMS } from './tables.ts';
import { nextOf, startOf } from './times.ts';

interface Use {
  /** A key as the roll-ups store it. */
  readonly value: string;
  /** The start of the month, day or hour in UTC. */
  readonly at: number;
}

/**
 * The start of the hour (in UTC, milliseconds since 1970) of each key's last request, by the key's id; keys without a request
 * are left out. Where an hour had more keys than are kept apart, it is the start of the day or month.
 */
export async function lastUsed(stores: UsageStores, organisation: string): Promise<ReadonlyMap<string, number>> {
  const { sums } = stores;
  const since = await newestByKey(stores, organisation, (await cursorOf(sums, SUMS))?.position ?? 0);
  let uses: readonly Use[] = await sums(SUMS)
    .where({ organisation, dimension: 'key', level: 'month' })
    .groupBy('value')
    .select<Use[]>('value')
    .max({ at: 'at' });
  for (const [level, within] of [
    ['day', 'month'],
    ['hour', 'day'],
  ] as const) {
    uses = await narrowed(sums, organisation, uses, level, within);
  }
  const found = new Map<string, number>();
  for (const { value, at } of uses) {
    const key = readValue(value);
    if (key !== null) found.set(key, Number(at));
  }
  for (const [key, at] of since) found.set(key, Math.max(found.get(key) ?? 0, startOf('hour', at)));
  return found;
}

/** The same uses, to a smaller part of their time. Each part of it is looked up by itself, so that other keys cost nothing. */
async function narrowed(
  sums: Knex,
  organisation: string,
  uses: readonly Use[],
  level: Level,
  within: Level,
): Promise<Use[]> {
  const parts = uses.flatMap(({ value, at }) => startsWithin(Number(at), level, within).map((start) => [value, start]));
  const given = sums.client.config.client === 'pg' ? 'json_array_elements(CAST(? AS json))' : 'json_each(?)';
  const rows = await ask<Use>(
    sums,
    `SELECT sums.value AS value, MAX(sums.at) AS at FROM ${given} AS given CROSS JOIN ${SUMS} AS sums
      WHERE sums.organisation = ? AND sums.dimension = 'key' AND sums.level = ?
        AND sums.at = CAST(given.value ->> 1 AS bigint) AND sums.value = CAST(given.value ->> 0 AS text)
      GROUP BY sums.value`,
    [JSON.stringify(parts), organisation, level],
  );
  const found = new Map(rows.map(({ value, at }) => [value, at]));
  return uses.map(({ value, at }) => ({ value, at: found.get(value) ?? at }));
}

/** The starts of the parts of a month or a day. */
function startsWithin(start: number, level: Level, within: Level): number[] {
  const starts: number[] = [];
  for (let at = start; at < nextOf(within, start); at = nextOf(level, at)) starts.push(at);
  return starts;
}
