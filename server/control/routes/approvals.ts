/** Asking for approval, of a draft or to bring an old version back, and what was asked. */
import { z } from 'zod';
import { approvalRuleSchema } from '../approval-rules.ts';
import { approvalRequestSchema, findRequest, listRequests, readApproving } from '../approvals.ts';
import { allowsEmergency } from '../approvals-publish.ts';
import { askToRestore } from '../approvals-restore.ts';
import { showForApproval, shownSchema } from '../approvals-shown.ts';
import { askForApproval } from '../approvals-steps.ts';
import { waitingFor, waitingSchema } from '../approvals-waiting.ts';
import { commentSchema, listComments } from '../comments.ts';
import { findDraft, requireRevision } from '../drafts.ts';
import { idSchema, reasonSchema } from '../input.ts';
import { findPolicy, type Policy, requireActive } from '../policies.ts';
import { checkContent, checkDraft } from '../publish-check.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';
import { findVersion, type Version } from '../versions.ts';
import { deedOn, ofRequest, ofSeenPolicies, openOnly, requireOnRequest } from './approval-parts.ts';

const tag = 'Approvals';
const ofPolicy = z.strictObject({ policy: idSchema });
const ofVersion = z.strictObject({ policy: idSchema, version: z.coerce.number().int().min(1) });

/** The version that is live; null where none is. */
const liveOf = async ({ control, actor }: RouteContext, { id, liveVersion }: Policy): Promise<Version | null> =>
  liveVersion === null ? null : findVersion(control.db, actor.organisation, id, liveVersion);

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
      const { control, actor, deps } = context;
      const { policy, draft, problems } = await checkDraft(context, params.policy, body.revision);
      const shown = showForApproval(context, draft, await liveOf(context, policy), problems);
      const request = await askForApproval(control, actor, { draft, shown, reason: body.reason });
      deps.alerts.approvals.asked(request, await deedOn(context, policy.id));
      return request;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/versions/{version}/approvals',
    may: 'draft policy',
    placed: 'policy',
    tag,
    summary: 'Put an old version into the draft, and ask for approval to publish it again.',
    status: 201,
    errors: ['not_found', 'conflict', 'invalid_graph', 'tests_failed', 'policy_archived', 'approval_not_possible'],
    params: ofVersion,
    body: z.strictObject({
      revision: z.int().min(1).meta({ description: 'Of the draft that it takes the place of.' }),
      replace: z.boolean().default(false).meta({
        description: 'True where changes of the draft that were never published may be lost.',
      }),
      reason: reasonSchema,
    }),
    response: approvalRequestSchema,
    handle: async ({ params, body }, context) => {
      const { control, actor, deps } = context;
      const { organisation } = actor;
      const policy = await findPolicy(control.db, organisation, params.policy);
      requireActive(policy);
      const version = await findVersion(control.db, organisation, policy.id, params.version);
      requireRevision(await findDraft(control.db, organisation, policy.id), body.revision);
      const { problems } = await checkContent(context, policy, version);
      const shown = showForApproval(context, version, await liveOf(context, policy), problems);
      const { request, voided } = await control.together((store) =>
        askToRestore(store, actor, { version, shown, ...body }),
      );
      const deed = await deedOn(context, policy.id);
      if (voided) deps.alerts.approvals.voided(voided, deed);
      deps.alerts.approvals.asked(request, deed);
      return request;
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
    query: z.strictObject({ state: openOnly, policy: idSchema.optional() }),
    response: z.object({ requests: z.array(approvalRequestSchema) }),
    handle: async ({ query }, context) => ({
      requests: await ofSeenPolicies(
        context,
        await listRequests(context.control.db, context.actor.organisation, query),
      ),
    }),
  }),
  // Before the route of one request, whose id could be anything.
  defineRoute({
    method: 'get',
    path: '/approvals/waiting',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'What waits for the person who asks: requests, emergencies, and answers to what they have asked.',
    status: 200,
    response: waitingSchema,
    handle: (_input, { control, actor }) => waitingFor(control.db, actor.organisation, actor.id, Date.now()),
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
];
