/** Deletes a few contents or records at once, in a transaction so short that the gateway's own writer hardly waits for it. */
import type { Knex } from 'knex';
import { strippedRecord, type Tombstone } from '../audit/deletion.ts';
import { recordDigest } from '../audit/record-digest.ts';
import type { OpenRun, Target } from './retention-runs.ts';
import type { Found, RetentionStores } from './retention-search.ts';
import { sessionOf } from './sessions.ts';

/** Gives what is left of records their place in one statement: texts come in as JSON. */
const STRIP = {
  sqlite: `UPDATE records SET app = NULL, tags = '{}', detail = given.detail
    FROM (SELECT value ->> 'id' AS id, value ->> 'detail' AS detail FROM json_each(?)) AS given
    WHERE records.id = given.id`,
  postgres: `UPDATE records SET app = NULL, tags = '{}', detail = given.detail
    FROM json_to_recordset(?::json) AS given(id text, detail text) WHERE records.id = given.id`,
} as const;

/** Deletes what a target takes of these records; their tombstones name the run. `now` is in milliseconds since 1970. */
export async function deleteFound(
  { dialect, records }: RetentionStores,
  run: OpenRun,
  what: Target['what'],
  found: readonly Found[],
  now: number,
): Promise<void> {
  const { organisation } = run;
  const ids = found.map(({ id }) => id);
  const left = what === 'record' ? found.map((one) => ({ id: one.id, ...strippedRecord(one.row) })) : [];
  const tombstones = found.map(({ id, link_digest, link_content_digest, row }, i): Tombstone => {
    const stripped = left[i];
    return {
      record: id,
      what,
      organisation,
      at: now,
      actor: run.actor,
      reason: run.reason,
      run: run.id,
      digest: what === 'record' ? link_digest : (link_content_digest ?? ''),
      left_digest: stripped ? recordDigest({ ...row, ...stripped }, link_content_digest) : null,
    };
  });
  const sessions = what === 'record' ? sessionsOf(found) : [];
  if (dialect === 'sqlite') await records.raw('PRAGMA secure_delete = ON');
  await records.transaction(async (trx) => {
    // What was deleted by itself in the meantime has its tombstone already.
    await trx('record_tombstones').insert(tombstones).onConflict(['record', 'what']).ignore();
    await trx('contents').whereIn('id', ids).delete();
    await trx('feedback').where({ organisation }).whereIn('request', ids).update({ label: null, comment: null });
    if (left.length > 0) await trx.raw(STRIP[dialect], [JSON.stringify(left)]);
    if (sessions.length > 0) await forgetSessions(trx, organisation, sessions, ids);
    await trx('deletion_runs')
      .where({ id: run.id })
      .increment(what === 'record' ? 'records' : 'contents', found.length);
  });
}

const sessionsOf = (found: readonly Found[]): string[] => [
  ...new Set(found.flatMap(({ row }) => sessionOf(JSON.parse(String(row.tags))) ?? [])),
];

/** Takes requests out of their sessions, and with them sessions of which nothing is left. */
async function forgetSessions(
  trx: Knex,
  organisation: string,
  sessions: readonly string[],
  ids: readonly string[],
): Promise<void> {
  await trx('session_requests').where({ organisation }).whereIn('session', sessions).whereIn('id', ids).delete();
  await trx('sessions')
    .where({ organisation })
    .whereIn('session', sessions)
    .whereNotExists(
      trx('session_requests').whereRaw(
        'session_requests.organisation = sessions.organisation AND session_requests.session = sessions.session',
      ),
    )
    .delete();
}
