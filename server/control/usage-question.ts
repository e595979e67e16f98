/** Questions about usage as the control API takes them. */
import { z } from 'zod';
import { timeZoneSchema } from '../../policies/budget.ts';
import { TAG_NAME } from '../../policies/facts.ts';
import { SignalboxError } from '../errors.ts';
import { DIMENSIONS } from '../usage/dimensions.ts';
import { type By, type Condition, type Question, readBy, simplest, tagged } from '../usage/question.ts';
import { EVERY, type Every } from '../usage/times.ts';
import { recordFilterSchema } from './records.ts';

const { project, model, policy, version, status, from, to, costAtLeast } = recordFilterSchema.shape;

const NONE = 'Nothing for requests that have none.';
const value = z.string().optional().meta({ description: NONE });

/** What a question about usage is made of; every other parameter has to be `tag.<name>`. */
export const usageQuestionSchema = z.looseObject({
  by: z.string().meta({
    description: `One or two of ${DIMENSIONS.join(', ')}, a tag as \`tag:name\`, or a time: hour, day or month; two with a comma between.`,
  }),
  every: z
    .enum(EVERY)
    .optional()
    .meta({ description: 'Takes the time apart; each total then says when its part starts.' }),
  timeZone: timeZoneSchema.default('UTC').meta({ description: 'By whose clocks days, weeks and months begin.' }),
  from: from.meta({ description: 'Milliseconds since 1970, inclusive; else since the first request.' }),
  to: to.meta({ description: 'Milliseconds since 1970, exclusive; else until now.' }),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000).meta({
    description: 'Groups that are told apart, those that cost most; the others are added up.',
  }),
  project,
  status,
  costAtLeast,
  version,
  model: model.meta({ description: NONE }),
  policy: policy.meta({ description: NONE }),
  team: value,
  key: value,
  user: value,
  app: value,
  provider: value,
  node: value,
  usage: value,
  workflow: value,
  agent: value,
  endpoint: value,
});
export type UsageQuery = z.output<typeof usageQuestionSchema>;

/** The same in a body, where tags have a place of their own. */
export const usageBodySchema = z.strictObject({
  ...usageQuestionSchema.shape,
  tags: z.record(z.string(), z.string()).default({}),
});

/** A body as the query that asks the same. */
export function queryOf({ tags, ...rest }: z.output<typeof usageBodySchema>): UsageQuery {
  return { ...rest, ...Object.fromEntries(Object.entries(tags).map(([name, is]) => [`${TAG}${name}`, is])) };
}

/** What is asked for by its name alone. */
const PLAIN = DIMENSIONS.filter((one) => one !== 'policy' && one !== 'version');
const TIMES: ReadonlySet<string> = new Set(['hour', 'day', 'month'] satisfies Every[]);
const MOST_BY = 2;
const TAG = 'tag.';

/** Reads a question; throws `invalid_input` where it makes no sense. `first` is the start of the first request, `now` that of the next. */
export function readQuestion(
  organisation: string,
  query: UsageQuery,
  first: number,
  now: number,
): { readonly question: Question; readonly byTime: boolean } {
  const words = query.by.split(',').map((word) => word.trim());
  const times = words.filter((word) => TIMES.has(word));
  const by = words.filter((word) => !TIMES.has(word)).map(readBy);
  const [time, another] = times;
  if (another !== undefined || by.length > MOST_BY || new Set(by).size < by.length) {
    throw new SignalboxError('invalid_input', { why: 'Ask for usage by one time, and by one or two different things' });
  }
  if (time !== undefined && query.every !== undefined && time !== query.every) {
    throw new SignalboxError('invalid_input', {
      why: `Ask for usage by ${time} or every ${query.every}, not for both`,
    });
  }
  const question: Question = {
    organisation,
    by,
    every: EVERY.find((one) => one === time) ?? query.every ?? null,
    timeZone: query.timeZone,
    from: query.from ?? first,
    to: query.to ?? now,
    conditions: conditionsOf(query, by),
    costAtLeast: query.costAtLeast ?? null,
    limit: query.limit,
  };
  return { question, byTime: time !== undefined && by.length === 0 };
}

function conditionsOf(query: UsageQuery, by: readonly By[]): Condition[] {
  if (query.version !== undefined && !query.policy) {
    throw new SignalboxError('invalid_input', { why: 'Say with “policy” whose version is meant' });
  }
  const none = (text: string): string | null => (text === '' ? null : text);
  const conditions: Condition[] = simplest(
    by,
    query.policy === undefined ? undefined : none(query.policy),
    query.version,
  );
  for (const name of PLAIN) {
    const is = query[name];
    if (is !== undefined) conditions.push({ by: name, is: none(is) });
  }
  for (const [name, is] of Object.entries(query)) {
    if (Object.hasOwn(usageQuestionSchema.shape, name)) continue;
    const tag = name.startsWith(TAG) ? name.slice(TAG.length) : '';
    if (!TAG_NAME.test(tag) || typeof is !== 'string') {
      throw new SignalboxError('invalid_input', {
        why: `Unrecognized key: "${name}"; tags are written as tag.name=value`,
      });
    }
    conditions.push({ by: tagged(tag), is: none(is) });
  }
  return conditions;
}
