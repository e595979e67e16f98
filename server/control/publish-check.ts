/** What has to be right before a draft is published, or somebody is asked to approve it. */
import type { Problem } from '../../policies/check.ts';
import type { Graph } from '../../policies/graph.ts';
import type { VersionLookup } from '../../policies/pinned.ts';
import { type Draft, findDraft, type PolicyContent, requireRevision } from './drafts.ts';
import { checkIn, requireAgreement } from './house.ts';
import { placeOf } from './organisation-policy.ts';
import { versionsFor } from './pinned-versions.ts';
import { findPolicy, type Policy, requireActive } from './policies.ts';
import { requirePassing } from './policy-tests.ts';
import type { RouteContext } from './route.ts';
import { type CheckGraph, requireSound } from './versions.ts';

interface Checked {
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

/** Looks at what would be published of a policy; throws `invalid_graph` with its problems, and `tests_failed`. */
export async function checkContent(
  context: RouteContext,
  policy: Policy,
  { graph, tests }: Pick<PolicyContent, 'graph' | 'tests'>,
): Promise<Checked> {
  const { control, actor } = context;
  const versions = await versionsFor(control.db, actor.organisation, [graph]);
  const check = checking(context, versions, policy);
  requireSound(check, graph, actor.organisation);
  await requireAgreement(graph, versions);
  await requirePassing(context, graph, tests);
  return { check, problems: check(graph, actor.organisation) };
}

/**
 * Looks at a draft before a change begins, which others would wait for. Throws `not_found`, `policy_archived`, `conflict`
 * when it is not at `revision` any more, `invalid_graph` with its problems, and `tests_failed`.
 */
export async function checkDraft(
  context: RouteContext,
  id: string,
  revision: number,
): Promise<Checked & { readonly policy: Policy; readonly draft: Draft }> {
  const { control, actor } = context;
  const policy = await findPolicy(control.db, actor.organisation, id);
  requireActive(policy);
  const draft = await findDraft(control.db, actor.organisation, id);
  requireRevision(draft, revision);
  return { policy, draft, ...(await checkContent(context, policy, draft)) };
}
