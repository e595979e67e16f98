/** Records of requests, and totals. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { PROTECTIONS } from '../../policies/protection.ts';
import { RECORD_STATUSES, type RecordStatus } from '../../policies/record-status.ts';
import { recordedStepSchema } from '../../policies/trace-schema.ts';
import { usageSchema } from '../../policies/usage-schema.ts';
import { ApiError, ask } from './client.ts';
import { PERIOD_MS, type Period } from './periods.ts';

const PAGE = 50;

const tags = z.record(z.string(), z.object({ value: z.string(), source: z.enum(['key', 'caller', 'rule']) }));
export type RecordTags = z.infer<typeof tags>;

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
  /** The policy of the organisation that ran before, and its version. */
  mandatory: z.object({ policy: z.string(), version: z.number() }).optional(),
  tags,
  usage: usageSchema,
  cost: z.number(),
};
const recordSummary = z.object({ ...summary, trace: z.array(pathStep) });
export type RecordSummary = z.infer<typeof recordSummary>;

const recordSchema = z.object({
  ...summary,
  /** Id of its project. */
  project: z.string(),
  /** Id of the key that sent it. */
  key: z.string(),
  usageSource,
  trace: z.array(recordedStepSchema),
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
      /** How it went out, as things were then; null where surely nothing did, not there in older records. */
      sent: z
        .object({ region: z.string().nullable(), leavesHouse: z.boolean(), protection: z.enum(PROTECTIONS) })
        .nullish(),
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
  /** Whether there is anything to be read of what was said; see `contentQuery`. */
  isContentKept: z.boolean(),
  /** What apps said of the answer, the oldest first; scores go from -1 (bad) to 1 (good). */
  feedback: z.array(
    z.object({
      /** Id of the key that said it. */
      key: z.string(),
      at: z.number(),
      score: z.number(),
      label: z.string().nullable(),
      /** Whether it has a comment; see `commentsQuery`. */
      isCommentKept: z.boolean(),
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
  /** Id of the key that sent them. */
  readonly key?: string | undefined;
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

/** A filter as the control API has it; `now`, in milliseconds since 1970, ends the time of `last`. */
export function filterParameters(filter: RecordFilter, now: number): URLSearchParams {
  const query = new URLSearchParams();
  const { tag: _, last, from, to, ...rest } = filter;
  const range = last === undefined ? { from, to } : { from: now - PERIOD_MS[last] };
  for (const [name, value] of Object.entries({ ...rest, ...range })) {
    if (value !== undefined) query.set(name, String(value));
  }
  for (const text of tagsOf(filter)) {
    const tag = readTag(text);
    if (tag) query.set(`tag.${tag.name}`, tag.value);
  }
  return query;
}

function pageOf(filter: RecordFilter, now: number, before: string | null): string {
  const query = filterParameters(filter, now);
  query.set('limit', String(PAGE));
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

const content = z.object({ request: z.string(), answer: z.string().nullable() });
export type Content = z.infer<typeof content>;

/** What a request sent and was answered, null where nothing is kept. Asking for it is written to the history. */
export const contentQuery = (id: string) =>
  queryOptions({
    queryKey: ['records', id, 'content'],
    queryFn: async ({ signal }) => {
      const answer = z.object({ content: content.nullable() });
      return (await ask(answer, `/records/${encodeURIComponent(id)}/content`, { signal })).content;
    },
    // Nobody reads it again without wanting to.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** What apps wrote about the answer, by the id of the key that they wrote it with. Asking for it is written to the history. */
export const commentsQuery = (id: string) =>
  queryOptions({
    queryKey: ['records', id, 'comments'],
    queryFn: async ({ signal }) => {
      const answer = z.object({ comments: z.array(z.object({ key: z.string(), comment: z.string() })) });
      const { comments } = await ask(answer, `/records/${encodeURIComponent(id)}/content`, { signal });
      return new Map(comments.map(({ key, comment }) => [key, comment]));
    },
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** A request with what was said in it, to be tried again. */
export interface PastRequest {
  readonly record: RequestRecord;
  readonly content: Content | null;
  /** Whether something is kept of what was said that one may not read. */
  readonly isHidden: boolean;
}

/** A request to be tried again; what was said is asked for by those who may read such things somewhere. */
export const pastRequestQuery = (id: string, mayRead: boolean) =>
  queryOptions({
    queryKey: ['records', id, 'to try', mayRead],
    queryFn: async ({ client }): Promise<PastRequest> => {
      const record = await client.fetchQuery(recordQuery(id));
      if (!record.isContentKept) return { record, content: null, isHidden: false };
      if (!mayRead) return { record, content: null, isHidden: true };
      try {
        return { record, content: await client.fetchQuery(contentQuery(id)), isHidden: false };
      } catch (error) {
        if (error instanceof ApiError && error.code === 'not_allowed') return { record, content: null, isHidden: true };
        throw error;
      }
    },
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
