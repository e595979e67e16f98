/** What somebody with certain grants may do. */
import { AbilityBuilder, createMongoAbility, type MongoAbility, subject } from '@casl/ability';
import type { Grant, Within } from './grants.ts';
import { type Action, type Permission, PLACED, type Subject } from './permissions.ts';
import { definitionOf } from './roles.ts';

/** What a thing belongs to; null where it belongs to none, such as a policy of the whole organisation. */
export interface Place {
  readonly team: string | null;
  readonly project: string | null;
  readonly policy: string | null;
  /** The person who made it: of a request, who made its key. */
  readonly maker: string | null;
}

type Conditions = Partial<Place>;
export type Ability = MongoAbility<[Action, Subject | (Place & { readonly __caslSubjectType__: Subject })], Conditions>;

/** What everybody who is signed in may see, wherever their roles count: no page works without it. */
const EVERYWHERE: Permission = 'read house';

function split(permission: Permission): readonly [Action, Subject] {
  const at = permission.indexOf(' ');
  // A permission is made of both by its type.
  return [permission.slice(0, at) as Action, permission.slice(at + 1) as Subject];
}

const canBePlaced = (what: Subject, within: Within): boolean =>
  PLACED.has(what) && (!('policy' in within) || (what !== 'key' && what !== 'budget'));

function permissionsOf({ role, content }: Grant): readonly Permission[] {
  const { may, content: rule } = definitionOf(role);
  return rule === 'if granted' && content ? [...may, 'read content'] : may;
}

/**
 * What somebody may do who has these grants. `person` is the id of the person or program, for what is their own. With `onlyReads` nothing that changes anything is left.
 */
export function abilityOf(
  grants: readonly Grant[],
  { person, onlyReads }: { readonly person: string; readonly onlyReads: boolean },
): Ability {
  const { can, build } = new AbilityBuilder<Ability>(createMongoAbility);
  const allow = (permission: Permission, within: Within | null, own: Conditions): void => {
    const [action, what] = split(permission);
    if (onlyReads && action !== 'read') return;
    const conditions = permission === EVERYWHERE ? own : { ...within, ...own };
    if (Object.keys(conditions).length === 0) can(action, what);
    else if (within === null || canBePlaced(what, within)) can(action, what, conditions);
  };
  for (const grant of grants) {
    for (const permission of permissionsOf(grant)) allow(permission, grant.within, {});
    // They run for every project, so whoever may see policies somewhere sees them too.
    if (grant.within !== null && definitionOf(grant.role).may.includes('read policy'))
      can('read', 'policy', { project: null });
    for (const permission of definitionOf(grant.role).own) allow(permission, grant.within, { maker: person });
  }
  return build();
}

/** Whether something may be done at all, in one place or another. */
export function may(ability: Ability, permission: Permission): boolean {
  const [action, what] = split(permission);
  return ability.can(action, what);
}

/** Whether it may be done with a thing of that place. */
export function mayIn(ability: Ability, permission: Permission, place: Place): boolean {
  const [action, what] = split(permission);
  return ability.can(action, subject(what, { ...place }));
}

/**
 * The places in which something may be done, each with what a thing has to belong to; `everywhere` where it may be done in
 * the whole organisation.
 */
export function placesOf(ability: Ability, permission: Permission): 'everywhere' | readonly Conditions[] {
  const [action, what] = split(permission);
  const places: Conditions[] = [];
  for (const { conditions } of ability.rulesFor(action, what)) {
    if (conditions === undefined) return 'everywhere';
    places.push(conditions);
  }
  return places;
}
