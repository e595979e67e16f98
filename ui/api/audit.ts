/** The history of all changes for those who review it: how far it is proved, its entries, and what can be taken along. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ApiError, ask, askFile } from './client.ts';

const PAGE = 50;
const REFRESH_MS = 60_000;
const AUDIT = ['audit'];

const logState = z.object({
  log: z.string(),
  kind: z.enum(['history', 'records']),
  entries: z.number(),
  /** Up to which entry everything was read again and fits, when that was, and what does not fit. */
  verified: z.object({ to: z.number(), at: z.number(), fault: z.string().nullable() }).nullable(),
  checkpoint: z.object({ size: z.number(), at: z.number() }).nullable(),
  /** Why no checkpoint is signed any more, in words. */
  refused: z.string().nullable(),
});
export type LogState = z.infer<typeof logState>;

const auditState = z.object({
  /** Null where nothing is signed. */
  publicKey: z.string().nullable(),
  /** The history, and the requests of each gateway. */
  logs: z.array(logState),
  /** Requests that are written and not sealed yet. */
  waiting: z.number(),
  shows: z.array(z.string()),
  doesNotShow: z.array(z.string()),
});
export type AuditState = z.infer<typeof auditState>;

export const auditStateQuery = queryOptions({
  queryKey: [...AUDIT, 'state'],
  refetchInterval: REFRESH_MS,
  queryFn: ({ signal }) => ask(auditState, '/audit/state', { signal }),
});

/** An entry of the history. */
export const historyEntry = z.object({
  sequence: z.number(),
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  objectType: z.string(),
  objectId: z.string(),
  reason: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
  /** SHA-256 in hexadecimal; they stay where the contents were erased. */
  beforeDigest: z.string().nullable(),
  afterDigest: z.string().nullable(),
  /** The hash of the entry before. */
  previous: z.string().nullable(),
  hash: z.string(),
});
export type HistoryEntry = z.infer<typeof historyEntry>;

const historyPage = z.object({
  /** The newest first. */
  entries: z.array(historyEntry),
  next: z.number().nullable(),
  previous: z.number().nullable(),
});

/** A time in milliseconds since 1970: from the first to before the last; either may be left open. */
export interface Span {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

interface EntriesFilter {
  readonly actor: string | undefined;
  readonly objectType: string | undefined;
  readonly reason: 'given' | 'none' | undefined;
  /** Gives the time from the moment of asking. */
  readonly span: (now: number) => Span;
  /** What tells this time from others in the cache. */
  readonly spanKey: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** The parts of a query that are there. */
export function queryOf(parts: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) query.set(name, String(value));
  return query.toString();
}

/** A page of entries, the newest first. */
export const entriesQuery = ({ span, ...filter }: EntriesFilter) =>
  queryOptions({
    queryKey: [...AUDIT, 'entries', filter],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const { spanKey: _, ...rest } = filter;
      return ask(historyPage, `/history?${queryOf({ ...rest, ...span(Date.now()), limit: PAGE })}`, { signal });
    },
  });

/** The proof that an entry is in a log, as a text that stands by itself; null where no signed checkpoint covers it yet. */
export async function askProof(log: string, sequence: number): Promise<string | null> {
  const query = queryOf({ log, sequence });
  try {
    return (await ask(z.object({ proof: z.string() }), `/audit/proofs/inclusion?${query}`)).proof;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return null;
    throw error;
  }
}

/** All that happened in a time, as signed lines; tells how many bytes have come so far. */
export const takeExport = (span: Span, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<Blob> =>
  askFile(`/audit/export?${queryOf({ ...span })}`, onBytes, signal);

/** Where the program that checks exports can be had. */
export const VERIFIER_ADDRESS = '/api/audit/verifier';
