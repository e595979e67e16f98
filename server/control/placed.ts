/** What belongs where in the control plane, for callers who may do something in some places only. */
import type { Knex } from 'knex';
import { mayIn, type Place, placesOf } from '../../policies/access/ability.ts';
import { isAdmin } from '../../policies/access/grants.ts';
import type { Permission, Subject } from '../../policies/access/permissions.ts';
import type { Caller } from '../access/caller.ts';
import { keyPlace, notAllowed, policyPlace, projectPlace } from '../access/places.ts';
import { SignalboxError } from '../errors.ts';
import type { RecordFilter, RecordReach } from '../records/record.ts';
import type { Control } from './control.ts';
import { type Key, listKeys } from './keys.ts';
import { isMandatory } from './organisation-policy.ts';
import type { ControlDeps } from './route.ts';

/** What an address can name that belongs to a team, a project or a policy, with the permission to see it. */
const SEEN_BY = {
  policy: 'read policy',
  key: 'read key',
  record: 'read record',
} as const satisfies Partial<Record<Subject, Permission>>;
export type PlacedParam = keyof typeof SEEN_BY;

const TABLES = { policy: 'policies', key: 'keys' } as const;

interface Asked {
  readonly control: Control;
  readonly deps: Pick<ControlDeps, 'records'>;
  readonly actor: Caller;
}

const makerOf = async (db: Knex, organisation: string, key: string): Promise<string | null> =>
  (await db<{ id: string; organisation: string; created_by: string }>('keys').where({ organisation, id: key }).first())
    ?.created_by ?? null;

/** Where the thing of that id belongs; undefined where there is none. */
async function placeOfParam(
  { control, deps, actor }: Asked,
  what: PlacedParam,
  id: string,
): Promise<Place | undefined> {
  const { organisation } = actor;
  const snapshot = control.snapshot();
  if (what === 'record') {
    const record = await deps.records.get(organisation, id);
    if (!record) return undefined;
    const createdBy = await makerOf(control.db, organisation, record.key);
    return keyPlace(snapshot, { project: record.project, createdBy }, record.policy);
  }
  const row: { id: string; project: string | null } | undefined = await control
    .db(TABLES[what])
    .where({ organisation, id })
    .first('id', 'project');
  if (!row) return undefined;
  if (what === 'policy') return policyPlace(snapshot, row);
  const place = projectPlace(snapshot, row.project);
  return what === 'key' ? { ...place, maker: await makerOf(control.db, organisation, id) } : place;
}

/** What changes the policy that runs before all others, and so is left to its owners. */
const OF_OWNERS: ReadonlySet<Permission> = new Set(['draft policy', 'publish policy', 'rule policy']);

/** Throws `not_allowed` where the policy runs before all others, and the caller is neither its owner nor an admin. */
function requireOwner({ control, actor }: Asked, permission: Permission, policy: string): void {
  if (!OF_OWNERS.has(permission) || !isMandatory(control.snapshot(), actor.organisation, policy)) return;
  if (isAdmin(actor.grants)) return;
  const isOwner = actor.grants.some(({ within }) => within !== null && 'policy' in within && within.policy === policy);
  if (!isOwner) throw new SignalboxError('not_allowed', { right: 'change the policy that runs before all others' });
}

/**
 * Sees to it that the caller may do it with the thing of that id. What they may not even see does not exist for them:
 * `not_found`; else `not_allowed`.
 */
export async function requireWith(asked: Asked, permission: Permission, what: PlacedParam, id: string): Promise<void> {
  const { ability } = asked.actor;
  if (what === 'policy') requireOwner(asked, permission, id);
  if (placesOf(ability, permission) === 'everywhere') return;
  const place = await placeOfParam(asked, what, id);
  if (place && mayIn(ability, permission, place)) return;
  if (place && mayIn(ability, SEEN_BY[what], place)) throw notAllowed(permission);
  throw new SignalboxError('not_found', { what: `${what} of that id` });
}

/** The ids of the policies that the caller may see. */
export async function policiesSeen(
  { db, snapshot }: Control,
  { organisation, ability }: Caller,
): Promise<ReadonlySet<string>> {
  const rows: { id: string; project: string | null }[] = await db('policies')
    .where({ organisation })
    .select('id', 'project');
  const seen = rows.filter((row) => mayIn(ability, 'read policy', policyPlace(snapshot(), row)));
  return new Set(seen.map(({ id }) => id));
}

/** Throws `not_found` for a policy that the caller may not see; null is none in particular. */
export async function requirePoliciesSeen(
  control: Control,
  actor: Caller,
  ids: readonly string[] | null,
): Promise<void> {
  if (ids === null) return;
  const seen = await policiesSeen(control, actor);
  const unseen = ids.find((id) => !seen.has(id));
  if (unseen !== undefined) throw new SignalboxError('not_found', { what: `policy of the id ${unseen}` });
}

/** The keys that the caller may see, the newest first, revoked ones included. */
export async function keysSeen(control: Control, { organisation, ability }: Caller): Promise<Key[]> {
  const keys = await listKeys(control.db, organisation);
  const snapshot = control.snapshot();
  return keys.filter((key) => mayIn(ability, 'read key', keyPlace(snapshot, key)));
}

/** The ids of the projects in which the caller may do it; null for all of them. */
export function projectsFor(
  control: Pick<Control, 'snapshot'>,
  { ability }: Caller,
  permission: Permission,
): string[] | null {
  const places = placesOf(ability, permission);
  if (places === 'everywhere') return null;
  const { projects } = control.snapshot();
  const ids = new Set<string>();
  for (const { team, project, policy, maker } of places) {
    if (policy !== undefined || maker !== undefined) continue;
    if (typeof project === 'string') ids.add(project);
    for (const [id, one] of projects) if (one.team === team) ids.add(id);
  }
  return [...ids];
}

/** A filter that lets no record through which the caller may not do that with. */
export async function reachable(
  { control, actor }: Pick<Asked, 'control' | 'actor'>,
  permission: Permission,
  filter: RecordFilter,
): Promise<RecordFilter> {
  const places = placesOf(actor.ability, permission);
  if (places === 'everywhere') return filter;
  const { projects } = control.snapshot();
  const reach = places.map(async ({ team, project, policy, maker }): Promise<RecordReach> => {
    const ofTeam = [...projects].flatMap(([id, one]) => (one.team === team ? [id] : []));
    const keys = maker && control.db('keys').where({ organisation: actor.organisation, created_by: maker }).pluck('id');
    return {
      ...(typeof project === 'string' ? { projects: [project] } : team !== undefined && { projects: ofTeam }),
      ...(typeof policy === 'string' && { policies: [policy] }),
      ...(keys && { keys: await keys }),
    };
  });
  return { ...filter, reach: await Promise.all(reach) };
}
