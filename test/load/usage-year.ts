/**
 * The roll-ups that a year of real traffic leaves, written straight into their tables: how many rows there are depends on how
 * many values each dimension has in an hour, and no more on how many requests there were.
 */
import type { Knex } from 'knex';
import { MEASURES } from '../../server/usage/sums.ts';
import { COLUMN_OF, KEY_COLUMNS, SUMS } from '../../server/usage/tables.ts';
import { HOUR_MS } from '../../server/usage/times.ts';

export interface Year {
  readonly organisation: string;
  readonly from: number;
  readonly hours: number;
  readonly requests: number;
  /** Divides the number of values, for a year that is small. */
  readonly smaller: number;
}

/** Values of each dimension or pair that occur in one hour, of how many in all. */
const VALUES: readonly (readonly [dimension: string, hourly: number, all: number])[] = [
  ['team', 20, 20],
  ['project', 60, 60],
  ['key', 150, 200],
  ['user', 400, 2_000],
  ['app', 30, 60],
  ['model', 12, 20],
  ['provider', 4, 4],
  ['policy', 10, 10],
  ['version', 15, 80],
  ['node', 25, 60],
  ['status', 5, 5],
  ['usage', 3, 3],
  ['workflow', 40, 120],
  ['agent', 60, 300],
  ['endpoint', 1, 1],
  ['team,model', 120, 240],
  ['team,usage', 50, 60],
  ['project,model', 250, 600],
  ['team,user', 400, 2_000],
  ['model,usage', 30, 60],
];

/** An hour of one value, and a whole day or month. */
const FEW_LATENCIES = '28:2 31:4 33:3 36:1';
const MANY_LATENCIES = Array.from({ length: 28 }, (_, i) => `${20 + i}:${1_000 + i * i}`).join(' ');

/** What a row has of each measure, times its requests. */
const EACH: Readonly<Record<(typeof MEASURES)[number], number>> = {
  requests: 1,
  errors: 0,
  refused: 0,
  inputTokens: 1_200,
  cachedTokens: 300,
  outputTokens: 350,
  reasoningTokens: 40,
  cost: 2_400_000,
  latencyMs: 1_900,
  savedByRouting: 700_000,
  savedByCaching: 0,
  retryCost: 9_000,
  shadowCost: 0,
};

/** Writes a year, and gives the number of its rows. */
export async function writeYear(sums: Knex, year: Year, say: (words: string) => void): Promise<number> {
  const columns = [...KEY_COLUMNS, ...MEASURES.map((one) => COLUMN_OF[one]), 'latencies'].join(', ');
  const numbers = MEASURES.map((one) => COLUMN_OF[one]);
  for (const [dimension, hourlyWanted, allWanted] of VALUES) {
    const hourly = Math.max(1, Math.floor(hourlyWanted / year.smaller));
    const all = Math.max(hourly, Math.floor(allWanted / year.smaller));
    const requests = Math.max(1, Math.round(year.requests / year.hours / hourly));
    const [value, second] = valuesOf(dimension, all);
    // Every hour has some of the values: those that follow each other, from a place that moves on.
    await sums.raw(
      `INSERT INTO ${SUMS} (${columns})
       WITH RECURSIVE
         hours(hour) AS (SELECT 0 UNION ALL SELECT hour + 1 FROM hours WHERE hour < ${year.hours - 1}),
         numbers(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < ${hourly - 1}),
         places(hour, place) AS (SELECT hour, (hour * 37 + number) % ${all} FROM hours CROSS JOIN numbers)
       SELECT '${year.organisation}', '${dimension}', 'hour', ${year.from} + CAST(hour AS bigint) * ${HOUR_MS},
         ${value}, ${second}, ${MEASURES.map((one) => requests * EACH[one]).join(', ')}, '${FEW_LATENCIES}'
       FROM places`,
    );
    for (const [level, start] of [
      ['day', `at - at % ${24 * HOUR_MS}`],
      ['month', monthOf(sums)],
    ] as const) {
      await sums.raw(
        `INSERT INTO ${SUMS} (${columns})
         SELECT organisation, dimension, '${level}', ${start}, value, second,
           ${numbers.map((column) => `SUM(${column})`).join(', ')}, '${MANY_LATENCIES}'
         FROM ${SUMS} WHERE organisation = ? AND dimension = ? AND level = 'hour' GROUP BY 1, 2, 3, 4, 5, 6`,
        [year.organisation, dimension],
      );
    }
    say(`Roll-ups of a year by ${dimension} written.`);
  }
  const [row] = await sums(SUMS).where({ organisation: year.organisation }).count({ n: '*' });
  return Number(row?.n ?? 0);
}

/** The value of a place, and of a pair the second value. */
function valuesOf(dimension: string, all: number): readonly [string, string] {
  const [first = '', second] = dimension.split(',');
  if (second === undefined) return [named(first, 'place'), "''"];
  const firsts = Math.min(20, all);
  return [named(first, `place % ${firsts}`), named(second, second === 'user' ? 'place' : `place / ${firsts}`)];
}

const named = (name: string, number: string): string => {
  const value = `'=${name} ' || CAST(${number} AS text)`;
  // Versions and nodes begin with their policy.
  if (name === 'version') return `'=policy ' || CAST(${number} % 10 AS text) || '@' || CAST(${number} AS text)`;
  if (name === 'node') return `'=policy ' || CAST(${number} % 10 AS text) || '/' || CAST(${number} AS text)`;
  return value;
};

const monthOf = (sums: Knex): string =>
  sums.client.config.client === 'pg'
    ? "CAST(EXTRACT(EPOCH FROM date_trunc('month', to_timestamp(at / 1000) AT TIME ZONE 'UTC')) AS bigint) * 1000"
    : "CAST(strftime('%s', at / 1000, 'unixepoch', 'start of month') AS bigint) * 1000";
