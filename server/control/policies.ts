/** Policies: what they are called and who has them. Their drafts and versions stand apart. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { momentSchema } from './input.ts';
import { requireFreeName } from './organisations.ts';

export const policyNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'The name of a policy has lower-case letters, digits and "-", at most 63');
export const titleSchema = z.string().trim().min(1).max(120);
export const descriptionSchema = z.string().trim().max(2000);

export const policyChangeSchema = z
  .strictObject({
    title: titleSchema.optional(),
    description: descriptionSchema.optional(),
    name: policyNameSchema.optional().meta({ description: 'Only while no version of it was published.' }),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'Give at least one thing to change');

export const policySchema = z.object({
  id: z.string(),
  project: z.string().nullable(),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  liveVersion: z.int().nullable(),
  archived: z.boolean().meta({ description: 'True where it is put away: it serves no request.' }),
  createdAt: momentSchema,
});
export type Policy = z.infer<typeof policySchema>;

export interface PolicyRow {
  readonly id: string;
  readonly organisation: string;
  readonly project: string | null;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly live_version: number | null;
  readonly archived_at: number | null;
  readonly created_at: number;
}

export const toPolicy = (row: PolicyRow): Policy => ({
  id: row.id,
  project: row.project,
  name: row.name,
  title: row.title,
  description: row.description,
  liveVersion: row.live_version,
  archived: row.archived_at !== null,
  createdAt: row.created_at,
});

/** The policy of an organisation by its id; throws `not_found`. */
export async function findPolicy(db: Knex, organisation: string, id: string): Promise<Policy> {
  const row = await db<PolicyRow>('policies').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'policy of that id' });
  return toPolicy(row);
}

/** Throws `policy_archived` for a policy that is in the archive. */
export function requireActive(policy: Policy): void {
  if (policy.archived) throw new SignalboxError('policy_archived', { policy: policy.title });
}

const sayPolicy = ({ name, title, description }: Policy) => ({ name, title, description });

/**
 * Changes what a policy is called; what is not given stays. Throws `invalid_input` for another name after its first version,
 * since apps may ask for it by the old one, `already_exists` for a name that is taken, and `policy_archived`.
 */
export async function changePolicy(
  store: ControlStore,
  actor: Actor,
  id: string,
  input: z.output<typeof policyChangeSchema>,
): Promise<Policy> {
  const { organisation } = actor;
  const change = { action: 'policy.change', objectType: 'policy', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    const old = await findPolicy(trx, organisation, id);
    requireActive(old);
    const { name = old.name, title = old.title, description = old.description } = input;
    if (name !== old.name) {
      if (old.liveVersion !== null) {
        throw new SignalboxError('invalid_input', {
          why: `The policy “${old.title}” was published as ${old.name}, and apps may ask for it by that name. Leave the name, or make a policy of the other name`,
        });
      }
      await requireFreeName(trx, 'policies', organisation, name, id);
    }
    await trx('policies').where({ id }).update({ name, title, description });
    const policy = { ...old, name, title, description };
    return { before: sayPolicy(old), after: sayPolicy(policy), value: policy };
  });
}
