/** The auditor's desk: changes to be reviewed, what was live, who could do what, what left the house, and what somebody did. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { grantSchema } from '../../policies/access/grants.ts';
import { PROTECTIONS } from '../../policies/protection.ts';
import { addCount } from '../../policies/text/places.ts';
import { historyEntry, queryOf, type Span } from './audit.ts';
import { type ChangeKind, type Deed, FLAGS, type Flag } from './audit-kinds.ts';
import { ask, askFile, askText } from './client.ts';

const DESK = ['audit', 'desk'];
const PAGE = 50;
/** Of a page that is printed. */
const LARGE_PAGE = 500;

const judgement = z.object({
  /** What of it is to be looked at first; null for nothing. */
  flag: z.enum(FLAGS).nullable(),
  words: z.string(),
  approvals: z.array(z.object({ person: z.string(), at: z.number(), request: z.string().nullable() })),
  /** Approvals that the rules of then asked for; null for none. */
  needed: z.number().nullable(),
  /** Ids of those who made what was changed. */
  authors: z.array(z.string()),
  emergency: z.boolean(),
  /** The entry by which an emergency was followed up. */
  followedUp: z.number().nullable(),
});
export type Judgement = z.infer<typeof judgement>;

const change = historyEntry.extend({
  /** Why it is looked at first. */
  flags: z.array(z.enum(FLAGS)),
  judgement: judgement.nullable(),
});
export type ReviewedChange = z.infer<typeof change>;

const changesPage = z.object({
  changes: z.array(change),
  next: z.string().nullable(),
  counts: z.record(z.enum([...FLAGS, 'all']), z.number()),
});
export type ChangeCounts = z.infer<typeof changesPage>['counts'];

export interface ChangesFilter {
  readonly actor: string | undefined;
  readonly policy: string | undefined;
  readonly kind: ChangeKind | undefined;
  readonly flag: Flag | undefined;
}

/** Pages of changes, those that are to be looked at first before all others; `spanKey` tells a time from others. */
export const changesQuery = (filter: ChangesFilter, span: (now: number) => Span, spanKey: string) =>
  infiniteQueryOptions({
    queryKey: [...DESK, 'changes', filter, spanKey],
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const query = queryOf({ ...filter, ...span(Date.now()), after: pageParam, limit: PAGE });
      return ask(changesPage, `/audit/changes?${query}`, { signal });
    },
    getNextPageParam: ({ next }) => next ?? undefined,
  });

/** All changes of a time, page by page; tells how many have come of how many. */
export async function askAllChanges(
  filter: ChangesFilter,
  span: Span,
  told: (done: number, all: number) => void,
  signal: AbortSignal,
): Promise<{ readonly changes: readonly ReviewedChange[]; readonly counts: ChangeCounts }> {
  const changes: ReviewedChange[] = [];
  for (let after: string | undefined; ; ) {
    const query = queryOf({ ...filter, ...span, after, limit: LARGE_PAGE });
    const page = await ask(changesPage, `/audit/changes?${query}`, { signal });
    changes.push(...page.changes);
    told(changes.length, page.counts.all);
    if (page.next === null) return { changes, counts: page.counts };
    after = page.next;
  }
}

/** The changes as a table for a spreadsheet. */
export const changesTable = (filter: ChangesFilter, span: Span): Promise<string> =>
  askText(`/audit/changes?${queryOf({ ...filter, ...span, format: 'csv' })}`);

const found = z.object({ change: change.nullable(), evidence: z.array(z.number()) });

/** One entry with what belongs to its evidence; the change is null where there is none of that number. */
export const changeQuery = (sequence: number) =>
  queryOptions({
    queryKey: [...DESK, 'change', sequence],
    queryFn: ({ signal }) => ask(found, `/audit/changes/${sequence}`, { signal }),
  });

