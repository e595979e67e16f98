/** Aliases: names of the organisation's own for models, such as “cheap”, which are changed in one place. */
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { SignalboxError } from '../errors.ts';
import type { Control } from './control.ts';
import type { Actor } from './history.ts';
import { type Key, listKeys } from './keys.ts';
import { keysSeen } from './placed.ts';
import { namingSchema, policiesNaming, sayPolicies } from './policies-naming.ts';
import type { ControlDeps } from './route.ts';

/** Keys that a sentence names. */
const MOST_NAMED = 10;

export const aliasNameSchema = z
  .string()
  .trim()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'an alias is small letters, digits, dots and hyphens, such as cheap');

export interface AliasRow {
  readonly organisation: string;
  readonly name: string;
  readonly model: string;
  readonly updated_at: number;
}

export const aliasSchema = z
  .object({
    name: z.string(),
    model: z.string().meta({ description: 'Full id of the model that it leads to.' }),
    label: z.string().nullable().meta({ description: 'Null where no provider serves that model any more.' }),
    policies: z.array(namingSchema),
    keys: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .meta({ description: 'Keys that are limited to it, of those that the caller may see.' }),
  })
  .meta({ id: 'Alias' });
type Alias = z.infer<typeof aliasSchema>;

/** Whether a key is held to an alias. One that is revoked does not count: nothing makes it good again. */
const isHeldTo = ({ models, revokedAt }: Key, alias: string): boolean =>
  revokedAt === null && (models?.includes(alias) ?? false);

/** All aliases by their names, each with the policies and keys that name it. */
export async function listAliases(control: Control, deps: ControlDeps, actor: Caller): Promise<Alias[]> {
  const { organisation } = actor;
  const { lookup } = deps.models(organisation);
  const [naming, keys] = await Promise.all([policiesNaming(control, organisation), keysSeen(control, actor)]);
  return control
    .snapshot()
    .aliases.filter((alias) => alias.organisation === organisation)
    .map(({ name, model }) => ({
      name,
      model,
      label: lookup(model)?.label ?? null,
      policies: naming((named) => named === name),
      keys: keys.flatMap((key) => (isHeldTo(key, name) ? [{ id: key.id, name: key.name }] : [])),
    }));
}

const refuse = (why: string): SignalboxError => new SignalboxError('invalid_input', { why });

/** The full id of the model that an alias is to lead to. Throws `invalid_input` where it must not. */
function targetOf(deps: ControlDeps, organisation: string, name: string, model: string): string {
  const { lookup, aliases } = deps.models(organisation);
  if (name === 'asked') throw refuse('“asked” stands for the model that an app names. Choose another name');
  if (aliases.has(model)) {
    throw refuse(
      `“${model}” is an alias itself, and an alias leads to a model. Choose the model that it leads to: ${aliases.get(model)}`,
    );
  }
  const target = lookup(model);
  if (!target) throw refuse(`Nobody offers “${model}”. Choose a model that is offered, or set up its provider`);
  const taken = aliases.has(name) ? undefined : lookup(name);
  if (taken) throw refuse(`Apps reach the model ${taken.id} by “${name}” already. Choose another name`);
  return target.id;
}

/** Makes an alias, or leads it to another model from now on. */
export async function setAlias(
  control: Control,
  deps: ControlDeps,
  actor: Caller,
  given: { readonly name: string; readonly model: string; readonly reason: string | null },
): Promise<Alias> {
  const { organisation } = actor;
  const { name, reason } = given;
  const model = targetOf(deps, organisation, name, given.model);
  const change = { action: 'alias.set', objectType: 'alias', objectId: name, reason };
  await control.change(actor, change, async (trx) => {
    const before = await trx<AliasRow>('model_aliases').where({ organisation, name }).first();
    await trx('model_aliases')
      .insert({ organisation, name, model, updated_at: Date.now() })
      .onConflict(['organisation', 'name'])
      .merge();
    return { before: before ? { name, model: before.model } : null, after: { name, model }, value: undefined };
  });
  const made = (await listAliases(control, deps, actor)).find((alias) => alias.name === name);
  if (!made) throw new SignalboxError('not_found', { what: 'alias of that name' });
  return made;
}

/** The first few by their names, and how many more. */
const sayKeys = (keys: readonly Key[]): string =>
  keys
    .slice(0, MOST_NAMED)
    .map(({ name }) => `“${name}”`)
    .join(', ') + (keys.length > MOST_NAMED ? ` and ${keys.length - MOST_NAMED} more` : '');

/** Takes an alias away. Throws `invalid_input` while a live policy or the limits of a key name it. */
export async function deleteAlias(control: Control, actor: Actor, name: string): Promise<void> {
  const { organisation } = actor;
  const using = (await policiesNaming(control, organisation))((named) => named === name).filter(({ live }) => live);
  if (using.length > 0) {
    throw refuse(
      `The alias “${name}” cannot be deleted: requests go through it in ${sayPolicies(using)}. Publish that with another model first`,
    );
  }
  const change = { action: 'alias.delete', objectType: 'alias', objectId: name, reason: null };
  await control.change(actor, change, async (trx) => {
    const before = await trx<AliasRow>('model_aliases').where({ organisation, name }).first();
    if (!before) throw new SignalboxError('not_found', { what: 'alias of that name' });
    const held = (await listKeys(trx, organisation)).filter((key) => isHeldTo(key, name));
    if (held.length > 0) {
      throw refuse(
        `The alias “${name}” cannot be deleted: the limits of these keys name it: ${sayKeys(held)}. Change their limits first, or revoke them`,
      );
    }
    await trx('model_aliases').where({ organisation, name }).delete();
    return { before: { name, model: before.model }, after: null, value: undefined };
  });
}
