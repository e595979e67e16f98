/** What people do with requests for approval: ask, approve, send back, withdraw; and what edits and publishing do to them. */
import type { Knex } from 'knex';
import { SignalboxError } from '../errors.ts';
import {
  type ApprovalRequest,
  type Approving,
  approvalsOf,
  type DraftDigests,
  digestsOf,
  type Ended,
  findOpen,
  isOf,
  type RequestRow,
  readApproving,
  requestRow,
  toRequest,
} from './approvals.ts';
import type { ShownForApproval } from './approvals-shown.ts';
import type { ControlStore } from './control.ts';
import { canonicalJson, sha256 } from './digest.ts';
import { type Draft, findDraft, requireRevision } from './drafts.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { findPolicy, requireActive } from './policies.ts';

const refuse = (why: string): SignalboxError => new SignalboxError('approval_not_possible', { why });

const ENDED_WORDS: Readonly<Record<Ended, string>> = {
  refused: 'it was sent back already',
  void: 'the draft was edited after it was asked for, so that it is about a drawing which is not there any more. Ask for approval of the draft as it is now',
  withdrawn: 'it was withdrawn already',
  published: 'what it asks for is published already',
};

function requireOpen(row: RequestRow): void {
  if (row.state !== 'open') throw refuse(ENDED_WORDS[row.state]);
}

/** Asks for approval of a draft as it is at `input.draft`; throws `approval_not_possible` while another request is open. */
export async function askForApproval(
  store: ControlStore,
  actor: Actor,
  input: { readonly draft: Draft; readonly shown: ShownForApproval; readonly reason: string },
): Promise<ApprovalRequest> {
  const { draft, shown, reason } = input;
  const { organisation } = actor;
  const { policy, revision } = draft;
  const id = newId('apr');
  const change = { action: 'approval.ask', objectType: 'approval', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const { liveVersion } = await findPolicy(trx, organisation, policy);
    requireRevision(await findDraft(trx, organisation, policy), revision);
    if (liveVersion !== (shown.before?.version ?? null)) {
      throw refuse('another version has become the live one meanwhile. Look at what changes now, then ask again');
    }
    if (await trx('approval_requests').where({ open_policy: policy }).first('id')) {
      throw refuse('approval of this draft was asked for already. Withdraw that request first, or wait for its answer');
    }
    const { digest, tests } = digestsOf(draft);
    const shown_json = canonicalJson(shown);
    const row: RequestRow = {
      id,
      organisation,
      policy,
      open_policy: policy,
      revision,
      digest,
      tests_digest: tests,
      base_version: shown.before?.version ?? null,
      author: actor.id,
      reason,
      at: Date.now(),
      state: 'open',
      answer: null,
      ended_by: null,
      ended_at: null,
      version: null,
    };
    const shown_digest = sha256(shown_json);
    await trx('approval_requests').insert({ ...row, shown_json, shown_digest });
    const { base_version: baseVersion } = row;
    const after = { policy, state: 'open', revision, digest, tests, baseVersion, shown: shown_digest };
    return { before: null, after, value: await toRequest(trx, row) };
  });
}

/** Throws `approval_not_possible` in words where this person cannot answer this request, or looked at something else. */
function requireAnswerable(row: RequestRow, draft: DraftDigests, approving: Approving, person: string, digest: string) {
  requireOpen(row);
  if (digest !== row.digest || !isOf(row, draft)) {
    throw refuse('you looked at an older draft than the one that is there now. Look at the request as it is now');
  }
  if (row.author === person) throw refuse('you asked for it yourself, and nobody approves what is their own');
  if (approving.authors.has(person)) {
    throw refuse(
      'you have changed this draft yourself since it was last published, and nobody approves their own work',
    );
  }
  if (!approving.people.has(person)) {
    const named = approving.rule.by !== null;
    throw refuse(
      named
        ? 'the rule of this policy names the people who approve it, and you are not among them'
        : 'your roles do not let you approve this policy',
    );
  }
}

interface Answer {
  /** Digest of the drawing that the person looked at. */
  readonly digest: string;
  readonly words: string | null;
}

/**
 * Approves a request as a person who may. Throws `not_found`, and `approval_not_possible` for one's own, for another draft
 * than the one that was looked at, a second time, or after it has ended.
 */
