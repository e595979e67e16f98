/** Requests for approval of drafts, their answers, and what was published in an emergency. */
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { graphSchema, layoutSchema } from '../../policies/graph.ts';
import { approvalRuleSchema } from './approval-rules.ts';
import { ask } from './client.ts';
import { commentSchema } from './comments.ts';
import { sessionQuery } from './session.ts';

const request = z.object({
  id: z.string(),
  policy: z.string(),
  title: z.string(),
  /** Of the drawing that is asked about; an answer says which one was looked at. */
  digest: z.string(),
  baseVersion: z.number().nullable(),
  /** Id of who asks. */
  author: z.string(),
  reason: z.string(),
  at: z.number(),
  state: z.enum(['open', 'approved', 'refused', 'void', 'withdrawn', 'published']),
  /** How many approvals the rule asks for now. */
  needed: z.number(),
  approvals: z.array(
    z.object({
      person: z.string(),
      at: z.number(),
      words: z.string().nullable(),
      /** False where that person may not approve it any more. */
      counts: z.boolean(),
    }),
  ),
  /** Ids of those who may approve it now. */
  waitingFor: z.array(z.string()),
  answer: z.string().nullable(),
  endedBy: z.string().nullable(),
  endedAt: z.number().nullable(),
  /** The version that it became. */
  version: z.number().nullable(),
  /** How many comments on it are not settled; while it is open, those on nodes of the draft too. */
  openComments: z.number(),
});
export type ApprovalRequest = z.infer<typeof request>;

const drawing = z.object({ graph: graphSchema, layout: layoutSchema });

const shown = z.object({
  before: drawing.extend({ version: z.number() }).nullable(),
  after: drawing,
  /** Names of budgets and policies by id. */
  names: z.record(z.string(), z.string()),
  problems: z.array(
    z.object({
      code: z.string(),
      severity: z.enum(['error', 'warning']),
      node: z.string().nullable(),
      field: z.string().nullable(),
      message: z.string(),
      fix: z.string(),
    }),
  ),
  tests: z.array(z.object({ id: z.string(), name: z.string() })),
});
/** What publishing showed when approval was asked for. */
export type ShownForApproval = z.infer<typeof shown>;

const emergency = z.object({
  policy: z.string(),
  title: z.string(),
  version: z.number(),
  author: z.string(),
  reason: z.string(),
  at: z.number(),
  /** Ids of those who may follow it up. */
  waitingFor: z.array(z.string()),
  followedUpBy: z.string().nullable(),
  followedUpAt: z.number().nullable(),
  words: z.string().nullable(),
});
export type Emergency = z.infer<typeof emergency>;

const APPROVALS = ['approvals'];
const policyPath = (policy: string): string => `/policies/${encodeURIComponent(policy)}`;
const requestPath = (id: string): string => `/approvals/${encodeURIComponent(id)}`;

/** All requests, the newest first. */
export const approvalsQuery = queryOptions({
  queryKey: [...APPROVALS, 'requests'],
  queryFn: async ({ signal }) =>
    (await ask(z.object({ requests: z.array(request) }), '/approvals', { signal })).requests,
});

/** All emergencies, the newest first. */
export const emergenciesQuery = queryOptions({
  queryKey: [...APPROVALS, 'emergencies'],
  queryFn: async ({ signal }) =>
    (await ask(z.object({ emergencies: z.array(emergency) }), '/emergencies', { signal })).emergencies,
});

/** One request with what publishing showed then, and what was said about it. */
export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: [...APPROVALS, 'request', id],
    queryFn: ({ signal }) =>
      ask(z.object({ request, shown, comments: z.array(commentSchema) }), requestPath(id), { signal }),
  });

const state = z.object({
  rule: approvalRuleSchema,
  /** The newest one for the draft; null where nobody has asked since it was last published. */
  request: request.nullable(),
  /** Ids of those who could approve the draft. */
  mayApprove: z.array(z.string()),
  mayPublishInEmergency: z.boolean(),
});
export type ApprovalState = z.infer<typeof state>;

/** How far the draft of a policy is from being published. */
export const approvalStateQuery = (policy: string) =>
  queryOptions({
    queryKey: [...APPROVALS, 'policy', policy],
    queryFn: ({ signal }) => ask(state, `${policyPath(policy)}/approval`, { signal }),
  });

/** After anything that can change who waits for whom. */
export const refreshApprovals = (client: QueryClient): Promise<void> =>
  client.invalidateQueries({ queryKey: APPROVALS });

/**
 * Asks for approval of the draft at a revision. Rejects with `conflict` when it was saved since, `invalid_graph`,
 * `tests_failed`, `policy_archived`, or `approval_not_possible` while another request is open.
 */
export const askForApproval = (policy: string, revision: number, reason: string): Promise<ApprovalRequest> =>
  ask(request, `${policyPath(policy)}/approvals`, { method: 'POST', body: { revision, reason } });

/**
 * Puts an old version into the draft and asks for approval of that. Rejects with `conflict` when the draft was saved since
 * `revision`, as `askForApproval` does, and where unpublished work would be lost that may not be replaced.
 */
export const askToRestore = (
  policy: string,
  version: number,
  body: { readonly revision: number; readonly replace: boolean; readonly reason: string },
): Promise<ApprovalRequest> =>
  ask(request, `${policyPath(policy)}/versions/${version}/approvals`, { method: 'POST', body });

/** Approves what was looked at; rejects with `approval_not_possible` where that cannot be. */
export const approve = ({ id, digest }: ApprovalRequest, words: string): Promise<ApprovalRequest> =>
  ask(request, `${requestPath(id)}/approve`, { method: 'POST', body: { digest, words: words === '' ? null : words } });

/** Sends a request back with words; rejects as `approve` does. */
export const sendBack = ({ id, digest }: ApprovalRequest, reason: string): Promise<ApprovalRequest> =>
  ask(request, `${requestPath(id)}/send-back`, { method: 'POST', body: { digest, reason } });

export const withdraw = ({ id }: ApprovalRequest, reason: string): Promise<ApprovalRequest> =>
  ask(request, `${requestPath(id)}/withdraw`, { method: 'POST', body: { reason } });

/** Says what one thinks of a version that somebody else has published in an emergency. */
export const followUp = ({ policy, version }: Emergency, words: string): Promise<Emergency> =>
  ask(emergency, `${policyPath(policy)}/versions/${version}/follow-up`, { method: 'POST', body: { words } });

/** The id of the person who looks; null for nobody, or a program. */
export function useOwnId(): string | null {
  const { data } = useQuery(sessionQuery);
  return data && data.state !== 'out' ? (data.session.person?.id ?? null) : null;
}
