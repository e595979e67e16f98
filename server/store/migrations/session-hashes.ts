import { createHash } from 'node:crypto';
import type { Migration } from '../migrate.ts';

/**
 * Ids of sessions are kept as SHA-256 and no longer as they stand in cookies. Who is signed in stays so; sign-ins that have
 * only begun go, since they hold what a provider sends back, unsealed.
 */
export const sessionHashes: Migration = {
  name: '017_session_hashes',
  up: async (knex) => {
    const used: string[] = await knex('person_sessions').pluck('sid');
    await knex('sessions').whereNotIn('sid', knex('person_sessions').select('sid')).delete();
    for (const sid of used) {
      const hash = createHash('sha256').update(sid).digest('hex');
      await knex('sessions').where({ sid }).update({ sid: hash });
      await knex('person_sessions').where({ sid }).update({ sid: hash });
    }
  },
  // No id can be made of its hash: everybody signs in again.
  down: async (knex) => {
    await knex('sessions').delete();
    await knex('person_sessions').delete();
  },
};
