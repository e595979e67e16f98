/** What of approvals waits for one person: to be answered, to be followed up, or to be read. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { listRequests } from './approvals.ts';
import { listEmergencies } from './approvals-emergencies.ts';

/** How long an answer that calls for nothing is pointed at. */
const READ_WITHIN_MS = 7 * 86_400_000;

export const waitingSchema = z.object({
  requests: z.int(),
  emergencies: z.int(),
  answers: z.array(z.string()).meta({
    description:
      'Ids of requests of one’s own that are approved, or that somebody has sent back or made void in the last seven days, and that were not made again since.',
  }),
});

/** What waits for this person at `now`, in milliseconds since 1970. */
export async function waitingFor(
  db: Knex,
  organisation: string,
  person: string,
  now: number,
): Promise<z.output<typeof waitingSchema>> {
  const open = await listRequests(db, organisation, { state: 'open' });
  const emergencies = await listEmergencies(db, organisation, true);
  const mine = (ones: readonly { readonly waitingFor: readonly string[] }[]) =>
    ones.filter(({ waitingFor }) => waitingFor.includes(person)).length;
  const approved = open.filter(({ state, author }) => state === 'approved' && author === person);
  return {
    // One that is approved already may have more approvals, and waits for nobody.
    requests: mine(open.filter(({ state }) => state === 'open')),
    emergencies: mine(emergencies),
    answers: [...approved.map(({ id }) => id), ...(await turnedDown(db, organisation, person, now))],
  };
}

/** Ids of the requests of a person that somebody else has sent back or made void, and that were not made again since. */
const turnedDown = (db: Knex, organisation: string, person: string, now: number): Promise<string[]> =>
  db('approval_requests as asked')
    .where({ organisation, author: person })
    .whereIn('state', ['refused', 'void'])
    .whereNot('ended_by', person)
    .where('ended_at', '>=', now - READ_WITHIN_MS)
    .whereNotExists(
      db('approval_requests as later').whereRaw('later.policy = asked.policy').whereRaw('later.at > asked.at'),
    )
    .orderBy('at', 'desc')
    .pluck('id');