/** The signed evidence of one change. */
export const takePack = (sequence: number, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<Blob> =>
  askFile(`/audit/changes/${sequence}/pack`, onBytes, signal);

const chosen = { policy: z.string().nullable(), sequence: z.number().nullable() };
const policiesThen = z.object({
  policies: z.array(
    z.object({
      policy: z.string(),
      version: z.number(),
      digest: z.string().nullable(),
      publishedBy: z.string(),
      publishedAt: z.number(),
      /** The entry that says so. */
      sequence: z.number(),
      archived: z.boolean(),
    }),
  ),
  /** What went before every policy. */
  mandatory: z.object(chosen),
  /** Where projects without a policy of their own went. */
  organisation: z.object(chosen),
  projects: z.array(z.object({ project: z.string(), ...chosen })),
});
export type PoliciesThen = z.infer<typeof policiesThen>;

/** What was live at a moment, in milliseconds since 1970. */
export const policiesThenQuery = (at: number) =>
  queryOptions({
    queryKey: [...DESK, 'live', at],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => ask(policiesThen, `/audit/live-policies?at=${at}`, { signal }),
  });

const reach = z.object({
  everywhere: z.boolean(),
  places: z.array(z.object({ of: z.enum(['team', 'project', 'policy', 'own keys']), id: z.string().nullable() })),
});
export type Reach = z.infer<typeof reach>;

export const REVIEWED = ['edit', 'approve', 'publish', 'readContent', 'givesAccess'] as const;

const accessThen = z.object({
  people: z.array(
    z.object({
      kind: z.enum(['person', 'program']),
      id: z.string(),
      grants: z.array(grantSchema),
      onlyReads: z.boolean(),
      sequence: z.number().nullable(),
      expiresAt: z.number().nullable(),
      may: z.record(z.enum(REVIEWED), reach),
    }),
  ),
  keys: z.array(
    z.object({
      key: z.string(),
      project: z.string().nullable(),
      madeBy: z.string(),
      madeAt: z.number(),
      expiresAt: z.number().nullable(),
      sequence: z.number(),
    }),
  ),
});
export type AccessThen = z.infer<typeof accessThen>;

/** Who could do what at a moment, in milliseconds since 1970. */
export const accessThenQuery = (at: number) =>
  queryOptions({
    queryKey: [...DESK, 'access', at],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => ask(accessThen, `/audit/access?at=${at}`, { signal }),
  });

export const accessTable = (at: number): Promise<string> => askText(`/audit/access?at=${at}&format=csv`);

const leftGroup = z.object({
  model: z.string(),
  provider: z.string(),
  region: z.string().nullable(),
  /** Null where the model is not known any more. */
  leavesHouse: z.boolean().nullable(),
  /** Older requests do not say the two above: then they are as the model is set up today. */
  asSetToday: z.boolean(),
  policy: z.string().nullable(),
  version: z.number().nullable(),
  /** What had become of private data in what was sent; not known of some older requests. */
  protection: z.enum([...PROTECTIONS, 'not_known']),
  requests: z.number(),
  /** How many of them only had their tokens counted: of those, no tokens are known here. */
  counts: z.number(),
  calls: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  found: z.record(z.string(), z.number()),
});
export type LeftGroup = z.infer<typeof leftGroup>;

const leftPage = z.object({
  groups: z.array(leftGroup),
  passed: z.number(),
  total: z.number().nullable(),
  next: z.object({ at: z.number(), id: z.string() }).nullable(),
});

/** Tells the groups apart, however they came in pages. */
export const keyOfLeft = ({ model, region, leavesHouse, asSetToday, policy, version, protection }: LeftGroup): string =>
  JSON.stringify([model, region, leavesHouse, asSetToday, policy, version, protection]);

/** Adds the sums of a page to those of the pages before it. */
export function addLeft(before: readonly LeftGroup[], page: readonly LeftGroup[]): LeftGroup[] {
  const sums = new Map(before.map((group) => [keyOfLeft(group), group]));
  for (const group of page) {
    const sum = sums.get(keyOfLeft(group));
    const kinds = { ...sum?.found };
    for (const [kind, count] of Object.entries(group.found)) addCount(kinds, kind, count);
    sums.set(keyOfLeft(group), {
      ...group,
      requests: group.requests + (sum?.requests ?? 0),
      counts: group.counts + (sum?.counts ?? 0),
      calls: group.calls + (sum?.calls ?? 0),
      inputTokens: group.inputTokens + (sum?.inputTokens ?? 0),
      outputTokens: group.outputTokens + (sum?.outputTokens ?? 0),
      found: kinds,
    });
  }
  return [...sums.values()];
}

/** What left in a time; tells what is known so far, and how many requests were looked at of how many. */
export async function askLeft(
  span: { readonly from: number; readonly to: number },
  told: (groups: readonly LeftGroup[], done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let groups: LeftGroup[] = [];
  let done = 0;
  let total = 0;
  // By which the pages of one reading are told from those of another that the same person begins elsewhere.
  const reading = `${Date.now()}-${Math.random()}`;
  for (let after: { at: number; id: string } | null = null; ; ) {
    const place = after === null ? {} : { afterAt: after.at, afterId: after.id };
    const query = queryOf({ ...span, ...place, reading });
    const page: z.infer<typeof leftPage> = await ask(leftPage, `/audit/left-house?${query}`, { signal });
    groups = addLeft(groups, page.groups);
    done += page.passed;
    total = page.total ?? total;
    told(groups, done, Math.max(total, done));
    if (page.next === null) return;
    after = page.next;
  }
}

/** What left in a time as a table for a spreadsheet: the requests are read once more for it. */
export const leftTable = (span: { readonly from: number; readonly to: number }): Promise<string> =>
  askText(`/audit/left-house?${queryOf({ ...span, format: 'csv' })}`);

const deedsPage = z.object({ entries: z.array(historyEntry), next: z.number().nullable() });

const deedsPath = (actor: string, query: Readonly<Record<string, string | number | undefined>>): string =>
  `/audit/deeds/${encodeURIComponent(actor)}?${queryOf(query)}`;

/** Pages of what somebody did, the newest first. */
export const deedsQuery = (actor: string, what: Deed | undefined, span: (now: number) => Span, spanKey: string) =>
  infiniteQueryOptions({
    queryKey: [...DESK, 'deeds', actor, what, spanKey],
    initialPageParam: undefined as number | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      ask(deedsPage, deedsPath(actor, { what, ...span(Date.now()), before: pageParam, limit: PAGE }), { signal }),
    getNextPageParam: ({ next }) => next ?? undefined,
  });

export const deedsTable = (actor: string, what: Deed | undefined, span: Span): Promise<string> =>
  askText(deedsPath(actor, { what, ...span, format: 'csv' }));
