/** What has to be right before a draft is published, or somebody is asked to approve it. */
import type { Problem } from '../../policies/check.ts';
import type { Graph } from '../../policies/graph.ts';
import type { VersionLookup } from '../../policies/pinned.ts';
import { type Draft, findDraft, requireRevision } from './drafts.ts';
import { checkIn, requireAgreement } from './house.ts';
import { placeOf } from './organisation-policy.ts';
import { versionsFor } from './pinned-versions.ts';
import { findPolicy, type Policy, requireActive } from './policies.ts';
import { requirePassing } from './policy-tests.ts';
import type { RouteContext } from './route.ts';
import { type CheckGraph, requireSound } from './versions.ts';

interface CheckedDraft {
  readonly policy: Policy;
  readonly draft: Draft;
  /** To be used once more within the change. */
  readonly check: CheckGraph;
  readonly problems: readonly Problem[];
}

/** Checks graphs of a policy; versions never change, so that those they go on in can be found before a change begins. */
export function checking({ control, deps, actor }: RouteContext, versions: VersionLookup, policy: Policy): CheckGraph {
  return (graph: Graph, organisation: string) => {
    const snapshot = control.snapshot();
    return checkIn(snapshot, deps, graph, organisation, versions, placeOf(snapshot, actor.organisation, policy));
  };
}

/**
 * Looks at a draft before a change begins, which others would wait for. Throws `not_found`, `policy_archived`, `conflict`
 * when it is not at `revision` any more, `invalid_graph` with its problems, and `tests_failed`.
 */
export async function checkDraft(context: RouteContext, id: string, revision: number): Promise<CheckedDraft> {
  const { control, actor } = context;
  const policy = await findPolicy(control.db, actor.organisation, id);
  requireActive(policy);
  const draft = await findDraft(control.db, actor.organisation, id);
  requireRevision(draft, revision);
  const versions = await versionsFor(control.db, actor.organisation, [draft.graph]);
  const check = checking(context, versions, policy);
  requireSound(check, draft.graph, actor.organisation);
  await requireAgreement(draft.graph, versions);
  await requirePassing(context, draft.graph, draft.tests);
  return { policy, draft, check, problems: check(draft.graph, actor.organisation) };
}
