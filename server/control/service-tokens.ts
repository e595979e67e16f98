/** Service tokens: what lets programs use the control API, each with grants, an end, and an id that the history names. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { type Grant, grantsSchema, readGrants } from '../../policies/access/grants.ts';
import { hashToken, newToken, tokenPrefix } from '../access/keys.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema, nameSchema } from './input.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const LONGEST_DAYS = 366;
/** How exactly it is known when a token was last used. */
const USED_EVERY_MS = 60_000;

const scopeSchema = z.enum(['read', 'role']).meta({
  description: '`read` for looking only; `role` for all that its roles may.',
});
type Scope = z.infer<typeof scopeSchema>;

export const serviceTokenInputSchema = z.strictObject({
  name: nameSchema,
  grants: grantsSchema,
  scope: scopeSchema,
  days: z.int().min(1).max(LONGEST_DAYS).meta({ description: 'Days until it ends by itself: 1 to 366.' }),
});

export const serviceTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  grants: grantsSchema,
  scope: scopeSchema,
  prefix: z.string(),
  createdBy: z.string(),
  createdAt: momentSchema,
  expiresAt: momentSchema,
  lastUsedAt: momentSchema.nullable().meta({ description: 'To the minute; null for never.' }),
  revokedAt: momentSchema.nullable(),
});
type ServiceToken = z.infer<typeof serviceTokenSchema>;

interface TokenRow {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly grants_json: string;
  readonly scope: string;
  readonly hash: string;
  readonly prefix: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

const toServiceToken = (row: TokenRow): ServiceToken =>
  serviceTokenSchema.parse({
    id: row.id,
    name: row.name,
    grants: readGrants(row.grants_json),
    scope: row.scope,
    prefix: row.prefix,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  });

/** All service tokens of an organisation, the newest first, those that have ended included. */
export async function listServiceTokens(db: Knex, organisation: string): Promise<ServiceToken[]> {
  return (await db<TokenRow>('service_tokens').where({ organisation }).orderBy('id', 'desc')).map(toServiceToken);
}

/** Makes a token and gives it, this once. */
export async function createServiceToken(
  store: ControlStore,
  actor: Actor,
  input: z.output<typeof serviceTokenInputSchema>,
): Promise<{ readonly serviceToken: ServiceToken; readonly token: string }> {
  const { organisation } = actor;
  const { name, grants, scope, days } = input;
  const token = newToken('sbt_');
  const id = newId('svc');
  const now = Date.now();
  const change = { action: 'service_token.create', objectType: 'service_token', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    const row: TokenRow = {
      id,
      organisation,
      name,
      scope,
      grants_json: JSON.stringify(grants),
      hash: hashToken(token).toString('hex'),
      prefix: tokenPrefix(token),
      created_by: actor.id,
      created_at: now,
      expires_at: now + days * DAY_MS,
      last_used_at: null,
      revoked_at: null,
    };
    await trx('service_tokens').insert(row);
    const after = { name, grants, scope, prefix: row.prefix, expiresAt: row.expires_at };
    return { before: null, after, value: { serviceToken: toServiceToken(row), token } };
  });
}

/** Revokes a token for good and at once; revoking it again changes nothing. Throws `not_found`. */
export async function revokeServiceToken(
  store: ControlStore,
  actor: Actor,
  id: string,
  reason: string,
): Promise<ServiceToken> {
  const change = { action: 'service_token.revoke', objectType: 'service_token', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const row = await trx<TokenRow>('service_tokens').where({ organisation: actor.organisation, id }).first();
    if (!row) throw new SignalboxError('not_found', { what: 'service token of that id' });
    const revokedAt = row.revoked_at ?? Date.now();
    await trx('service_tokens').where({ id }).update({ revoked_at: revokedAt });
    const value = toServiceToken({ ...row, revoked_at: revokedAt });
    return { before: { revokedAt: row.revoked_at }, after: { revokedAt }, value };
  });
}

/** The token of that text, found by its hash; undefined where there is none that holds at `now`, in milliseconds since 1970. */
export async function findServiceToken(
  db: Knex,
  text: string,
  now: number,
): Promise<
  | { readonly id: string; readonly organisation: string; readonly grants: readonly Grant[]; readonly scope: Scope }
  | undefined
> {
  const hash = hashToken(text).toString('hex');
  const row = await db<TokenRow>('service_tokens').where({ hash }).first();
  if (!row || row.revoked_at !== null || row.expires_at <= now) return undefined;
  if ((row.last_used_at ?? 0) + USED_EVERY_MS <= now) {
    await db('service_tokens').where({ id: row.id }).update({ last_used_at: now });
  }
  const { id, organisation } = row;
  return { id, organisation, grants: readGrants(row.grants_json), scope: scopeSchema.parse(row.scope) };
}
