/** What the routes of approvals have in common. */
import { z } from 'zod';
import type { Permission } from '../../../policies/access/permissions.ts';
import { requestRow } from '../approvals.ts';
import { idSchema } from '../input.ts';
import { policiesSeen, requireWith } from '../placed.ts';
import { findPolicy } from '../policies.ts';
import type { RouteContext } from '../route.ts';

export const ofRequest = z.strictObject({ request: idSchema });

export const openOnly = z.literal('open').optional().meta({ description: 'Those only that wait for somebody.' });

/** Throws `not_found` or `not_allowed` where the caller may not do this with the policy that a request is about. */
export async function requireOnRequest(context: RouteContext, permission: Permission, id: string): Promise<void> {
  const { policy } = await requestRow(context.control.db, context.actor.organisation, id);
  await requireWith(context, permission, 'policy', policy);
}

/** Those of which the caller may see the policy. */
export async function ofSeenPolicies<T extends { readonly policy: string }>(
  { control, actor }: RouteContext,
  all: readonly T[],
): Promise<T[]> {
  const policies = await policiesSeen(control, actor);
  return all.filter(({ policy }) => policies.has(policy));
}

/** What alerts say of who has done something with the policy of that id; throws `not_found`. */
export async function deedOn({ control, actor }: RouteContext, policy: string) {
  const { organisation, id } = actor;
  const { project } = await findPolicy(control.db, organisation, policy);
  return { organisation, project, by: id };
}
