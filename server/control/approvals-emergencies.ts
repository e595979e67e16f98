/** Versions that were published in an emergency, without the approvals that their rule asks for, until somebody else has looked. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import { approvingPeople, placeIn } from './approvals-people.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { momentSchema } from './input.ts';

/** Notes, within the change that publishes, that a version was published in an emergency. */
export async function noteEmergency(
  trx: Knex,
  actor: Actor,
  { policy, version, reason }: { readonly policy: string; readonly version: number; readonly reason: string },
): Promise<void> {
  const { organisation, id: author } = actor;
  await trx('emergencies').insert({ policy, version, organisation, author, reason, at: Date.now() });
}

export const emergencySchema = z
  .object({
    policy: z.string(),
    title: z.string().meta({ description: 'What the policy is called.' }),
    version: z.int(),
    author: z.string(),
    reason: z.string(),
    at: momentSchema,
    waitingFor: z.array(z.string()).meta({ description: 'Ids of the people who may follow it up now.' }),
    followedUpBy: z.string().nullable(),
    followedUpAt: momentSchema.nullable(),
    words: z.string().nullable(),
  })
  .meta({ id: 'Emergency' });
export type Emergency = z.output<typeof emergencySchema>;

interface EmergencyRow {
  readonly policy: string;
  readonly version: number;
  readonly organisation: string;
  readonly author: string;
  readonly reason: string;
  readonly at: number;
  readonly followed_up_by: string | null;
  readonly followed_up_at: number | null;
  readonly words: string | null;
}

async function toEmergency(db: Knex, row: EmergencyRow & { readonly title: string }): Promise<Emergency> {
  const { policy, title, version, author, reason, at, words } = row;
  const isOpen = row.followed_up_at === null;
  const place = isOpen ? await placeIn(db, row.organisation, policy) : null;
  const people = place === null ? [] : [...(await approvingPeople(db, row.organisation, place))];
  return {
    policy,
    title,
    version,
    author,
    reason,
    at,
    words,
    waitingFor: people.filter((id) => id !== author),
    followedUpBy: row.followed_up_by,
    followedUpAt: row.followed_up_at,
  };
}

const MOST_LISTED = 200;

const withTitles = (db: Knex) =>
  db<EmergencyRow>('emergencies')
    .join('policies', 'policies.id', 'emergencies.policy')
    .select<(EmergencyRow & { title: string })[]>('emergencies.*', 'policies.title');

/** What was published in an emergency, the newest first; those only that nobody has followed up yet where `open`. */
export async function listEmergencies(db: Knex, organisation: string, open: boolean): Promise<Emergency[]> {
  const query = withTitles(db).where('emergencies.organisation', organisation);
  if (open) query.whereNull('followed_up_at');
  const found: Emergency[] = [];
  for (const row of await query.orderBy('emergencies.at', 'desc').limit(MOST_LISTED)) {
    found.push(await toEmergency(db, row));
  }
  return found;
}

/** What a version was published in; undefined where that was no emergency. */
export async function findEmergency(
  db: Knex,
  organisation: string,
  policy: string,
  version: number,
): Promise<Emergency | undefined> {
  const [row] = await withTitles(db).where({ 'emergencies.organisation': organisation, policy, version });
  return row && toEmergency(db, row);
}

/**
 * Somebody else says what they think of a version that was published in an emergency. Throws `not_found`, and
 * `approval_not_possible` for one's own or one that was followed up already.
 */
export async function followUp(
  store: ControlStore,
  actor: Actor,
  policy: string,
  { version, words }: { readonly version: number; readonly words: string },
): Promise<Emergency> {
  const { organisation } = actor;
  const change = { action: 'emergency.follow_up', objectType: 'policy', objectId: policy, reason: words };
  return store.change(actor, change, async (trx) => {
    const refuse = (why: string) => new SignalboxError('approval_not_possible', { why });
    const [row] = await withTitles(trx).where({ 'emergencies.organisation': organisation, policy, version });
    if (!row)
      throw new SignalboxError('not_found', { what: 'version of that number that was published in an emergency' });
    if (row.followed_up_at !== null) throw refuse('somebody has followed it up already');
    if (row.author === actor.id) throw refuse('you published it yourself, and somebody else has to follow it up');
    const followed = { followed_up_by: actor.id, followed_up_at: Date.now(), words };
    await trx('emergencies').where({ policy, version }).update(followed);
    const say = (isFollowedUp: boolean) => ({ version, publishedBy: row.author, followedUp: isFollowedUp });
    return { before: say(false), after: say(true), value: await toEmergency(trx, { ...row, ...followed }) };
  });
}
