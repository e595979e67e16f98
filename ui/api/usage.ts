/** What was used, told by one thing and by time; at once, or by a scan that reads the records. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ApiError, ask, askText } from './client.ts';

/** What usage is told by, besides tags, which are `tag:name`. */
export const DIMENSIONS = [
  'team',
  'project',
  'user',
  'key',
  'app',
  'usage',
  'workflow',
  'agent',
  'model',
  'provider',
  'policy',
  'version',
  'node',
  'status',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const EVERY = ['hour', 'day', 'week', 'month'] as const;
export type Every = (typeof EVERY)[number];

/** Times up to now that usage is told of. */
export const USAGE_PERIODS = ['day', 'fortnight', 'month', 'year'] as const;
export type UsagePeriod = (typeof USAGE_PERIODS)[number];

/** A value that requests have to have; an empty one for those that have none. */
export interface UsageCondition {
  /** One of the dimensions, or `tag:name`. */
  readonly by: string;
  readonly is: string;
}

export interface UsageQuestion {
  readonly by: string;
  readonly every?: Every | undefined;
  readonly timeZone: string;
  /** Milliseconds since 1970; until now where there is no end. */
  readonly from: number;
  readonly to?: number | undefined;
  readonly conditions?: readonly UsageCondition[];
  /** So many values are told apart, those that cost most; the others are added up. */
  readonly limit: number;
}

const milliseconds = z.number().nullable();
const total = z.object({
  /** The value; null for none, and for the others. */
  group: z.string().nullable(),
  /** What people call it, where that is not the value. */
  name: z.string().nullish(),
  /** True for the sum of what is not told apart. */
  others: z.literal(true).optional(),
  /** The start of the part of the time. */
  at: z.number().optional(),
  requests: z.number(),
  errors: z.number(),
  refused: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  /** Nano-dollars, as all that was saved. */
  cost: z.number(),
  savedByRouting: z.number(),
  savedByCaching: z.number(),
  meanMs: milliseconds,
  p50Ms: milliseconds,
  p95Ms: milliseconds,
});
export type UsageSum = z.infer<typeof total>;

const answer = z.object({
  from: z.number(),
  to: z.number(),
  notes: z.array(z.string()),
  totals: z.array(total),
});

const scan = answer.extend({
  id: z.string(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  why: z.string().nullable(),
  /** Requests that have been looked at, of so many; null until they are counted. */
  done: z.number(),
  total: z.number().nullable(),
});
export type UsageScan = z.infer<typeof scan>;

/** Conditions as parameters: a version is asked for by its policy and its number. */
function parametersOf(conditions: readonly UsageCondition[]): {
  dimensions: [string, string][];
  tags: [string, string][];
} {
  const dimensions: [string, string][] = [];
  const tags: [string, string][] = [];
  for (const { by, is } of conditions) {
    const split = is.lastIndexOf('@');
    if (by.startsWith('tag:')) tags.push([by.slice('tag:'.length), is]);
    else if (by === 'version' && split > 0) {
      dimensions.push(['policy', is.slice(0, split)], ['version', is.slice(split + 1)]);
    } else dimensions.push([by === 'version' ? 'policy' : by, is]);
  }
  return { dimensions, tags };
}

function pathOf(question: UsageQuestion, format?: 'csv'): string {
  const { by, every, timeZone, from, to, conditions = [], limit } = question;
  const query = new URLSearchParams({ by, timeZone, from: String(from), limit: String(limit) });
  if (every !== undefined) query.set('every', every);
  if (to !== undefined) query.set('to', String(to));
  const { dimensions, tags } = parametersOf(conditions);
  for (const [name, is] of dimensions) query.set(name, is);
  for (const [name, is] of tags) query.set(`tag.${name}`, is);
  if (format) query.set('format', format);
  return `/usage?${query}`;
}

const USAGE = ['usage'];

/** The answer at once; fails with `usage_needs_scan` where too many records would have to be read. */
export const usageToldQuery = (question: UsageQuestion) =>
  queryOptions({
    queryKey: [...USAGE, question],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => ask(answer, pathOf(question), { signal }),
  });

/** Whether only a scan can answer. */
export const needsScan = (error: Error | null): boolean =>
  error instanceof ApiError && error.code === 'usage_needs_scan';

/** The same as a table for a spreadsheet. */
export const usageTable = (question: UsageQuestion): Promise<string> => askText(pathOf(question, 'csv'));

/** Starts to read the records; rejects with `too_many_scans` while others do. */
export function startScan(question: UsageQuestion): Promise<UsageScan> {
  const { conditions = [], ...rest } = question;
  const { dimensions, tags } = parametersOf(conditions);
  const body = { ...rest, ...Object.fromEntries(dimensions), tags: Object.fromEntries(tags) };
  return ask(scan, '/usage/scans', { method: 'POST', body });
}

const SCAN_REFRESH_MS = 500;

/** How far a scan is, asked again until it has ended. */
export const scanQuery = (id: string) =>
  queryOptions<UsageScan>({
    queryKey: [...USAGE, 'scan', id],
    refetchInterval: (query): number | false => {
      const told: UsageScan | undefined = query.state.data;
      return told === undefined || told.state === 'running' ? SCAN_REFRESH_MS : false;
    },
    queryFn: ({ signal }): Promise<UsageScan> => ask(scan, `/usage/scans/${encodeURIComponent(id)}`, { signal }),
  });

/** Ends a scan; what it has found stays. */
export function stopScan(id: string): Promise<void> {
  return ask(z.undefined(), `/usage/scans/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** What a scan has found, as a table for a spreadsheet. */
export const scanTable = (id: string): Promise<string> => askText(`/usage/scans/${encodeURIComponent(id)}?format=csv`);

/** Whether any request has ever come. */
export const anyTrafficQuery = queryOptions({
  queryKey: ['records', 'any'],
  queryFn: async ({ signal }) =>
    (await ask(z.object({ records: z.array(z.unknown()) }), '/records?limit=1', { signal })).records.length > 0,
});

/** By whose clocks the days and months of the organisation begin. */
export const timeZoneQuery = queryOptions({
  queryKey: ['organisation', 'time zone'],
  queryFn: async ({ signal }) => (await ask(z.object({ timeZone: z.string() }), '/organisation', { signal })).timeZone,
});
