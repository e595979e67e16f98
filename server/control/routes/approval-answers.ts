/** Answering requests for approval, and following up what was published in an emergency. */
import { z } from 'zod';
import type { Permission } from '../../../policies/access/permissions.ts';
import { requirePerson } from '../../access/caller.ts';
import { type ApprovalRequest, approvalRequestSchema } from '../approvals.ts';
import { emergencySchema, followUp, listEmergencies } from '../approvals-emergencies.ts';
import { approve, sendBack, withdraw } from '../approvals-steps.ts';
import { idSchema, reasonSchema } from '../input.ts';
import { findPolicy } from '../policies.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';
import { deedOn, ofRequest, ofSeenPolicies, openOnly, requireOnRequest } from './approval-parts.ts';

const tag = 'Approvals';
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({
    description: 'Digest of the drawing that was looked at: that of another one is refused.',
  });

interface AnswerSpec<B extends z.ZodType> {
  readonly act: 'approve' | 'send-back' | 'withdraw';
  readonly may: Permission;
  readonly summary: string;
  /** Whether only people can. */
  readonly byPeople: boolean;
  readonly body: B;
  answer(context: RouteContext, request: string, body: z.output<B>): Promise<ApprovalRequest>;
}

/** A route by which one request is answered, as far as the caller may do that with its policy. */
function answerRoute<B extends z.ZodType>({ act, may, summary, byPeople, body, answer }: AnswerSpec<B>): Route {
  return defineRoute({
    method: 'post',
    path: `/approvals/{request}/${act}`,
    may,
    placed: 'handler',
    tag,
    summary,
    status: 200,
    errors: ['not_found', 'approval_not_possible', ...(byPeople ? (['policy_archived', 'people_only'] as const) : [])],
    params: ofRequest,
    body,
    response: approvalRequestSchema,
    handle: async (input, context) => {
      await requireOnRequest(context, may, input.params.request);
      if (byPeople) requirePerson(context.actor);
      return answer(context, input.params.request, input.body);
    },
  });
}

export const approvalAnswerRoutes: readonly Route[] = [
  answerRoute({
    act: 'approve',
    may: 'approve policy',
    summary: 'Approve exactly the draft that was looked at. Only people can, and nobody what is their own.',
    byPeople: true,
    body: z.strictObject({ digest, words: reasonSchema.nullable().default(null) }),
    answer: async (context, id, body) => {
      const request = await approve(context.control, context.actor, id, body);
      context.deps.alerts.approvals.approved(request, await deedOn(context, request.policy));
      return request;
    },
  }),
  answerRoute({
    act: 'send-back',
    may: 'approve policy',
    summary: 'Send a request back with words; it is over then, and another one can be made.',
    byPeople: true,
    body: z.strictObject({ digest, reason: reasonSchema }),
    answer: async (context, id, body) => {
      const request = await sendBack(context.control, context.actor, id, body);
      context.deps.alerts.approvals.sentBack(request, await deedOn(context, request.policy));
      return request;
    },
  }),
  answerRoute({
    act: 'withdraw',
    may: 'draft policy',
    summary: 'Take a request back, as one who may draw on the policy.',
    byPeople: false,
    body: z.strictObject({ reason: reasonSchema }),
    answer: ({ control, actor }, id, { reason }) => withdraw(control, actor, id, reason),
  }),
  defineRoute({
    method: 'get',
    path: '/emergencies',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'What was published in an emergency, the newest first.',
    status: 200,
    query: z.strictObject({ state: openOnly }),
    response: z.object({ emergencies: z.array(emergencySchema) }),
    handle: async ({ query }, context) => {
      const { control, actor } = context;
      const all = await listEmergencies(control.db, actor.organisation, query.state === 'open');
      return { emergencies: await ofSeenPolicies(context, all) };
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
