/** API keys: which project they stand for, which tags they allow, and what they are limited to. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { TAG_NAME } from '../../policies/facts.ts';
import { KEY_ENDPOINTS } from '../../policies/key-limits.ts';
import { hashToken, newToken, tokenPrefix } from '../access/keys.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { idSchema, momentSchema, nameSchema } from './input.ts';
import { limitColumns, limitFields, requirePossible, tidyLimits } from './key-limits.ts';
import { findProject } from './organisations.ts';

const tagName = z.string().regex(TAG_NAME, 'A tag is named by a letter and up to 63 letters, digits, "_", "-" and "."');
const tagValue = z.string().min(1).max(256);

const fixedTagsSchema = z.record(tagName, tagValue);
const requiredTagsSchema = z.array(tagName).max(50);
const tagChoicesSchema = z.record(tagName, z.array(tagValue).min(1).max(200));

/** What a key says about the requests that carry it. */
export const keyInputSchema = z
  .strictObject({
    name: nameSchema,
    project: idSchema,
    fixedTags: fixedTagsSchema
      .default({})
      .meta({ description: 'Tags of every request; the caller cannot change them.' }),
    requiredTags: requiredTagsSchema.default([]).meta({ description: 'Tags without which a request is refused.' }),
    tagChoices: tagChoicesSchema.default({}).meta({ description: 'Values from which the caller may choose, by tag.' }),
    policies: limitFields.policies.default(null),
    endpoints: limitFields.endpoints.default(null),
    models: limitFields.models.default(null),
    networks: limitFields.networks.default(null),
    expiresAt: limitFields.expiresAt.default(null),
  })
  .superRefine((key, context) => {
    for (const name of [...key.requiredTags, ...Object.keys(key.tagChoices)]) {
      if (Object.hasOwn(key.fixedTags, name)) {
        context.addIssue({ code: 'custom', message: `The tag ${name} is fixed by the key, so no caller can say it.` });
      }
    }
  });
export type KeyInput = z.output<typeof keyInputSchema>;

export const keySchema = z.object({
  id: z.string(),
  project: z.string(),
  name: z.string(),
  prefix: z.string(),
  fixedTags: fixedTagsSchema,
  requiredTags: requiredTagsSchema,
  tagChoices: tagChoicesSchema,
  policies: z.array(z.string()).nullable(),
  endpoints: z.array(z.enum(KEY_ENDPOINTS)).nullable(),
  models: z.array(z.string()).nullable(),
  networks: z.array(z.string()).nullable(),
  expiresAt: momentSchema.nullable(),
  revision: z.int().meta({ description: 'Counts the changes of its limits.' }),
  createdBy: z.string(),
  createdAt: momentSchema,
  revokedAt: momentSchema.nullable(),
});
export type Key = z.infer<typeof keySchema>;

export interface KeyRow {
  readonly id: string;
  readonly organisation: string;
  readonly project: string;
  readonly name: string;
  readonly hash: string;
  readonly prefix: string;
  readonly fixed_tags_json: string;
  readonly required_tags_json: string;
  readonly tag_choices_json: string;
  readonly policies_json: string | null;
  readonly endpoints_json: string | null;
  readonly models_json: string | null;
  readonly networks_json: string | null;
  readonly expires_at: number | null;
  readonly revision: number;
  readonly created_by: string;
  readonly created_at: number;
  readonly revoked_at: number | null;
}

/** A stored key without its hash. */
export function toKey(row: KeyRow): Key {
  return keySchema.parse({
    id: row.id,
    project: row.project,
    name: row.name,
    prefix: row.prefix,
    fixedTags: JSON.parse(row.fixed_tags_json),
    requiredTags: JSON.parse(row.required_tags_json),
    tagChoices: JSON.parse(row.tag_choices_json),
    policies: listFrom(row.policies_json),
    endpoints: listFrom(row.endpoints_json),
    models: listFrom(row.models_json),
    networks: listFrom(row.networks_json),
    expiresAt: row.expires_at,
    revision: row.revision,
    createdBy: row.created_by,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  });
}

const listFrom = (json: string | null): unknown => (json === null ? null : JSON.parse(json));
/** All keys of an organisation, the newest first, revoked ones included. */
export async function listKeys(db: Knex, organisation: string): Promise<Key[]> {
  return (await db<KeyRow>('keys').where({ organisation }).orderBy('id', 'desc')).map(toKey);
}

/** Creates a key and gives its token, which is stored nowhere. `token` is one that the caller has chosen, or null. */
export async function createKey(
  store: ControlStore,
  actor: Actor,
  input: KeyInput,
  chosen: string | null,
): Promise<{ readonly key: Key; readonly token: string }> {
  const { organisation } = actor;
  const token = chosen ?? newToken();
  const id = newId('key');
  const change = { action: 'key.create', objectType: 'key', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    await findProject(trx, organisation, input.project);
    const limits = tidyLimits(input);
    await requirePossible(trx, organisation, limits, null);
    const row: KeyRow = {
      id,
      organisation,
      project: input.project,
      name: input.name,
      hash: hashToken(token).toString('hex'),
      prefix: tokenPrefix(token),
      fixed_tags_json: JSON.stringify(input.fixedTags),
      required_tags_json: JSON.stringify(input.requiredTags),
      tag_choices_json: JSON.stringify(input.tagChoices),
      ...limitColumns(limits),
      revision: 1,
      created_by: actor.id,
      created_at: Date.now(),
      revoked_at: null,
    };
    await trx('keys').insert(row);
    return { before: null, after: { ...input, ...limits, prefix: row.prefix }, value: { key: toKey(row), token } };
  });
}
