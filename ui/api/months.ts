/** Months: what was charged in each, closing and correcting it, and a vendor's file beside it. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask, askText } from './client.ts';

/** Whole numbers of any size, such as nano-dollars. */
const whole = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);

const summary = z.object({
  /** Such as `2026-10`. */
  month: z.string(),
  /** Milliseconds since 1970. */
  from: z.number(),
  to: z.number(),
  timeZone: z.string(),
  ended: z.boolean(),
  closed: z
    .object({ by: z.string(), at: z.number(), reason: z.string(), csvDigest: z.string(), jsonDigest: z.string() })
    .nullable(),
  requests: whole,
  nanoDollars: whole,
  teams: z.array(z.object({ team: z.string(), nanoDollars: whole })),
});
export type MonthSummary = z.infer<typeof summary>;

const line = z.object({
  kind: z.enum(['requests', 'lost', 'correction']),
  team: z.string(),
  project: z.string(),
  projectId: z.string(),
  costCentre: z.string(),
  model: z.string(),
  requests: whole,
  inputTokens: whole,
  cachedInputTokens: whole,
  outputTokens: whole,
  nanoDollars: whole,
  refersTo: z.string().nullable(),
  reason: z.string().nullable(),
});
export type MonthLine = z.infer<typeof line>;

const correction = z.object({
  id: z.string(),
  project: z.string(),
  amount: z.number(),
  month: z.string().nullable(),
  request: z.string().nullable(),
  reason: z.string(),
  author: z.string(),
  at: z.number(),
  countsIn: z.string(),
});
export type Correction = z.infer<typeof correction>;

const detail = z.object({ ...summary.shape, lines: z.array(line), corrections: z.array(correction) });
export type MonthDetail = z.infer<typeof detail>;

const amounts = z.object({ requests: whole, inputTokens: whole, outputTokens: whole, nanoDollars: whole });
export type ComparedAmounts = z.infer<typeof amounts>;

const compared = z.object({
  /** The columns of the file that were read, and as what. */
  columns: z.array(z.object({ column: z.string(), as: z.string() })),
  has: z.object({ requests: z.boolean(), tokens: z.boolean(), cost: z.boolean() }),
  read: z.number(),
  outside: z.number(),
  unreadable: z.number(),
  long: z.number(),
  rows: z.array(
    z.object({
      day: z.string(),
      model: z.string(),
      ours: amounts.nullable(),
      theirs: amounts.nullable(),
      same: z.boolean(),
      cause: z.string().nullable(),
    }),
  ),
  totals: z.object({ ours: amounts, theirs: amounts }),
  csv: z.string(),
});
export type Compared = z.infer<typeof compared>;

const MONTHS = ['months'];

export const monthsQuery = queryOptions({
  queryKey: MONTHS,
  queryFn: ({ signal }) =>
    ask(z.object({ timeZone: z.string(), countsIn: z.string(), months: z.array(summary) }), '/months', { signal }),
});

export const monthQuery = (month: string) =>
  queryOptions({
    queryKey: [...MONTHS, month],
    queryFn: ({ signal }) => ask(detail, `/months/${encodeURIComponent(month)}`, { signal }),
  });

/** After anything that months are told by has changed. */
export function refreshMonths(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: MONTHS });
}

/** The text of a month's file. */
export function monthFile(month: string, format: 'csv' | 'json'): Promise<string> {
  return askText(`/months/${encodeURIComponent(month)}/export?format=${format}`);
}

/** Closes a month for good; rejects with `month_not_closable`. */
export async function closeMonth(month: string, reason: string): Promise<void> {
  await ask(summary, `/months/${encodeURIComponent(month)}/close`, { method: 'POST', body: { reason } });
}

/** Corrects what a project was charged, by nano-dollars; gives the month in which that counts. */
export async function postCorrection(given: Omit<Correction, 'id' | 'author' | 'at' | 'countsIn'>): Promise<string> {
  return (await ask(correction, '/corrections', { method: 'POST', body: given })).countsIn;
}

/** Compares a month with a vendor's usage file; `provider` is what stands before the slash in the ids of our models. */
export function compareMonth(
  month: string,
  given: { readonly csv: string; readonly provider: string; readonly timeZone: string },
): Promise<Compared> {
  return ask(compared, `/months/${encodeURIComponent(month)}/compare`, { method: 'POST', body: given });
}

/** Sets by whose clocks months begin and end. */
export async function setTimeZone(timeZone: string, reason: string): Promise<void> {
  await ask(z.object({ timeZone: z.string() }), '/organisation/time-zone', {
    method: 'PUT',
    body: { timeZone, reason },
  });
}
