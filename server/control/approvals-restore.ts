/** Bringing an old version back where approvals are asked for: it becomes the draft, and approval of that is asked for. */
import { SignalboxError } from '../errors.ts';
import type { ApprovalRequest } from './approvals.ts';
import type { ShownForApproval } from './approvals-shown.ts';
import { askForApproval, voidOutdated } from './approvals-steps.ts';
import type { ControlStore } from './control.ts';
import { digestOf } from './digest.ts';
import { type Draft, findDraft, replaceDraft, requireRevision, sayDraft } from './drafts.ts';
import type { Actor } from './history.ts';
import { findPolicy, requireActive } from './policies.ts';
import { findVersion, sameWork, type Version } from './versions.ts';

interface Restoring {
  readonly version: Version;
  /** Of the draft that the person knows. */
  readonly revision: number;
  /** Whether work in the draft that nobody has published may be lost. */
  readonly replace: boolean;
  /** What publishing that version would show. */
  readonly shown: ShownForApproval;
  readonly reason: string;
}

/**
 * Puts an old version into the draft of its policy and asks for approval of that, both or neither; gives what is asked, and
 * the request that this has made void. Throws `conflict` when the draft is not at `revision` any more, `policy_archived`, and `approval_not_possible` where the draft holds work that was not
 * published and may not be replaced, or as `askForApproval` does.
 */
export async function askToRestore(
  store: ControlStore,
  actor: Actor,
  { version, revision, replace, shown, reason }: Restoring,
): Promise<{ readonly request: ApprovalRequest; readonly voided: ApprovalRequest | null }> {
  const { organisation } = actor;
  const { policy } = version;
  requireActive(await findPolicy(store.db, organisation, policy));
  const old = await findDraft(store.db, organisation, policy);
  requireRevision(old, revision);
  const isThere = sameWork(old, version) && digestOf(old.layout) === digestOf(version.layout);
  const draft = isThere ? old : await takeOver(store, actor, old, version, replace);
  const voided = await voidOutdated(store, actor, draft);
  return { request: await askForApproval(store, actor, { draft, shown, reason }), voided };
}

async function takeOver(
  store: ControlStore,
  actor: Actor,
  { policy, revision }: Draft,
  version: Version,
  replace: boolean,
): Promise<Draft> {
  const { organisation } = actor;
  const change = { action: 'draft.save', objectType: 'policy', objectId: policy, reason: null };
  return store.change(actor, change, async (trx) => {
    // Once more, now that nobody else can save it.
    const old = await findDraft(trx, organisation, policy);
    requireRevision(old, revision);
    const { liveVersion } = await findPolicy(trx, organisation, policy);
    const live = liveVersion === null ? null : await findVersion(trx, organisation, policy, liveVersion);
    const isLost = !sameWork(old, version) && (live === null || !sameWork(old, live));
    if (isLost && !replace) {
      throw new SignalboxError('approval_not_possible', {
        why: `the draft has changes that were never published, and version ${version.number} would take their place. Publish them first, or say that they may be lost`,
      });
    }
    const draft = await replaceDraft(trx, actor, old, version);
    return { before: sayDraft(old), after: { ...sayDraft(draft), restored: version.number }, value: draft };
  });
}
