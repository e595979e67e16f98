/** What people say about the nodes of a draft, or about a request for approval as a whole. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import { requestRow } from './approvals.ts';
import type { ControlStore } from './control.ts';
import { sha256 } from './digest.ts';
import { findDraft } from './drafts.ts';
import type { Actor, HistoryRow } from './history.ts';
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
    answerTo: z.string().nullable().meta({ description: 'Id of the comment that it answers.' }),
    text: z.string(),
    author: z.string(),
    at: momentSchema,
    resolvedBy: z.string().nullable(),
    resolvedAt: momentSchema.nullable(),
    reopenedBy: z.string().nullable().meta({ description: 'Who opened it again, where it was settled before.' }),
    reopenedAt: momentSchema.nullable(),
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
  readonly answer_to: string | null;
  readonly text: string;
  readonly author: string;
  readonly at: number;
  readonly resolved_by: string | null;
  readonly resolved_at: number | null;
}

/** Who opened a comment again, and when. */
type Reopening = Pick<HistoryRow, 'actor' | 'at'>;

const toComment = (
  { id, policy, node, request, text, author, at, ...row }: CommentRow,
  reopening?: Reopening,
): Comment => ({
  id,
  policy,
  node,
  nodeTitle: row.node_title,
  request,
  answerTo: row.answer_to,
  text,
  author,
  at,
  resolvedBy: row.resolved_by,
  resolvedAt: row.resolved_at,
  reopenedBy: reopening?.actor ?? null,
  reopenedAt: reopening?.at ?? null,
});

const reopenedSchema = z.object({ comment: z.string() });

/** Who opened comments on a policy or a request again the last time, by their ids; the history alone knows it. */
async function reopenings(
  db: Knex,
  organisation: string,
  about: { readonly objectType: string; readonly objectId: string },
): Promise<Map<string, Reopening>> {
  const rows = await db<HistoryRow>('history')
    .where({ organisation, object_type: about.objectType, object_id: about.objectId, action: 'comment.reopen' })
    .orderBy('sequence')
    .select('actor', 'at', 'after_json');
  return new Map(
    rows.flatMap(({ actor, at, after_json: after }) => {
      const { data } = reopenedSchema.safeParse(JSON.parse(after ?? 'null'));
      return data ? [[data.comment, { actor, at }]] : [];
    }),
  );
}

const MOST_LISTED = 1000;

/** The comments on the nodes of a policy's draft with their answers, the oldest first; of a request where one is given. */
export async function listComments(
  db: Knex,
  organisation: string,
  where: { readonly policy: string } | { readonly request: string },
): Promise<Comment[]> {
  const query = db<CommentRow>('comments').where({ organisation, ...where });
  if ('policy' in where) query.whereNotNull('node');
  const rows = await query.orderBy([{ column: 'at' }, 'id']).limit(MOST_LISTED);
  const about = 'policy' in where ? { policy: where.policy, request: null } : { policy: '', request: where.request };
  const again = await reopenings(db, organisation, objectOf(about));
  return rows.map((row) => toComment(row, again.get(row.id)));
}

/** Which comment; throws `not_found`. */
export async function findComment(db: Knex, organisation: string, id: string): Promise<Comment> {
  const row = await db<CommentRow>('comments').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'comment of that id' });
  return toComment(row);
}

type Insert = Pick<CommentRow, 'policy' | 'node' | 'node_title' | 'request' | 'answer_to' | 'text'>;

async function insert(trx: Knex, actor: Actor, id: string, what: Insert) {
  const row: CommentRow = {
    ...what,
    id,
    organisation: actor.organisation,
    author: actor.id,
    at: Date.now(),
    resolved_by: null,
    resolved_at: null,
  };
  await trx('comments').insert(row);
  // Its words may name people: the history keeps their digest.
  const { policy, node, answer_to: answerTo, text } = what;
  const after = { comment: id, policy, node, ...(answerTo !== null && { answerTo }), text: sha256(text) };
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
    const about = { policy, node, node_title: found.title, request: null, answer_to: null };
    return insert(trx, actor, newId('cmt'), { ...about, text });
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
    const about = { policy, node: null, node_title: null, request, answer_to: null };
    return insert(trx, actor, newId('cmt'), { ...about, text });
  });
}

/** What the history says that a comment is about. */
const objectOf = ({ policy, request }: Pick<Comment, 'policy' | 'request'>) => ({
  objectType: request === null ? 'policy' : 'approval',
  objectId: request ?? policy,
});

/** Throws `invalid_input` for an answer, and for a comment that is settled already. */
function requireOpen({ answerTo, resolvedAt }: Comment): void {
  if (answerTo !== null) {
    throw new SignalboxError('invalid_input', {
      why: 'This is an answer itself: answer or settle the comment above it',
    });
  }
  if (resolvedAt !== null) {
    throw new SignalboxError('invalid_input', {
      why: 'This comment is settled already. Open it again, or say what is still to be said in a comment of its own',
    });
  }
}

/** Answers a comment that is not settled; throws `not_found`, and `invalid_input` where it is, or is an answer itself. */
export async function answerComment(
  store: ControlStore,
  actor: Actor,
  comment: Comment,
  text: string,
): Promise<Comment> {
  const change = { action: 'comment.add', ...objectOf(comment), reason: null };
  return store.change(actor, change, async (trx) => {
    const now = await findComment(trx, actor.organisation, comment.id);
    requireOpen(now);
    const { id, policy, node, nodeTitle, request } = now;
    const about = { policy, node, node_title: nodeTitle, request, answer_to: id };
    return insert(trx, actor, newId('cmt'), { ...about, text });
  });
}

/** Throws `invalid_input` for an answer, and for a comment that is not settled. */
function requireSettled({ answerTo, resolvedAt }: Comment): void {
  if (answerTo !== null) {
    throw new SignalboxError('invalid_input', { why: 'This is an answer itself: open the comment above it again' });
  }
  if (resolvedAt === null) {
    throw new SignalboxError('invalid_input', { why: 'This comment is open: it can be answered and settled as it is' });
  }
}

/** Marks a comment and its answers as settled; throws as `answerComment` does. */
export const resolveComment = (store: ControlStore, actor: Actor, comment: Comment): Promise<Comment> =>
  setSettled(store, actor, comment, true);

/** Opens a comment with its answers again; throws `not_found`, and `invalid_input` where it is open, or an answer itself. */
export const reopenComment = (store: ControlStore, actor: Actor, comment: Comment): Promise<Comment> =>
  setSettled(store, actor, comment, false);

async function setSettled(store: ControlStore, actor: Actor, comment: Comment, isSettled: boolean): Promise<Comment> {
  const { id, policy } = comment;
  const action = isSettled ? 'comment.resolve' : 'comment.reopen';
  const change = { action, ...objectOf(comment), reason: null };
  return store.change(actor, change, async (trx) => {
    const found = await findComment(trx, actor.organisation, id);
    if (isSettled) requireOpen(found);
    else requireSettled(found);
    const deed = { by: actor.id, at: Date.now() };
    const settled = isSettled ? deed : { by: null, at: null };
    await trx('comments').where({ id }).update({ resolved_by: settled.by, resolved_at: settled.at });
    const say = (is: boolean) => ({ comment: id, policy, settled: is });
    const resolved = { resolvedBy: settled.by, resolvedAt: settled.at };
    const value = { ...found, ...resolved, ...(!isSettled && { reopenedBy: deed.by, reopenedAt: deed.at }) };
    return { before: say(!isSettled), after: say(isSettled), value };
  });
}