export async function approve(
  store: ControlStore,
  actor: Actor,
  id: string,
  { digest, words }: Answer,
): Promise<ApprovalRequest> {
  const { organisation, id: person } = actor;
  const change = { action: 'approval.approve', objectType: 'approval', objectId: id, reason: words };
  return store.change(actor, change, async (trx) => {
    const row = await requestRow(trx, organisation, id);
    const { policy } = row;
    requireActive(await findPolicy(trx, organisation, policy));
    const draft = digestsOf(await findDraft(trx, organisation, policy));
    const approving = await readApproving(trx, organisation, policy);
    requireAnswerable(row, draft, approving, person, digest);
    const before = await approvalsOf(trx, id);
    if (before.some((one) => one.person === person)) throw refuse('you have approved it already, and that counts once');
    await trx('approvals').insert({ request: id, person, organisation, words, at: Date.now() });
    const count = { policy, needed: approving.rule.approvals };
    return {
      before: { ...count, approvals: before.map((one) => one.person) },
      after: { ...count, approvals: [...before.map((one) => one.person), person], digest, tests: draft.tests },
      value: await toRequest(trx, row),
    };
  });
}

/** Ends a request within a change; gives the row as it is then. */
async function end(
  trx: Knex,
  actor: Actor,
  row: RequestRow,
  state: Ended,
  { answer = null, version = null }: { readonly answer?: string | null; readonly version?: number | null },
): Promise<RequestRow> {
  const ended = { state, answer, version, ended_by: actor.id, ended_at: Date.now(), open_policy: null };
  await trx('approval_requests').where({ id: row.id }).update(ended);
  return { ...row, ...ended };
}

const sayEnd = (row: RequestRow, state: Ended, more: object = {}) => ({
  before: { policy: row.policy, state: 'open' },
  after: { policy: row.policy, state, ...more },
});

/** Sends a request back with words, as somebody who could have approved it; throws as `approve` does. */
export async function sendBack(
  store: ControlStore,
  actor: Actor,
  id: string,
  { digest, reason }: { readonly digest: string; readonly reason: string },
): Promise<ApprovalRequest> {
  const { organisation } = actor;
  const change = { action: 'approval.refuse', objectType: 'approval', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const row = await requestRow(trx, organisation, id);
    const draft = digestsOf(await findDraft(trx, organisation, row.policy));
    requireAnswerable(row, draft, await readApproving(trx, organisation, row.policy), actor.id, digest);
    const ended = await end(trx, actor, row, 'refused', { answer: reason });
    return { ...sayEnd(row, 'refused', { digest }), value: await toRequest(trx, ended) };
  });
}

/** Takes a request back. Throws `not_found`, and `approval_not_possible` after it has ended. */
export async function withdraw(
  store: ControlStore,
  actor: Actor,
  id: string,
  reason: string,
): Promise<ApprovalRequest> {
  const change = { action: 'approval.withdraw', objectType: 'approval', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const row = await requestRow(trx, actor.organisation, id);
    requireOpen(row);
    const ended = await end(trx, actor, row, 'withdrawn', { answer: reason });
    return { ...sayEnd(row, 'withdrawn'), value: await toRequest(trx, ended) };
  });
}

/**
 * After a draft was written: a request that is open for another drawing or other tests is void; gives that, or null. To be
 * called in the transaction of the save.
 */
export async function voidOutdated(store: ControlStore, actor: Actor, draft: Draft): Promise<ApprovalRequest | null> {
  const open = await findOpen(store.db, draft.policy);
  const now = digestsOf(draft);
  if (!open || isOf(open, now)) return null;
  const change = { action: 'approval.void', objectType: 'approval', objectId: open.id, reason: null };
  return store.change(actor, change, async (trx) => {
    const ended = await end(trx, actor, open, 'void', {});
    return { ...sayEnd(open, 'void', now), value: await toRequest(trx, ended) };
  });
}

/** Ends the request that is open for a policy, within the change that publishes its draft. */
export async function endPublished(trx: Knex, actor: Actor, policy: string, version: number): Promise<void> {
  const open = await findOpen(trx, policy);
  if (open) await end(trx, actor, open, 'published', { version });
}
