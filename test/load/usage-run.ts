/** Usage at a size: requests through the record store and the roller, a year of roll-ups, and the questions of every screen. */
import { NO_USAGE } from '../../policies/request.ts';
import type { Attempt, RequestRecord } from '../../server/records/record.ts';
import type { Database } from '../../server/store/database.ts';
import { answerUsage, type UsageAnswer } from '../../server/usage/answer.ts';
import type { Condition, Question } from '../../server/usage/question.ts';
import { rollStep } from '../../server/usage/roller.ts';
import type { UsageStores } from '../../server/usage/stores.ts';
import { sumHere } from '../../server/usage/summing.ts';
import { SUMS } from '../../server/usage/tables.ts';
import { Teams } from '../../server/usage/teams.ts';
import { type Every, HOUR_MS } from '../../server/usage/times.ts';
import { randomOf } from './random.ts';
import type { ScenarioResult } from './scenario.ts';
import { writeYear } from './usage-year.ts';

export interface UsageSize {
  /** Requests that go through the record store. */
  readonly records: number;
  /** Of the year whose roll-ups are written. */
  readonly hours: number;
  readonly requests: number;
  readonly smaller: number;
  /** Longest that an answer may take; null where nobody looks at a clock. */
  readonly mostMs: number | null;
}

/** Where a year ends in these runs. */
const END = Date.UTC(2026, 10, 1);
const DAY = 24 * HOUR_MS;
const BATCH = 100;

/** Runs it on an open database, whose roll-ups `stores` can write. */
export async function runUsage(
  database: Database,
  stores: UsageStores,
  size: UsageSize,
  say: (words: string) => void,
): Promise<ScenarioResult> {
  const figures: [string, string][] = [];
  const broken: string[] = [];
  const summing = sumHere(database.usage);

  const expected = await commitRecords(database, size.records, figures, say);
  await rollUp(stores, size.records, figures, say);
  const all = question('org_records', { from: END - 30 * DAY });
  const told = await answerUsage(database.usage, summing, all);
  const [sum] = told.groups;
  if (told.source !== 'rollup' || sum?.sums.requests !== expected.requests || sum.sums.cost !== expected.cost) {
    broken.push(`The roll-ups tell ${sum?.sums.requests} requests, and ${expected.requests} were recorded.`);
  }

  const year = { organisation: 'org_year', from: END - size.hours * HOUR_MS, ...size };
  const since = performance.now();
  const rows = await writeYear(stores.sums, year, say);
  // As it is when it was not written all at once.
  await stores.sums.raw(stores.dialect === 'postgres' ? `ANALYZE ${SUMS}` : 'PRAGMA wal_checkpoint(TRUNCATE)');
  figures.push([
    `Rows of roll-ups for a year of ${size.requests} requests`,
    `${rows}, written in ${seconds(performance.now() - since)}`,
  ]);
  for (const [screen, asked] of questions(year.from)) {
    const times: number[] = [];
    let answer: UsageAnswer | null = null;
    for (let i = 0; i < 5; i++) {
      const began = performance.now();
      answer = await answerUsage(database.usage, summing, asked);
      times.push(performance.now() - began);
    }
    const [first = 0] = times;
    const median = [...times].sort((a, b) => a - b)[2] ?? 0;
    figures.push([screen, `${answer?.groups.length} sums, first ${first.toFixed(0)} ms, then ${median.toFixed(0)} ms`]);
    say(`${screen}: ${median.toFixed(0)} ms`);
    if (answer?.source !== 'rollup' || answer.groups.length === 0) broken.push(`"${screen}" was not in the roll-ups.`);
    if (size.mostMs !== null && first > size.mostMs) {
      broken.push(`"${screen}" took ${first.toFixed(0)} ms, and ${size.mostMs} ms are promised.`);
    }
  }
  return { figures, broken };
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** Commits requests in batches as the writer does, over the last hours of the year; gives what they add up to. */
async function commitRecords(
  { records }: Database,
  count: number,
  figures: [string, string][],
  say: (words: string) => void,
): Promise<{ requests: number; cost: number }> {
  const random = randomOf(1);
  let cost = 0;
  const since = performance.now();
  for (let i = 0; i < count; i += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - i) }, (_, n) =>
      // A steady pace that takes 24 hours in all.
      exampleOf(i + n, END - DAY + Math.floor(((i + n) / count) * DAY), random.between(1, 3_000_000)),
    );
    for (const record of batch) cost += record.cost;
    await records.commit({ intents: [], records: batch });
    if ((i / BATCH) % 1_000 === 999) say(`${i + BATCH} records committed.`);
  }
  const took = performance.now() - since;
  figures.push(['Records committed', `${count} in ${seconds(took)}, ${perSecond(count, took)} a second`]);
  return { requests: count, cost };
}

async function rollUp(
  stores: UsageStores,
  count: number,
  figures: [string, string][],
  say: (words: string) => void,
): Promise<void> {
  const teams = new Teams(stores.control);
  const since = performance.now();
  const cpu = process.cpuUsage();
  let rolled = 0;
  let steps = 0;
  for (let added = -1; added !== 0; ) {
    added = await rollStep(stores, teams);
    rolled += added;
    steps += 1;
    if (steps % 100 === 0) say(`${rolled} of ${count} records rolled up.`);
  }
  const took = performance.now() - since;
  const used = process.cpuUsage(cpu);
  figures.push(
    ['Records rolled up', `${rolled} in ${seconds(took)}, ${perSecond(rolled, took)} a second`],
    ['Processor time of the roller', `${((used.user + used.system) / Math.max(1, rolled)).toFixed(0)} µs a record`],
  );
}

