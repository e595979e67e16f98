/** What people say about the nodes of a draft, and about requests for approval. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

export const commentSchema = z.object({
  id: z.string(),
  policy: z.string(),
  /** Id of the node; null where it is about a request. */
  node: z.string().nullable(),
  /** What the node was called then. */
  nodeTitle: z.string().nullable(),
  /** Id of the comment that it answers. */
  answerTo: z.string().nullable(),
  text: z.string(),
  author: z.string(),
  at: z.number(),
  resolvedBy: z.string().nullable(),
  resolvedAt: z.number().nullable(),
  /** Who opened it again the last time, where it was settled before. */
  reopenedBy: z.string().nullable(),
  reopenedAt: z.number().nullable(),
});
export type Comment = z.infer<typeof commentSchema>;

/** Whether somebody still has to settle it; answers go with what they answer. */
export const isUnsettled = ({ answerTo, resolvedAt }: Comment): boolean => answerTo === null && resolvedAt === null;

const COMMENTS = ['comments'];

/** What was said about the nodes of a policy's draft, the oldest first. */
export const commentsQuery = (policy: string) =>
  queryOptions({
    queryKey: [...COMMENTS, policy],
    queryFn: async ({ signal }) => {
      const answer = z.object({ comments: z.array(commentSchema) });
      return (await ask(answer, `/policies/${encodeURIComponent(policy)}/comments`, { signal })).comments;
    },
  });

export const refreshComments = (client: QueryClient): Promise<void> => client.invalidateQueries({ queryKey: COMMENTS });

export const commentOnNode = (policy: string, node: string, text: string): Promise<Comment> =>
  ask(commentSchema, `/policies/${encodeURIComponent(policy)}/comments`, { method: 'POST', body: { node, text } });

export const commentOnRequest = (request: string, text: string): Promise<Comment> =>
  ask(commentSchema, `/approvals/${encodeURIComponent(request)}/comments`, { method: 'POST', body: { text } });

/** Answers a comment; rejects with `invalid_input` where it is settled already. */
export const answerComment = (id: string, text: string): Promise<Comment> =>
  ask(commentSchema, `/comments/${encodeURIComponent(id)}/answers`, { method: 'POST', body: { text } });

/** Marks a comment as settled, with its answers. */
export const resolveComment = (id: string): Promise<Comment> =>
  ask(commentSchema, `/comments/${encodeURIComponent(id)}/resolve`, { method: 'POST' });

/** Opens a settled comment again, with its answers; rejects with `invalid_input` where it is open. */
export const reopenComment = (id: string): Promise<Comment> =>
  ask(commentSchema, `/comments/${encodeURIComponent(id)}/reopen`, { method: 'POST' });
