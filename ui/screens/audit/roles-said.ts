/** The roles that an entry names, in words. */
import { type Grant, grantsSchema, type Within } from '../../../policies/access/grants.ts';
import { sayGrants } from '../../app/grant-words.ts';
import type { Members } from './members.ts';

type NameOf = (id: unknown) => string;

function sayWhere(within: Within | null, nameOf: NameOf): string {
  if (within === null) return 'everywhere';
  if ('team' in within) return `in the team ${nameOf(within.team)}`;
  return 'project' in within ? `in the project ${nameOf(within.project)}` : `for the policy ${nameOf(within.policy)}`;
}

/** "Author in the project “Search”, and Viewer everywhere". */
export const sayRolesOf = (grants: readonly Grant[], nameOf: NameOf): string =>
  sayGrants(grants, (within) => sayWhere(within, nameOf));

/** The roles that one side of an entry keeps: several with their places, or the one of older entries. */
export function sayRolesIn({ grants, role }: Members, nameOf: NameOf): string {
  const parsed = grantsSchema.safeParse(grants);
  if (parsed.success) return sayRolesOf(parsed.data, nameOf);
  return typeof role === 'string' ? role : 'nothing';
}
