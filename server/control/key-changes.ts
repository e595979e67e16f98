/** What can be done with a key that is there: other limits, another one in its place, its end. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { hashToken, newToken, tokenPrefix } from '../access/keys.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema, nameSchema, reasonSchema } from './input.ts';
import { type KeyLimitsInput, limitColumns, requirePossible, tidyLimits } from './key-limits.ts';
import { type Key, type KeyRow, toKey } from './keys.ts';

async function find(trx: Knex, organisation: string, id: string): Promise<KeyRow> {
  const row = await trx<KeyRow>('keys').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'key of that id' });
  return row;
}

async function findUsable(trx: Knex, organisation: string, id: string): Promise<KeyRow> {
  const row = await find(trx, organisation, id);
  if (row.revoked_at === null) return row;
  throw new SignalboxError('invalid_input', {
    why: 'The key is revoked for good, and can be used for nothing any more',
  });
}

/**
 * Puts other limits in place of all that a key has, at once for every request that starts after. Throws `conflict` with the
 * key as it is now at another revision.
 */
export async function changeKeyLimits(
  store: ControlStore,
  actor: Actor,
  id: string,
  input: KeyLimitsInput & { readonly revision: number; readonly reason: string },
): Promise<Key> {
  const { organisation } = actor;
  const change = { action: 'key.change_limits', objectType: 'key', objectId: id, reason: input.reason };
  return store.change(actor, change, async (trx) => {
    const row = await findUsable(trx, organisation, id);
    if (row.revision !== input.revision) {
      throw new SignalboxError('conflict', { what: 'The key', revision: row.revision, current: toKey(row) });
    }
    const limits = tidyLimits(input);
    await requirePossible(trx, organisation, limits, row.expires_at);
    const columns = { ...limitColumns(limits), revision: row.revision + 1 };
    await trx('keys').where({ id }).update(columns);
    const { policies, endpoints, models, networks, expiresAt } = toKey(row);
    return {
      before: { policies, endpoints, models, networks, expiresAt },
      after: limits,
      value: toKey({ ...row, ...columns }),
    };
  });
}

export const replacementSchema = z.strictObject({
  name: nameSchema.meta({ description: 'Name of the new key.' }),
  endsAt: momentSchema.meta({
    description: 'From when on the old key is refused, in milliseconds since 1970, unless it ends before.',
  }),
  reason: reasonSchema,
});

/**
 * Makes a key with all that another says and is limited to, and sets the other's end. Where that was made for a time, the new
 * one lasts as long from now on. Gives the new key and its token, which is stored nowhere.
 */
export async function replaceKey(
  store: ControlStore,
  actor: Actor,
  id: string,
  { name, endsAt, reason }: z.output<typeof replacementSchema>,
): Promise<{ readonly key: Key; readonly token: string }> {
  const { organisation } = actor;
  const token = newToken();
  const change = { action: 'key.replace', objectType: 'key', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const old = await findUsable(trx, organisation, id);
    const now = Date.now();
    if (endsAt <= now) {
      throw new SignalboxError('invalid_input', {
        why: 'The old key would have ended already. Choose a moment to come',
      });
    }
    const row: KeyRow = {
      ...old,
      id: newId('key'),
      name,
      hash: hashToken(token).toString('hex'),
      prefix: tokenPrefix(token),
      expires_at: old.expires_at === null ? null : now + (old.expires_at - old.created_at),
      revision: 1,
      created_by: actor.id,
      created_at: now,
    };
    await trx('keys').insert(row);
    const expiresAt = Math.min(old.expires_at ?? endsAt, endsAt);
    await trx('keys')
      .where({ id })
      .update({ expires_at: expiresAt, revision: old.revision + 1 });
    const key = toKey(row);
    return { before: { expiresAt: old.expires_at }, after: { expiresAt, replacedBy: key }, value: { key, token } };
  });
}

/** Revokes a key for good, at once for every request that starts after; revoking it again changes nothing. */
export async function revokeKey(store: ControlStore, actor: Actor, id: string, reason: string): Promise<Key> {
  const change = { action: 'key.revoke', objectType: 'key', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const row = await find(trx, actor.organisation, id);
    const revokedAt = row.revoked_at ?? Date.now();
    await trx('keys').where({ id }).update({ revoked_at: revokedAt });
    return {
      before: { revokedAt: row.revoked_at },
      after: { revokedAt },
      value: toKey({ ...row, revoked_at: revokedAt }),
    };
  });
}
