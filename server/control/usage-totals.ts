/** Answers about usage as the control API tells them: totals, with the names that people know. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { UsageAnswer } from '../usage/answer.ts';
import { OTHERS, readValue, type StoredValue, WITHIN_POLICY } from '../usage/dimensions.ts';
import type { Group } from '../usage/groups.ts';
import { percentile } from '../usage/latencies.ts';
import type { By, Question } from '../usage/question.ts';
import type { Every } from '../usage/times.ts';
import { momentSchema } from './input.ts';

const nanoDollars = z.number().meta({ description: 'Nano-dollars.' });
const count = z.number();
const group = z.string().nullable();
const milliseconds = z
  .number()
  .nullable()
  .meta({ description: 'Of whole answers, within 10 %; null where there is none.' });

const usageTotalSchema = z
  .object({
    group: group.meta({ description: 'The value, or the start of the time; null for none.' }),
    groups: z.array(group).optional().meta({ description: 'Both values, where two things are told.' }),
    name: group.meta({ description: 'What people call it, where that is not the value.' }).optional(),
    names: z.array(group).optional(),
    others: z.literal(true).optional().meta({ description: 'The sum of values that are not told apart.' }),
    at: momentSchema.optional().meta({ description: 'The start of the part of the time.' }),
    requests: count,
    errors: count,
    refused: count,
    inputTokens: count,
    cachedTokens: count,
    outputTokens: count,
    reasoningTokens: count,
    cost: nanoDollars,
    savedByRouting: nanoDollars.meta({
      description:
        'What the models that were asked for would have cost more than those that answered, in nano-dollars.',
    }),
    savedByCaching: nanoDollars,
    retryCost: nanoDollars.meta({ description: 'What calls cost that did not answer, in nano-dollars.' }),
    shadowCost: nanoDollars,
    meanMs: milliseconds,
    p50Ms: milliseconds,
    p95Ms: milliseconds,
  })
  .meta({ id: 'UsageTotal' });
type UsageTotal = z.input<typeof usageTotalSchema>;

export const usageAnswerSchema = z.object({
  source: z
    .enum(['rollup', 'records'])
    .meta({ description: 'Sums that are kept by the hour, or the records themselves.' }),
  from: momentSchema.meta({ description: 'What was asked for; of sums that are kept, the whole hours around it.' }),
  to: momentSchema,
  notes: z.array(z.string()).readonly().meta({ description: 'What has to be known of the answer, in words.' }),
  totals: z.array(usageTotalSchema),
});

/** What people call a value of what is told; null where that is the value itself, or nobody knows it. */
type NameOf = (by: By, value: string) => string | null;

async function namesFor(control: Knex, organisation: string, by: readonly By[]): Promise<NameOf> {
  const read = async (table: string): Promise<Map<string, string>> => {
    const rows: { id: string; name: string }[] = await control(table).where({ organisation }).select('id', 'name');
    return new Map(rows.map((row) => [row.id, row.name]));
  };
  const asks = (...names: By[]): boolean => by.some((one) => names.includes(one));
  const none: Map<string, string> = new Map();
  const projects = asks('project') ? await read('projects') : none;
  const keys = asks('key') ? await read('keys') : none;
  const policies = asks('policy', 'version', 'node') ? await read('policies') : none;
  return (one, value) => {
    if (one === 'project') return projects.get(value) ?? null;
    if (one === 'key') return keys.get(value) ?? null;
    if (one === 'policy') return policies.get(value) ?? null;
    if (one !== 'version' && one !== 'node') return null;
    const mark = WITHIN_POLICY[one];
    const [id = '', ...rest] = value.split(mark);
    const name = policies.get(id);
    return name === undefined ? null : `${name}${mark}${rest.join(mark)}`;
  };
}

/** An answer with the names that its values have. */
export async function tellAnswer(
  control: Knex,
  question: Question,
  byTime: boolean,
  { source, from, to, notes, groups }: UsageAnswer,
): Promise<z.input<typeof usageAnswerSchema>> {
  const nameOf = await namesFor(control, question.organisation, question.by);
  const totals = groups.map((one) => totalOf(one, question, byTime, nameOf));
  totals.sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || b.cost - a.cost || ((a.group ?? '') < (b.group ?? '') ? -1 : 1));
  return { source, from, to, notes, totals };
}

function totalOf(
  { values, start, sums }: Group,
  { by, every, timeZone }: Question,
  byTime: boolean,
  nameOf: NameOf,
): UsageTotal {
  const { latencies, latencyMs, ...numbers } = sums;
  const told = values.map(readValue);
  const names = told.map((one, i) => (one === null || by[i] === undefined ? null : nameOf(by[i], one)));
  let answered = 0;
  for (const number of latencies.values()) answered += number;
  const hasNames = names.some((name) => name !== null);
  return {
    group: byTime && every !== null && start !== null ? sayTime(start, every, timeZone) : (told[0] ?? null),
    ...(values.length > 1 && { groups: told }),
    ...(hasNames && (values.length > 1 ? { names } : { name: names[0] ?? null })),
    ...(values.some((one: StoredValue) => one === OTHERS) && { others: true as const }),
    ...(start !== null && every !== null && { at: start }),
    ...numbers,
    meanMs: answered === 0 ? null : Math.round(latencyMs / answered),
    p50Ms: percentile(latencies, 0.5),
    p95Ms: percentile(latencies, 0.95),
  };
}

/** The start of a part of the time, as its zone's clocks show it: a month, a day, or an hour in UTC. */
function sayTime(start: number, every: Every, timeZone: string): string {
  if (every === 'hour') return `${new Date(start).toISOString().slice(0, 16)}Z`;
  // Swedes write dates as ISO does.
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(start);
  return every === 'month' ? day.slice(0, 7) : day;
}
