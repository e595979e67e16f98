/** Who could do what, in words. */
import type { AccessThen, Reach } from '../../../api/audit-desk.ts';
import { sayRolesOf } from '../roles-said.ts';

type PersonThen = AccessThen['people'][number];
type NameOf = (id: unknown) => string;

/** What is asked about each of them, as the heads of a table. */
export const REVIEWED_WORDS = {
  edit: 'Draw policies',
  approve: 'Approve',
  publish: 'Publish',
  readContent: 'Read what was said',
  givesAccess: 'Give access',
} as const satisfies Record<keyof PersonThen['may'], string>;

/** Where something may be done: "everywhere", "no", "the project “Search”". */
export function sayReach({ everywhere, places }: Reach, nameOf: NameOf): string {
  if (everywhere) return 'everywhere';
  if (places.length === 0) return 'no';
  return places
    .map(({ of, id }) => (of === 'own keys' || id === null ? 'requests of own keys' : `the ${of} ${nameOf(id)}`))
    .join(', ');
}

/** Their roles with where these count. */
export function sayRoles({ grants, onlyReads }: PersonThen, nameOf: NameOf): string {
  const roles = grants.length === 0 ? 'no role' : sayRolesOf(grants, nameOf);
  return onlyReads ? `${roles}; looks only` : roles;
}