const perSecond = (count: number, milliseconds: number): string => ((count / milliseconds) * 1000).toFixed(0);

/** A request such as a policy of eight nodes leaves, of as many teams, users and models as a company has. */
function exampleOf(number: number, at: number, cost: number): RequestRecord {
  const usage = { ...NO_USAGE, inputTokens: 1_200, cachedInputTokens: 300, outputTokens: 350, reasoningTokens: 40 };
  const model = `openai/model-${number % 12}`;
  const attempt: Attempt = {
    node: 'call',
    model,
    ok: true,
    failure: null,
    status: 200,
    message: null,
    usage,
    usageSource: 'provider',
    cost,
    firstByteMs: 300,
    durationMs: 900 + (number % 4_000),
    upstreamId: `up_${number}`,
  };
  const tag = (value: string) => ({ value, source: 'key' as const });
  return {
    id: `req_${number.toString(36).padStart(10, '0')}`,
    gateway: 'load',
    boot: 'boot',
    sequence: number,
    organisation: 'org_records',
    project: `prj_${number % 60}`,
    key: `key_${number % 200}`,
    at,
    durationMs: attempt.durationMs,
    overheadMs: 1,
    status: 'ok',
    httpStatus: 200,
    errorCode: null,
    endpoint: 'chat.completions',
    stream: true,
    app: `app/${number % 40}`,
    requestedModel: 'gpt-5',
    model,
    policy: `pol_${number % 10}`,
    version: 3,
    tags: {
      team: tag(`team ${number % 20}`),
      user: tag(`user ${(number * 7) % 2_000}`),
      usage: tag(number % 3 === 0 ? 'vibing' : 'building'),
      workflow: tag(`flow ${number % 120}`),
    },
    trace: Array.from({ length: 8 }, (_, i) => ({
      node: i === 7 ? 'call' : `node_${i}`,
      kind: i === 7 ? 'model' : 'match',
      port: i === 7 ? null : 'next',
      reason: 'The request went on, as “team” is search and “usage” is building.',
    })),
    attempts: [attempt],
    charges: [],
    redactions: {},
    usage,
    usageSource: 'provider',
    cost,
    savedByRouting: cost >> 2,
    facts: {},
    content: null,
  };
}

interface Asked {
  readonly by?: Question['by'];
  readonly every?: Every;
  readonly timeZone?: string;
  readonly from?: number;
  readonly is?: readonly Condition[];
  /** As many as a picture shows. */
  readonly limit?: number;
}

function question(
  organisation: string,
  { by = [], every, timeZone = 'UTC', from = 0, is = [], limit = 1_000 }: Asked,
): Question {
  return {
    organisation,
    by,
    every: every ?? null,
    timeZone,
    from,
    to: END,
    conditions: is,
    costAtLeast: null,
    limit,
  };
}

/** What the pages ask, of a year and of shorter times. */
function questions(year: number): readonly (readonly [screen: string, question: Question])[] {
  const quarter = Math.max(year, END - 90 * DAY);
  const month = Math.max(year, END - 30 * DAY);
  const team: Condition = { by: 'team', is: 'team 0' };
  const zone = { timeZone: 'Europe/Berlin' };
  const asked: readonly (readonly [string, Asked])[] = [
    ['Start page: today by model', { by: ['model'], from: END - DAY }],
    ['A year in all', { from: year }],
    ['A year by month', { every: 'month', from: year, ...zone }],
    ['A year by day', { every: 'day', from: year, ...zone }],
    ['A year by hour', { every: 'hour', from: year }],
    ['A year by team', { by: ['team'], from: year }],
    ['A year by user', { by: ['user'], from: year }],
    ['A year by key', { by: ['key'], from: year }],
    ['A year by workflow', { by: ['workflow'], from: year }],
    ['A year by model and month', { by: ['model'], every: 'month', from: year, ...zone }],
    ['A year by team and model', { by: ['team', 'model'], from: year }],
    ['A year by team and model, every month', { by: ['team', 'model'], every: 'month', from: year, ...zone }],
    ['Versions of a policy in a year', { by: ['version'], from: year, is: [{ by: 'version', policy: 'policy 0' }] }],
    ['Users of a team in a year', { by: ['user'], from: year, is: [team] }],
    ['Models of a team by day, a quarter', { by: ['model'], every: 'day', from: quarter, is: [team], ...zone }],
    ['One user by day, a quarter', { every: 'day', from: quarter, is: [{ by: 'user', is: 'user 0' }], ...zone }],
    ['A quarter by team and day', { by: ['team'], every: 'day', from: quarter, ...zone }],
    ['A month by user and day, 12 users apart', { by: ['user'], every: 'day', from: month, limit: 12, ...zone }],
  ];
  return asked.map(([screen, one]) => [screen, question('org_year', one)]);
}
