/** What belongs where, and whether a caller may do something there. */
import { type Ability, mayIn, type Place, placesOf } from '../../policies/access/ability.ts';
import { PERMISSIONS, type Permission } from '../../policies/access/permissions.ts';
import type { Snapshot } from '../control/snapshot.ts';
import { SignalboxError } from '../errors.ts';

/** What belongs to the organisation as a whole. */
export const ORGANISATION: Place = { team: null, project: null, policy: null, maker: null };

/** The error of somebody who lacks a permission. */
export const notAllowed = (permission: Permission): SignalboxError =>
  new SignalboxError('not_allowed', { right: PERMISSIONS[permission] });

/** The place of a project; of the organisation for null. */
export function projectPlace({ projects }: Pick<Snapshot, 'projects'>, project: string | null): Place {
  if (project === null) return ORGANISATION;
  return { ...ORGANISATION, project, team: projects.get(project)?.team ?? null };
}

/** The place of a policy, which may be one of a project. */
export const policyPlace = (
  snapshot: Pick<Snapshot, 'projects'>,
  { id, project }: { readonly id: string; readonly project: string | null },
): Place => ({ ...projectPlace(snapshot, project), policy: id });

/** The place of a key, or of a request that was made with it by way of a policy. */
export const keyPlace = (
  snapshot: Pick<Snapshot, 'projects'>,
  { project, createdBy }: { readonly project: string; readonly createdBy: string | null },
  policy: string | null = null,
): Place => ({ ...projectPlace(snapshot, project), policy, maker: createdBy });

/** Throws `not_allowed` where the caller may not do it with something of that place. */
export function requireIn({ ability }: { readonly ability: Ability }, permission: Permission, place: Place): void {
  if (!mayIn(ability, permission, place)) throw notAllowed(permission);
}

/** Throws `not_allowed` where the caller may not do it in the whole organisation. */
export function requireEverywhere({ ability }: { readonly ability: Ability }, permission: Permission): void {
  if (placesOf(ability, permission) !== 'everywhere') throw notAllowed(permission);
}
