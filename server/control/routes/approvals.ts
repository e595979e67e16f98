/** Asking for approval of a draft and answering that, and emergencies. */
import { z } from 'zod';
import type { Permission } from '../../../policies/access/permissions.ts';
import { requirePerson } from '../../access/caller.ts';
import { approvalRuleSchema } from '../approval-rules.ts';
import { approvalRequestSchema, findRequest, listRequests, readApproving, requestRow } from '../approvals.ts';
import { emergencySchema, followUp, listEmergencies } from '../approvals-emergencies.ts';
import { allowsEmergency } from '../approvals-publish.ts';
import { showForApproval, shownSchema } from '../approvals-shown.ts';
import { approve, askForApproval, sendBack, withdraw } from '../approvals-steps.ts';
import { commentSchema, listComments } from '../comments.ts';
import { idSchema, reasonSchema } from '../input.ts';
import { policiesSeen, requireWith } from '../placed.ts';
import { findPolicy } from '../policies.ts';
import { checkDraft } from '../publish-check.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';
import { findVersion } from '../versions.ts';

const tag = 'Approvals';
const ofPolicy = z.strictObject({ policy: idSchema });
const ofRequest = z.strictObject({ request: idSchema });
const why = z.strictObject({ reason: reasonSchema });
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({
    description: 'Digest of the drawing that was looked at: that of another one is refused.',
  });
/** Throws `not_found` or `not_allowed` where the caller may not do this with the policy that a request is about. */
async function requireOnRequest(context: RouteContext, permission: Permission, id: string): Promise<void> {
  const { policy } = await requestRow(context.control.db, context.actor.organisation, id);
  await requireWith(context, permission, 'policy', policy);
}

/** Those of which the caller may see the policy. */
async function seen<T extends { readonly policy: string }>(
  { control, actor }: RouteContext,
  all: readonly T[],
): Promise<T[]> {
  const policies = await policiesSeen(control, actor);
  return all.filter(({ policy }) => policies.has(policy));
}

const open = z.literal('open').optional().meta({ description: 'Those only that wait for somebody.' });

