/** Records for the tests of usage: few values of everything, so that sums meet, and what they have to add up to. */
import * as fc from 'fast-check';
import { NO_USAGE } from '../../../policies/request.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { DIMENSIONS, LEVELS, OTHERS, PAIRS, pairName, stored } from '../../../server/usage/dimensions.ts';
import { writeLatencies } from '../../../server/usage/latencies.ts';
import { usageOfRecord } from '../../../server/usage/of-record.ts';
import type { UsageStores } from '../../../server/usage/stores.ts';
import { addSums, MEASURES, noSums, type Sums } from '../../../server/usage/sums.ts';
import { COLUMN_OF, SUMS } from '../../../server/usage/tables.ts';
import { startOf } from '../../../server/usage/times.ts';
import { exampleRecord } from '../records/example.ts';

/** The last hours of a month, so that days and months change among them. */
export const FROM = Date.UTC(2026, 0, 31, 20);
const HOURS = 10;
export const TO = FROM + HOURS * 3_600_000;

const one = <const T>(...values: T[]) => fc.constantFrom(...values);

/** What differs between records. */
export const drawn = fc.record({
  organisation: one('org_1', 'org_1', 'org_1', 'org_2'),
  project: one('project_1', 'project_2', 'project_3'),
  key: one('key_1', 'key_2'),
  at: fc.integer({ min: FROM, max: TO - 1 }),
  status: one('ok', 'ok', 'ok', 'answered', 'blocked', 'failed', 'aborted', 'lost', 'dry_run', 'counted'),
  app: one(null, 'app/1', '=app', '*', ''),
  model: one(null, 'openai/gpt-5', 'anthropic/claude', 'bare'),
  policy: one(null, 'policy_1', 'policy_2'),
  team: one(null, 'search', 'ads', 'others', '*'),
  user: one(null, 'ada', 'grace', 'x'.repeat(300), `${'x'.repeat(199)}😀`),
  usage: one(null, 'vibing', 'building'),
  durationMs: fc.double({ min: 0, max: 700_000, noNaN: true }),
  inputTokens: fc.nat(100_000),
  cost: fc.nat(2_000_000_000),
  failedCost: fc.option(fc.nat(1_000_000)),
  saved: fc.option(fc.integer({ min: -1_000_000, max: 1_000_000 })),
});
export type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

export function recordOf({ team, user, usage: use, failedCost, saved, inputTokens, ...fields }: Drawn): RequestRecord {
  const tags: Record<string, { value: string; source: 'key' }> = {};
  for (const [name, value] of Object.entries({ team, user, usage: use })) {
    if (value !== null) tags[name] = { value, source: 'key' };
  }
  const usage = { ...NO_USAGE, inputTokens, cachedInputTokens: inputTokens >> 1, outputTokens: 7, reasoningTokens: 3 };
  const base = exampleRecord();
  const [attempt] = base.attempts;
  if (!attempt) throw new Error('The example has no attempt.');
  const failed = { ...attempt, node: 'node_6', ok: false, cost: failedCost };
  return {
    ...base,
    ...fields,
    version: fields.policy === null ? null : 3,
    tags,
    usage,
    attempts: fields.model === null ? [failed] : [failed, { ...attempt, cost: fields.cost }],
    charges: [],
    content: null,
    ...(saved !== null && { savedByRouting: saved }),
  };
}

/** Sums by what they are of, as text, for comparison: numbers in their order, then the histogram. */
export type Told = Map<string, string>;

const told = (sums: Sums): string =>
  `${MEASURES.map((measure) => sums[measure]).join(' ')} | ${writeLatencies(sums.latencies)}`;

/** What the tables have to hold after these records: a plain sum for every level, dimension and pair. */
export function plainSums(records: readonly RequestRecord[]): Told {
  const sums = new Map<string, Sums>();
  for (const record of records) {
    const usage = usageOfRecord(record, () => null);
    if (!usage) continue;
    const wanted: (readonly [string, string, string])[] = [
      ...DIMENSIONS.map((one) => [one, stored(usage.values[one]), ''] as const),
      ...PAIRS.map((pair) => {
        const [first, second] = pair;
        return [pairName(pair), stored(usage.values[first]), stored(usage.values[second])] as const;
      }),
    ];
    for (const level of LEVELS) {
      for (const [dimension, value, second] of wanted) {
        const at = startOf(level, usage.at);
        const key = JSON.stringify([usage.organisation, dimension, level, at, value, second]);
        const sum = sums.get(key) ?? noSums();
        sums.set(key, sum);
        addSums(sum, usage.sums);
      }
    }
  }
  return new Map([...sums].map(([key, sum]) => [key, told(sum)]));
}

/** What the tables hold. */
export async function tableSums(stores: Pick<UsageStores, 'sums'>): Promise<Told> {
  const rows: Record<string, string | number>[] = await stores.sums(SUMS);
  return new Map(
    rows.map((row) => [
      JSON.stringify([row.organisation, row.dimension, row.level, row.at, row.value, row.second]),
      `${MEASURES.map((measure) => row[COLUMN_OF[measure]]).join(' ')} | ${row.latencies}`,
    ]),
  );
}

/** How many requests the tables count by a dimension at a level, those of “others” among them or alone. */
export async function countIn(
  stores: Pick<UsageStores, 'sums'>,
  dimension: string,
  level: string,
  others = false,
): Promise<{ rows: number; requests: number }> {
  const query = stores.sums(SUMS).where({ dimension, level });
  if (others) query.where((either) => either.where('value', OTHERS).orWhere('second', OTHERS));
  const rows: { requests: number }[] = await query.select('requests');
  return { rows: rows.length, requests: rows.reduce((sum, row) => sum + row.requests, 0) };
}

/** The first few sums in which two differ, for a test to show. */
export function differences(one: Told, other: Told): string[] {
  const keys = new Set([...one.keys(), ...other.keys()]);
  return [...keys]
    .filter((key) => one.get(key) !== other.get(key))
    .slice(0, 5)
    .map((key) => `${key}: ${one.get(key)} and not ${other.get(key)}`);
}
