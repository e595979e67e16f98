/** Runs of agents: requests that carry the same tag `session`. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { RECORD_STATUSES } from '../../policies/record-status.ts';
import { ask } from './client.ts';

const run = z.object({
  session: z.string(),
  /** Start of its first request and end of the one that ended last, milliseconds since 1970. */
  firstAt: z.number(),
  lastAt: z.number(),
  requests: z.number(),
  errors: z.number(),
  /** Nano-dollars. */
  cost: z.number(),
  workflow: z.string().nullable(),
  agent: z.string().nullable(),
});
export type AgentRun = z.infer<typeof run>;

const total = z.object({
  requests: z.number(),
  errors: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cost: z.number(),
  from: z.number(),
  to: z.number(),
});
export type RunTotal = z.infer<typeof total>;

const branch = z.object({
  id: z.string(),
  parent: z.string().nullable(),
  depth: z.number(),
  kind: z.enum(['request', 'step', 'agent']),
  name: z.string().nullable(),
  /** Null for a step or an agent that is no request of its own. */
  request: z
    .object({
      id: z.string(),
      at: z.number(),
      durationMs: z.number(),
      status: z.enum(RECORD_STATUSES),
      model: z.string().nullable(),
    })
    .nullable(),
  /** With all that is under it. */
  total,
});
export type RunBranch = z.infer<typeof branch>;

const RUNS = ['sessions'];
const REFRESH_MS = 10_000;
export const MOST_RUNS = 200;

/** Those that ended last first, of those that ended at or after a moment. */
export const runsQuery = (from: number | undefined) =>
  queryOptions({
    queryKey: [...RUNS, 'list', from],
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({
        limit: String(MOST_RUNS),
        ...(from === undefined ? {} : { from: String(from) }),
      });
      return (await ask(z.object({ sessions: z.array(run) }), `/sessions?${query}`, { signal })).sessions;
    },
  });

/** One run as a tree; fails with `not_found` where there is none. */
export const runQuery = (session: string) =>
  queryOptions({
    queryKey: [...RUNS, session],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) =>
      ask(
        z.object({ session: run, complete: z.boolean(), total, branches: z.array(branch) }),
        `/sessions/${encodeURIComponent(session)}`,
        { signal },
      ),
  });
