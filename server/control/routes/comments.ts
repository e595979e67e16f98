/** What people say about the nodes of a draft, and about requests for approval. */
import { z } from 'zod';
import { mayIn } from '../../../policies/access/ability.ts';
import { policyPlace } from '../../access/places.ts';
import { requestRow } from '../approvals.ts';
import {
  answerComment,
  type Comment,
  commentOnNode,
  commentOnRequest,
  commentSchema,
  commentTextSchema,
  findComment,
  listComments,
  reopenComment,
  resolveComment,
} from '../comments.ts';
import { idSchema } from '../input.ts';
import { requireWith } from '../placed.ts';
import { findPolicy } from '../policies.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';

const tag = 'Comments';
const ofComment = z.strictObject({ comment: idSchema });
const ofPolicy = z.strictObject({ policy: idSchema });

/** Who draws a policy comments, and who approves it; throws `not_found` and `not_allowed`. */
async function requireComments(context: RouteContext, id: string): Promise<void> {
  const { control, actor } = context;
  const place = policyPlace(control.snapshot(), await findPolicy(control.db, actor.organisation, id));
  const permission = mayIn(actor.ability, 'approve policy', place) ? 'approve policy' : 'draft policy';
  await requireWith(context, permission, 'policy', id);
}

/** The comment of that id, for somebody who may comment there; throws `not_found` and `not_allowed`. */
async function commentFor(context: RouteContext, id: string): Promise<Comment> {
  const comment = await findComment(context.control.db, context.actor.organisation, id);
  await requireComments(context, comment.policy);
  return comment;
}

export const commentRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/comments',
    may: 'read policy',
    placed: 'policy',
    tag,
    summary: 'What was said about the nodes of a draft, the oldest first; those of nodes that are gone too.',
    status: 200,
    errors: ['not_found'],
    params: ofPolicy,
    response: z.object({ comments: z.array(commentSchema) }),
    handle: async ({ params }, { control, actor }) => {
      await findPolicy(control.db, actor.organisation, params.policy);
      return { comments: await listComments(control.db, actor.organisation, params) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/comments',
    may: 'read policy',
    placed: 'policy',
    tag,
    summary: 'Comment on a node of the draft, as one who draws the policy or approves it.',
    status: 201,
    errors: ['not_found'],
    params: ofPolicy,
    body: z.strictObject({ node: idSchema, text: commentTextSchema }),
    response: commentSchema,
    handle: async ({ params, body }, context) => {
      await requireComments(context, params.policy);
      return commentOnNode(context.control, context.actor, params.policy, body);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/approvals/{request}/comments',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'Comment on a request for approval, as one who draws the policy or approves it.',
    status: 201,
    errors: ['not_found'],
    params: z.strictObject({ request: idSchema }),
    body: z.strictObject({ text: commentTextSchema }),
    response: commentSchema,
    handle: async ({ params, body }, context) => {
      const { control, actor } = context;
      const { policy } = await requestRow(control.db, actor.organisation, params.request);
      await requireComments(context, policy);
      return commentOnRequest(control, actor, params.request, body.text);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/comments/{comment}/answers',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'Answer a comment that is not settled, as one who draws the policy or approves it.',
    status: 201,
    errors: ['not_found'],
    params: ofComment,
    body: z.strictObject({ text: commentTextSchema }),
    response: commentSchema,
    handle: async ({ params, body }, context) => {
      const comment = await commentFor(context, params.comment);
      return answerComment(context.control, context.actor, comment, body.text);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/comments/{comment}/resolve',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'Mark a comment as settled, with its answers.',
    status: 200,
    errors: ['not_found'],
    params: ofComment,
    response: commentSchema,
    handle: async ({ params }, context) => {
      const comment = await commentFor(context, params.comment);
      return resolveComment(context.control, context.actor, comment);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/comments/{comment}/reopen',
    may: 'read policy',
    placed: 'handler',
    tag,
    summary: 'Open a settled comment again, with its answers.',
    status: 200,
    errors: ['not_found'],
    params: ofComment,
    response: commentSchema,
    handle: async ({ params }, context) => {
      const comment = await commentFor(context, params.comment);
      return reopenComment(context.control, context.actor, comment);
    },
  }),
];