export const approvalRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/approval',
    may: 'read policy',
    placed: 'policy',
    tag,
    summary: 'How far the draft of a policy is from being published: its rule, its last request, and who may answer.',
    status: 200,
    errors: ['not_found'],
    params: ofPolicy,
    response: z.object({
      rule: approvalRuleSchema,
      request: approvalRequestSchema.nullable().meta({
        description: 'The newest request for this draft; null where there is none since it was last published.',
      }),
      mayApprove: z.array(z.string()).meta({ description: 'Ids of the people who could approve this draft.' }),
      mayPublishInEmergency: z.boolean().meta({ description: 'Whether the person who asks may.' }),
    }),
    handle: async ({ params }, context) => {
      const { control, actor } = context;
      const { rule, people, authors, place } = await readApproving(control.db, actor.organisation, params.policy);
      const [newest] = await listRequests(control.db, actor.organisation, { policy: params.policy });
      const { grants, person } = actor.signedIn ?? { grants: [], person: '' };
      return {
        rule,
        request: newest && newest.state !== 'published' ? newest : null,
        mayApprove: [...people].filter((id) => !authors.has(id)),
        mayPublishInEmergency: allowsEmergency(rule, grants, person, place),
      };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/approvals',
    may: 'draft policy',
    placed: 'policy',
    tag,
    summary: 'Ask for approval of the draft. What publishing shows of it now is kept with the request.',
    status: 201,
    errors: ['not_found', 'conflict', 'invalid_graph', 'tests_failed', 'policy_archived', 'approval_not_possible'],
    params: ofPolicy,
    body: z.strictObject({ revision: z.int().min(1), reason: reasonSchema }),
    response: approvalRequestSchema,
    handle: async ({ params, body }, context) => {
      const { control, actor } = context;
      const { policy, draft, problems } = await checkDraft(context, params.policy, body.revision);
      const { id, liveVersion } = policy;
      const live = liveVersion === null ? null : await findVersion(control.db, actor.organisation, id, liveVersion);
      const shown = showForApproval(context, draft, live, problems);
      return askForApproval(control, actor, { draft, shown, reason: body.reason });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/approvals',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'Requests for approval, the newest first.',
    status: 200,
    query: z.strictObject({ state: open, policy: idSchema.optional() }),
    response: z.object({ requests: z.array(approvalRequestSchema) }),
    handle: async ({ query }, context) => ({
      requests: await seen(context, await listRequests(context.control.db, context.actor.organisation, query)),
    }),
  }),
  // Before the route of one request, whose id could be anything.
  defineRoute({
    method: 'get',
    path: '/approvals/waiting',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'How many requests and emergencies wait for the person who asks.',
    status: 200,
    response: z.object({ requests: z.int(), emergencies: z.int() }),
    handle: async (_input, context) => {
      const { control, actor } = context;
      const requests = await listRequests(control.db, actor.organisation, { state: 'open' });
      // One that is approved already may have more approvals, and waits for nobody.
      const waiting = requests.filter(({ state }) => state === 'open');
      const emergencies = await listEmergencies(control.db, actor.organisation, true);
      const mine = (all: readonly { readonly waitingFor: readonly string[] }[]) =>
        all.filter(({ waitingFor }) => waitingFor.includes(actor.id)).length;
      return { requests: mine(waiting), emergencies: mine(emergencies) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/approvals/{request}',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'One request, with what publishing showed when it was made, and what was said about it.',
    status: 200,
    errors: ['not_found'],
    params: ofRequest,
    response: z.object({ request: approvalRequestSchema, shown: shownSchema, comments: z.array(commentSchema) }),
    handle: async ({ params }, context) => {
      await requireOnRequest(context, 'read policy', params.request);
      const { control, actor } = context;
      return {
        ...(await findRequest(control.db, actor.organisation, params.request)),
        comments: await listComments(control.db, actor.organisation, params),
      };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/approvals/{request}/approve',
    may: 'approve policy',
    placed: 'handler',
    tag,
    summary: 'Approve exactly the draft that was looked at. Only people can, and nobody what is their own.',
    status: 200,
    errors: ['not_found', 'approval_not_possible', 'policy_archived', 'people_only'],
    params: ofRequest,
    body: z.strictObject({ digest, words: reasonSchema.nullable().default(null) }),
    response: approvalRequestSchema,
    handle: async ({ params, body }, context) => {
      await requireOnRequest(context, 'approve policy', params.request);
      requirePerson(context.actor);
      return approve(context.control, context.actor, params.request, body);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/approvals/{request}/send-back',
    may: 'approve policy',
    placed: 'handler',
    tag,
    summary: 'Send a request back with words; it is over then, and another one can be made.',
    status: 200,
    errors: ['not_found', 'approval_not_possible', 'policy_archived', 'people_only'],
    params: ofRequest,
    body: z.strictObject({ digest, reason: reasonSchema }),
    response: approvalRequestSchema,
    handle: async ({ params, body }, context) => {
      await requireOnRequest(context, 'approve policy', params.request);
      requirePerson(context.actor);
      return sendBack(context.control, context.actor, params.request, body);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/approvals/{request}/withdraw',
    may: 'draft policy',
    placed: 'handler',
    tag,
    summary: 'Take a request back, as one who may draw on the policy.',
    status: 200,
    errors: ['not_found', 'approval_not_possible'],
    params: ofRequest,
    body: why,
    response: approvalRequestSchema,
    handle: async ({ params, body }, context) => {
      await requireOnRequest(context, 'draft policy', params.request);
      return withdraw(context.control, context.actor, params.request, body.reason);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/emergencies',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'What was published in an emergency, the newest first.',
    status: 200,
    query: z.strictObject({ state: open }),
    response: z.object({ emergencies: z.array(emergencySchema) }),
    handle: async ({ query }, context) => {
      const { control, actor } = context;
      const all = await listEmergencies(control.db, actor.organisation, query.state === 'open');
      return { emergencies: await seen(context, all) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/versions/{version}/follow-up',
    may: 'approve policy',
    placed: 'policy',
    tag,
    summary: 'Say what you think of a version that somebody else has published in an emergency.',
    status: 200,
    errors: ['not_found', 'approval_not_possible', 'people_only'],
    params: z.strictObject({ policy: idSchema, version: z.coerce.number().int().min(1) }),
    body: z.strictObject({ words: reasonSchema }),
    response: emergencySchema,
    handle: async ({ params, body }, context) => {
      const { policy, version } = params;
      const { control, actor } = context;
      await findPolicy(control.db, actor.organisation, policy);
      requirePerson(actor);
      return followUp(control, actor, policy, { version, ...body });
    },
  }),
];
