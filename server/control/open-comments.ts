/** How much of what was said waits to be settled. */
import type { Knex } from 'knex';

/** What comments are counted for: a request for approval, and the nodes of the draft too while it is about them. */
interface About {
  readonly id: string;
  readonly policy: string;
  readonly state: string;
}

/** How many comments on a request, and on nodes of the draft while it is open, are not settled. Answers do not count. */
export async function countOpenComments(db: Knex, { id, policy, state }: About): Promise<number> {
  const query = db('comments').where({ policy }).whereNull('answer_to').whereNull('resolved_at');
  if (state === 'open') query.where((either) => either.where({ request: id }).orWhereNotNull('node'));
  else query.where({ request: id });
  const [row] = await query.count<{ open: number | string }[]>('* as open');
  return Number(row?.open ?? 0);
}
