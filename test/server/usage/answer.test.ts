import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowAt } from '../../../policies/budget.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { answerUsage } from '../../../server/usage/answer.ts';
import { OTHERS, stored } from '../../../server/usage/dimensions.ts';
import type { Group } from '../../../server/usage/groups.ts';
import { writeLatencies } from '../../../server/usage/latencies.ts';
import { usageOfRecord } from '../../../server/usage/of-record.ts';
import { type By, type Condition, meets, type Question, readBy, valueIn } from '../../../server/usage/question.ts';
import { rollStep } from '../../../server/usage/roller.ts';
import { sumHere } from '../../../server/usage/summing.ts';
import { addSums, MEASURES, noSums, type Sums } from '../../../server/usage/sums.ts';
import { SUMS } from '../../../server/usage/tables.ts';
import { Teams } from '../../../server/usage/teams.ts';
import { wholeHours } from '../../../server/usage/times.ts';
import { dialects } from '../control/house.ts';
import { openUsageHouse, type UsageHouse } from './house.ts';
import { drawn, FROM, recordOf, TO } from './traffic.ts';

const said = (sums: Sums): string =>
  `${MEASURES.map((measure) => sums[measure]).join(' ')} | ${writeLatencies(sums.latencies)}`;
const asMap = (groups: readonly Group[]): Map<string, string> =>
  new Map(groups.map(({ values, start, sums }) => [JSON.stringify([start, values]), said(sums)]));

/** Groups of which only the dearest are told apart. */
function limited(groups: ReadonlyMap<string, Sums>, limit: number): Map<string, string> {
  const totals = new Map<string, Sums>();
  const valuesIn = (key: string): string => JSON.stringify(JSON.parse(key)[1]);
  for (const [key, sums] of groups) {
    const total = totals.get(valuesIn(key)) ?? noSums();
    totals.set(valuesIn(key), total);
    addSums(total, sums);
  }
  const ranked = [...totals].sort(
    ([a, one], [b, two]) => two.cost - one.cost || two.requests - one.requests || (a < b ? -1 : 1),
  );
  const kept = new Set(ranked.slice(0, limit).map(([name]) => name));
  const told = new Map<string, Sums>();
  for (const [key, sums] of groups) {
    const [start, values] = JSON.parse(key);
    const name = kept.has(valuesIn(key)) ? key : JSON.stringify([start, values.map(() => OTHERS)]);
    const total = told.get(name) ?? noSums();
    told.set(name, total);
    addSums(total, sums);
  }
  return new Map([...told].map(([key, sums]) => [key, said(sums)]));
}

/** The answer as a plain sum over the records. */
function plainAnswer(records: readonly RequestRecord[], question: Question, isRolled: boolean): Map<string, string> {
  const { from, to } = isRolled ? wholeHours(question) : question;
  const groups = new Map<string, Sums>();
  for (const record of records) {
    const usage = usageOfRecord(record, () => null);
    if (!usage || usage.organisation !== question.organisation || usage.at < from || usage.at >= to) continue;
    if (!question.conditions.every((condition) => meets(usage, condition))) continue;
    const values = question.by.map((by) => stored(valueIn(usage, by)));
    const start = question.every === null ? null : windowAt(question.every, question.timeZone, usage.at).start;
    const key = JSON.stringify([start, values]);
    const sums = groups.get(key) ?? noSums();
    groups.set(key, sums);
    addSums(sums, usage.sums);
  }
  return limited(groups, question.limit);
}

const bys = fc.constantFrom(
  ...['', 'team', 'project', 'key', 'user', 'app', 'model', 'provider', 'policy', 'version', 'node', 'status'],
  ...['usage', 'workflow', 'endpoint', 'team,model', 'model,team', 'team,usage', 'project,model', 'team,user'],
  ...['model,usage', 'tag:team', 'key,status'],
);
const conditions = fc.constantFrom<Condition[]>(
  [],
  [],
  [],
  [{ by: 'team', is: 'search' }],
  [{ by: 'team', is: null }],
  [{ by: 'model', is: 'openai/gpt-5' }],
  [{ by: 'user', is: 'ada' }],
  [{ by: 'version', policy: 'policy_1' }],
  [{ by: 'version', is: 'policy_1@3' }],
  [{ by: 'node', policy: 'policy_2' }],
  [
    { by: 'team', is: 'ads' },
    { by: 'usage', is: 'vibing' },
  ],
  [{ by: 'tag:team', is: 'search' }],
);
const asked = fc.record({
  by: bys,
  conditions,
  every: fc.constantFrom(null, 'hour' as const, 'day' as const, 'week' as const, 'month' as const),
  // Whole hours from UTC, so that roll-ups are exact.
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia'),
  from: fc.integer({ min: FROM - 3_600_000, max: TO }),
  hours: fc.integer({ min: 1, max: 14 }),
  limit: fc.constantFrom(1, 2, 1_000),
});

describe.each(dialects)('usage on %s', (dialect) => {
  let house: UsageHouse;
  let teams: Teams;
  beforeAll(async () => {
    house = await openUsageHouse(dialect);
    teams = new Teams(house.stores.control);
  });
  afterAll(() => house.close());

  it('is answered as a plain sum over the records would be, however much of them has been rolled up', async () => {
    const records = fc.sample(drawn, { numRuns: 400, seed: 7 }).map(recordOf);
    await house.database.records.commit({ intents: [], records });
    const summing = sumHere(house.database.usage);
    let rolledUp = 0;
    const questions = dialect === 'sqlite' ? 100 : 50;
    await fc.assert(
      fc.asyncProperty(asked, async ({ by, hours, ...rest }) => {
        const question: Question = {
          ...rest,
          organisation: 'org_1',
          by: by === '' ? [] : by.split(',').map((one): By => readBy(one)),
          to: rest.from + hours * 3_600_000,
          costAtLeast: null,
        };
        const answer = await answerUsage(house.database.usage, summing, question);
        expect(asMap(answer.groups)).toEqual(plainAnswer(records, question, answer.source === 'rollup'));
        // A little more each time, so that answers are put together of both in every proportion.
        rolledUp += await rollStep(house.stores, teams, SUMS, records.length / questions);
      }),
      { numRuns: questions },
    );
    expect(rolledUp).toBe(400);
  });
});
