/** Records of requests, and totals. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { usageSchema } from '../../policies/usage-schema.ts';
import { ask } from './client.ts';
import { PERIOD_MS, type Period } from './periods.ts';

export const RECORD_STATUSES = ['ok', 'answered', 'blocked', 'failed', 'aborted', 'lost', 'dry_run', 'shadow'] as const;
export type RecordStatus = (typeof RECORD_STATUSES)[number];

const PAGE = 50;

const tags = z.record(z.string(), z.object({ value: z.string(), source: z.enum(['key', 'caller', 'rule']) }));
export type RecordTags = z.infer<typeof tags>;

const usageSource = z.enum(['provider', 'counted', 'estimated']);

const pathStep = z.object({ node: z.string(), port: z.string().nullable() });
export type PathStep = z.infer<typeof pathStep>;

export const explainedStepSchema = pathStep.extend({ kind: z.string(), reason: z.string() });
export type ExplainedStep = z.infer<typeof explainedStepSchema>;

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
  usage: usageSchema,
  cost: z.number(),
};
const recordSummary = z.object({ ...summary, trace: z.array(pathStep) });
export type RecordSummary = z.infer<typeof recordSummary>;

/** Of what the outside has answered a step, what is shown besides its words: copies that were sent, and caches that were met. */
const shownResult = z.union([
  z.object({ shadow: z.literal('sent'), record: z.string() }),
  z.object({ cache: z.enum(['hit', 'miss', 'other_form', 'bypass']) }),
  z.unknown().transform(() => null),
]);

const recordedStep = explainedStepSchema.extend({
  results: z
    .array(shownResult)
    .transform((results) => results.flatMap((one) => one ?? []))
    .optional(),
});

const recordSchema = z.object({
  ...summary,
  /** Id of the key that sent it. */
  key: z.string(),
  usageSource,
  trace: z.array(recordedStep),
  /** Nano-dollars that the answer had cost, where a cache gave it again. */
  savedByCaching: z.number().optional(),
  /** The request that this is a copy of. */
  shadowOf: z.string().optional(),
  attempts: z.array(
    z.object({
      node: z.string(),
      model: z.string(),
      ok: z.boolean(),
      failure: z.string().nullable(),
      status: z.number().nullable(),
      message: z.string().nullable(),
      usage: usageSchema,
      usageSource,
      cost: z.number().nullable(),
      /** Where its price came from; not there in older records. */
      price: z.string().nullish(),
      /** Until the first piece of an answer came; null where none did. */
      firstByteMs: z.number().nullable(),
      durationMs: z.number(),
      /** The provider's own name for the call. */
      upstreamId: z.string().nullable(),
    }),
  ),
  charges: z.array(
    z.object({
      budget: z.string(),
      revision: z.number(),
      scope: z.string(),
      unit: z.enum(['usd', 'tokens']),
      held: z.number(),
      settled: z.number(),
    }),
  ),
  redactions: z.record(z.string(), z.number()),
  /** Small facts that every replay needs, such as the name of the key and of its project. */
  facts: z.record(z.string(), z.unknown()),
  content: z.object({ request: z.string(), answer: z.string().nullable() }).nullable(),
  /** What apps said of the answer, the oldest first; scores go from -1 (bad) to 1 (good). */
  feedback: z.array(
    z.object({
      /** Id of the key that said it. */
      key: z.string(),
      at: z.number(),
      score: z.number(),
      label: z.string().nullable(),
      comment: z.string().nullable(),
    }),
  ),
});
export type RequestRecord = z.infer<typeof recordSchema>;

/** The record of a request that a policy decided; of a copy of one nothing was decided. */
export type DecidedRecord = RequestRecord & { readonly policy: string; readonly version: number };

export const isDecided = (record: RequestRecord): record is DecidedRecord =>
  record.policy !== null && record.version !== null && record.status !== 'shadow';

/**
 * What the list is narrowed to; a tag is `name=value`, and all of them have to be there; moments are milliseconds since
 * 1970, `costAtLeast` nano-dollars. `last` counts more than `from` and `to`.
 */
export interface RecordFilter {
  readonly status?: RecordStatus | undefined;
  readonly model?: string | undefined;
  /** Id of a project. */
  readonly project?: string | undefined;
  readonly tag?: string | readonly string[] | undefined;
  readonly policy?: string | undefined;
  readonly version?: number | undefined;
  readonly last?: Period | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly costAtLeast?: number | undefined;
}

/** Name and value of a tag as it is written in filters; null when it is not `name=value`. */
export function readTag(tag: string): { readonly name: string; readonly value: string } | null {
  const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(tag) ?? [];
  return name === undefined || value === undefined ? null : { name, value };
}

/** The tags of a filter, each as `name=value`. */
export const tagsOf = ({ tag }: Pick<RecordFilter, 'tag'>): readonly string[] =>
  tag === undefined ? [] : typeof tag === 'string' ? [tag] : tag;

function pageOf(filter: RecordFilter, now: number, before: string | null): string {
  const query = new URLSearchParams({ limit: String(PAGE) });
  const { tag: _, last, from, to, ...rest } = filter;
  const range = last === undefined ? { from, to } : { from: now - PERIOD_MS[last] };
  for (const [name, value] of Object.entries({ ...rest, ...range })) {
    if (value !== undefined) query.set(name, String(value));
  }
  for (const text of tagsOf(filter)) {
    const tag = readTag(text);
    if (tag) query.set(`tag.${tag.name}`, tag.value);
  }
  if (before !== null) query.set('before', before);
  return `/records?${query}`;
}

export const recordsQuery = (filter: RecordFilter) =>
  infiniteQueryOptions({
    queryKey: ['records', 'list', filter],
    initialPageParam: null as string | null,
    // What was shown stays until what is asked for is there.
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const answer = z.object({ records: z.array(recordSummary), next: z.string().nullable() });
      return ask(answer, pageOf(filter, Date.now(), pageParam), { signal });
    },
    getNextPageParam: ({ next }) => next,
  });

export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: ['records', id],
    queryFn: ({ signal }) => ask(recordSchema, `/records/${encodeURIComponent(id)}`, { signal }),
  });

const total = z.object({
  group: z.string().nullable(),
  requests: z.number(),
  errors: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cost: z.number(),
});

/** Totals by model since a moment, in milliseconds since 1970. */
export const usageQuery = (from: number) =>
  queryOptions({
    queryKey: ['records', 'usage', from],
    queryFn: async ({ signal }) =>
      (await ask(z.object({ totals: z.array(total) }), `/usage?by=model&from=${from}`, { signal })).totals,
  });
