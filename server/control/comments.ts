/** What people say about the nodes of a draft, or about a request for approval as a whole. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import { requestRow } from './approvals.ts';
import type { ControlStore } from './control.ts';
import { sha256 } from './digest.ts';
import { findDraft } from './drafts.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema } from './input.ts';

export const commentTextSchema = z.string().trim().min(1).max(4000);

export const commentSchema = z
  .object({
    id: z.string(),
    policy: z.string(),
    node: z.string().nullable().meta({ description: 'Id of the node; null where it is about a request.' }),
    nodeTitle: z.string().nullable().meta({ description: 'What the node was called then.' }),
    request: z.string().nullable().meta({ description: 'Id of the request for approval.' }),
    text: z.string(),
    author: z.string(),
    at: momentSchema,
    resolvedBy: z.string().nullable(),
    resolvedAt: momentSchema.nullable(),
  })
  .meta({ id: 'Comment' });
export type Comment = z.output<typeof commentSchema>;

interface CommentRow {
  readonly id: string;
  readonly organisation: string;
  readonly policy: string;
  readonly node: string | null;
  readonly node_title: string | null;
  readonly request: string | null;
  readonly text: string;
  readonly author: string;
  readonly at: number;
  readonly resolved_by: string | null;
  readonly resolved_at: number | null;
}

const toComment = ({ id, policy, node, request, text, author, at, ...row }: CommentRow): Comment => ({
  ...{ id, policy, node, nodeTitle: row.node_title, request, text, author, at },
  ...{ resolvedBy: row.resolved_by, resolvedAt: row.resolved_at },
});

const MOST_LISTED = 1000;

/** The comments on the nodes of a policy's draft, the oldest first; of a request where one is given. */
export async function listComments(
  db: Knex,
  organisation: string,
  where: { readonly policy: string } | { readonly request: string },
): Promise<Comment[]> {
  const query = db<CommentRow>('comments').where({ organisation, ...where });
  if ('policy' in where) query.whereNotNull('node');
  return (await query.orderBy([{ column: 'at' }, 'id']).limit(MOST_LISTED)).map(toComment);
}

/** Which comment; throws `not_found`. */
export async function findComment(db: Knex, organisation: string, id: string): Promise<Comment> {
  const row = await db<CommentRow>('comments').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'comment of that id' });
  return toComment(row);
}

type Insert = Pick<CommentRow, 'policy' | 'node' | 'node_title' | 'request' | 'text'>;

async function insert(trx: Knex, actor: Actor, id: string, what: Insert) {
  const row: CommentRow = {
    ...{ ...what, id, organisation: actor.organisation, author: actor.id, at: Date.now() },
    ...{ resolved_by: null, resolved_at: null },
  };
  await trx('comments').insert(row);
  // Its words may name people: the history keeps their digest.
  const after = { comment: id, policy: what.policy, node: what.node, text: sha256(what.text) };
  return { before: null, after, value: toComment(row) };
}

/** Comments on a node of a draft; throws `not_found` for a node that the draft does not have. */
export async function commentOnNode(
  store: ControlStore,
  actor: Actor,
  policy: string,
  { node, text }: { readonly node: string; readonly text: string },
): Promise<Comment> {
  const change = { action: 'comment.add', objectType: 'policy', objectId: policy, reason: null };
  return store.change(actor, change, async (trx) => {
    const { graph } = await findDraft(trx, actor.organisation, policy);
    const found = graph.nodes.find(({ id }) => id === node);
    if (!found) throw new SignalboxError('not_found', { what: 'node of that id in the draft' });
    return insert(trx, actor, newId('cmt'), { policy, node, node_title: found.title, request: null, text });
  });
}

/** Comments on a request for approval; throws `not_found`. */
export async function commentOnRequest(
  store: ControlStore,
  actor: Actor,
  request: string,
  text: string,
): Promise<Comment> {
  const change = { action: 'comment.add', objectType: 'approval', objectId: request, reason: null };
  return store.change(actor, change, async (trx) => {
    const { policy } = await requestRow(trx, actor.organisation, request);
    return insert(trx, actor, newId('cmt'), { policy, node: null, node_title: null, request, text });
  });
}

/** Marks a comment as settled; throws `not_found`, and `invalid_input` where it is already. */
export async function resolveComment(store: ControlStore, actor: Actor, comment: Comment): Promise<Comment> {
  const { id, policy, request } = comment;
  const about = request === null ? 'policy' : 'approval';
  const change = { action: 'comment.resolve', objectType: about, objectId: request ?? policy, reason: null };
  return store.change(actor, change, async (trx) => {
    const { resolvedAt } = await findComment(trx, actor.organisation, id);
    if (resolvedAt !== null) throw new SignalboxError('invalid_input', { why: 'This comment is settled already' });
    const settled = { resolved_by: actor.id, resolved_at: Date.now() };
    await trx('comments').where({ id }).update(settled);
    const say = (isSettled: boolean) => ({ comment: id, policy, settled: isSettled });
    const value = { ...comment, resolvedBy: settled.resolved_by, resolvedAt: settled.resolved_at };
    return { before: say(false), after: say(true), value };
  });
}
