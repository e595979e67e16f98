/**
 * Deletes the content of a record, or all of a record but what it cost, as the law may ask for. A tombstone says who did it,
 * when, why, and the digest of what was there, so that nobody takes it for tampering; an entry of the history says the same.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { ControlStore } from '../control/control.ts';
import type { Actor } from '../control/history.ts';
import { SignalboxError } from '../errors.ts';
import type { LogStores } from './logs.ts';
import { type ChainRow, recordDigest, type StoredColumns } from './record-digest.ts';
import { sealAll } from './sealing.ts';

export interface Tombstone {
  readonly record: string;
  readonly what: 'content' | 'record';
  readonly organisation: string;
  readonly at: number;
  readonly actor: string;
  readonly reason: string;
  /** Of what was deleted: of the content, or of the record. */
  readonly digest: string;
  /** Of what is left of the record; null where only its content was deleted. */
  readonly left_digest: string | null;
  /** The deletion of many that it is of (see deletion-runs.ts); null where an entry of the history tells of it alone. */
  readonly run: string | null;
}

/** What the history says of a deletion: the tombstone without its author, whom the entry names itself. */
export const deletionEntry = ({ record, what, at, digest, left_digest }: Tombstone) => ({
  record,
  what,
  at,
  digest,
  left: left_digest,
});

export const deletionAction = { content: 'record.delete_content', record: 'record.delete' } as const;

interface Deletion {
  readonly record: string;
  readonly what: Tombstone['what'];
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Deletes a record's content, or the record with its content, and gives the tombstone. Of a record its id, time, key, model,
 * tokens, cost and charges stay, since the books must add up; names, tags, path, messages and texts go. Throws `not_found`
 * where there is nothing to delete.
 */
export async function deleteOfRecord(
  control: ControlStore,
  stores: LogStores,
  actor: Actor,
  { record, what, reason, now }: Deletion,
): Promise<Tombstone> {
  const { records } = stores;
  const { organisation } = actor;
  await sealAll(stores, now);
  const change = { action: deletionAction[what], objectType: 'record', objectId: record, reason };
  return control.change(actor, change, async (trx) => {
    const known = await records<Tombstone>('record_tombstones').where({ record, what, organisation }).first();
    // Deleted before, by a call whose entry could not be written.
    if (known?.run === null && !(await isWritten(trx, known)))
      return { before: null, after: deletionEntry(known), value: known };
    const row: StoredColumns | undefined = await records('records').where({ id: record, organisation }).first();
    const link = await records<ChainRow>('record_chain').where({ record }).first();
    const digest = what === 'record' ? link?.digest : link?.content_digest;
    const isGone =
      known !== undefined || (what === 'content' && !(await records('contents').where({ id: record }).first()));
    if (!row || !link || !digest || isGone)
      throw new SignalboxError('not_found', { what: `${what} of a record of that id` });

    const left = what === 'record' ? strippedRecord(row) : null;
    const tombstone: Tombstone = {
      record,
      what,
      organisation,
      at: now,
      actor: actor.id,
      reason,
      digest,
      left_digest: left && recordDigest({ ...row, ...left }, link.content_digest),
      run: null,
    };
    if (stores.dialect === 'sqlite') await records.raw('PRAGMA secure_delete = ON');
    await records.transaction(async (both) => {
      await both('record_tombstones').insert(tombstone);
      await both('contents').where({ id: record }).delete();
      // What apps wrote about it goes with it; how good they found it stays in the sums.
      await both('feedback').where({ organisation, request: record }).update({ label: null, comment: null });
      if (left === null) return;
      await both('records').where({ id: record }).update(left);
      await both('session_requests').where({ organisation, id: record }).delete();
    });
    return { before: null, after: deletionEntry(tombstone), value: tombstone };
  });
}

async function isWritten(trx: Knex, { organisation, record, what }: Tombstone): Promise<boolean> {
  const entry = { organisation, object_type: 'record', object_id: record, action: deletionAction[what] };
  return (await trx('history').where(entry).first('sequence')) !== undefined;
}

const attemptSchema = z.looseObject({ message: z.unknown(), upstreamId: z.unknown() });
const detailSchema = z.looseObject({ attempts: z.array(attemptSchema) });

/** What a deleted record keeps in the columns that say more than what it cost. */
export function strippedRecord(row: StoredColumns): {
  readonly app: null;
  readonly tags: string;
  readonly detail: string;
} {
  const detail = detailSchema.parse(JSON.parse(String(row.detail)));
  const attempts = detail.attempts.map((attempt) => ({ ...attempt, message: null, upstreamId: null }));
  const gone = { requestedModel: '', redactions: {}, facts: {}, trace: [] };
  return { app: null, tags: '{}', detail: JSON.stringify({ ...detail, attempts, ...gone }) };
}
