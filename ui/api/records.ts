/** Records of requests, deciding one again, and totals. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

export const RECORD_STATUSES = ['ok', 'answered', 'blocked', 'failed', 'aborted', 'lost', 'dry_run'] as const;
export type RecordStatus = (typeof RECORD_STATUSES)[number];

const PAGE = 50;

const tags = z.record(z.string(), z.object({ value: z.string(), source: z.enum(['key', 'caller', 'rule']) }));
export type RecordTags = z.infer<typeof tags>;

const usage = z.object({ inputTokens: z.number(), outputTokens: z.number() });
const usageSource = z.enum(['provider', 'counted', 'estimated']);

const pathStep = z.object({ node: z.string(), port: z.string().nullable() });
export type PathStep = z.infer<typeof pathStep>;

const summary = {
  id: z.string(),
  at: z.number(),
  durationMs: z.number(),
  overheadMs: z.number(),
  status: z.enum(RECORD_STATUSES),
  httpStatus: z.number(),
  errorCode: z.string().nullable(),
  stream: z.boolean(),
  app: z.string().nullable(),
  requestedModel: z.string(),
  model: z.string().nullable(),
  policy: z.string().nullable(),
  version: z.number().nullable(),
  tags,
  usage,
  cost: z.number(),
};
const recordSummary = z.object({ ...summary, trace: z.array(pathStep) });
export type RecordSummary = z.infer<typeof recordSummary>;

const recordSchema = z.object({
  ...summary,
  usageSource,
  trace: z.array(pathStep.extend({ kind: z.string(), reason: z.string() })),
  attempts: z.array(
    z.object({
      model: z.string(),
      ok: z.boolean(),
      failure: z.string().nullable(),
      status: z.number().nullable(),
      message: z.string().nullable(),
      usage,
      usageSource,
      cost: z.number().nullable(),
      durationMs: z.number(),
    }),
  ),
  charges: z.array(
    z.object({
      budget: z.string(),
      scope: z.string(),
      unit: z.enum(['usd', 'tokens']),
      held: z.number(),
      settled: z.number(),
    }),
  ),
  redactions: z.record(z.string(), z.number()),
  content: z.object({ request: z.string(), answer: z.string().nullable() }).nullable(),
});
export type RequestRecord = z.infer<typeof recordSchema>;

/** What the list is narrowed to; `tag` is `name=value`, moments are milliseconds since 1970, `costAtLeast` nano-dollars. */
export interface RecordFilter {
  readonly status?: RecordStatus | undefined;
  readonly model?: string | undefined;
  readonly tag?: string | undefined;
  readonly policy?: string | undefined;
  readonly version?: number | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly costAtLeast?: number | undefined;
}

/** Name and value of a tag as it is written in filters; null when it is not `name=value`. */
export function readTag(tag: string): { readonly name: string; readonly value: string } | null {
  const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(tag) ?? [];
  return name === undefined || value === undefined ? null : { name, value };
}

function pageOf(filter: RecordFilter, before: string | null): string {
  const query = new URLSearchParams({ limit: String(PAGE) });
  const { tag: tagText, ...rest } = filter;
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.set(name, String(value));
  const tag = tagText === undefined ? null : readTag(tagText);
  if (tag) query.set(`tag.${tag.name}`, tag.value);
  if (before !== null) query.set('before', before);
  return `/records?${query}`;
}

export const recordsQuery = (filter: RecordFilter) =>
  infiniteQueryOptions({
    queryKey: ['records', 'list', filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const answer = z.object({ records: z.array(recordSummary), next: z.string().nullable() });
      return ask(answer, pageOf(filter, pageParam), { signal });
    },
    getNextPageParam: ({ next }) => next,
  });

export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: ['records', id],
    queryFn: ({ signal }) => ask(recordSchema, `/records/${encodeURIComponent(id)}`, { signal }),
  });

const step = z.object({ port: z.string().nullable(), reason: z.string() }).nullable();
const difference = z.object({ node: z.string(), recorded: step, now: step, why: z.string() });
const replayed = z.discriminatedUnion('result', [
  z.object({ result: z.literal('same') }),
  z.object({ result: z.literal('different'), difference }),
  z.object({ result: z.literal('cannot tell'), node: z.string(), why: z.string(), difference: difference.nullable() }),
]);
export type Replayed = z.infer<typeof replayed>;

/** Decides a recorded request again on its own version, without calling anyone. */
export function replayRecord(id: string): Promise<Replayed> {
  return ask(replayed, `/records/${encodeURIComponent(id)}/replay`, { method: 'POST', body: {} });
}

const total = z.object({
  group: z.string().nullable(),
  requests: z.number(),
  errors: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cost: z.number(),
});
export type UsageTotal = z.infer<typeof total>;

/** Totals by model since a moment, in milliseconds since 1970. */
export const usageQuery = (from: number) =>
  queryOptions({
    queryKey: ['records', 'usage', from],
    queryFn: async ({ signal }) =>
      (await ask(z.object({ totals: z.array(total) }), `/usage?by=model&from=${from}`, { signal })).totals,
  });
