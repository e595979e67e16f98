/** Who may approve a draft: everybody whose roles let them, but for those who drew it. */
import type { Knex } from 'knex';
import { abilityOf, mayIn, type Place } from '../../policies/access/ability.ts';
import { ORGANISATION } from '../access/places.ts';
import { changedWork } from './draft-work.ts';
import type { HistoryRow } from './history.ts';
import { findProject } from './organisations.ts';
import { listPeople } from './people.ts';
import { findPolicy } from './policies.ts';

/** Where a policy is, as it stands in the database; throws `not_found`. */
export async function placeIn(db: Knex, organisation: string, policy: string): Promise<Place> {
  const { project } = await findPolicy(db, organisation, policy);
  const team = project === null ? null : (await findProject(db, organisation, project)).team;
  return { ...ORGANISATION, project, team, policy };
}

/** Ids of those whose roles let them approve something of that place now. */
export async function approvingPeople(db: Knex, organisation: string, place: Place): Promise<ReadonlySet<string>> {
  const people = await listPeople(db, organisation);
  const may = people.filter(({ id, grants }) =>
    mayIn(abilityOf(grants, { person: id, onlyReads: false }), 'approve policy', place),
  );
  return new Set(may.map(({ id }) => id));
}

type Row = Pick<HistoryRow, 'actor' | 'before_json' | 'after_json'>;

/** Ids of everybody who drew on the draft of a policy, or changed its tests, since it was last published. */
export async function authorsOfDraft(db: Knex, organisation: string, policy: string): Promise<ReadonlySet<string>> {
  const entries = (action: string) =>
    db<HistoryRow>('history').where({ organisation, object_type: 'policy', object_id: policy, action });
  const published = await entries('version.publish').orderBy('sequence', 'desc').first('sequence');
  const saves: Row[] = await entries('draft.save')
    .where('sequence', '>', published?.sequence ?? 0)
    .select('actor', 'before_json', 'after_json');
  const authors = new Set(saves.filter(changedWork).map(({ actor }) => actor));
  if (!published) for (const { actor } of await entries('policy.create').select('actor')) authors.add(actor);
  return authors;
}
