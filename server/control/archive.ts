/** The archive: policies that serve no request any more, with all that they were. */
import type { Knex } from 'knex';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { findPolicy, type Policy, requireActive } from './policies.ts';

/** Whose default a policy is, in words; an empty list for nobody's. */
async function defaultOf(db: Knex, organisation: string, policy: string): Promise<string[]> {
  const whole: string[] = await db('organisations').where({ id: organisation, default_policy: policy }).pluck('id');
  const projects: string[] = await db('projects')
    .where({ organisation, default_policy: policy })
    .orderBy('name')
    .pluck('name');
  return [...whole.map(() => 'the whole organisation'), ...projects.map((name) => `the project “${name}”`)];
}

/**
 * Puts a policy into the archive: from now on it serves no request, while its name, versions and records stay. Throws
 * `policy_is_default` while requests reach it without naming it, `policy_is_mandatory` while all go through it, and
 * `policy_archived` where it is there already.
 */
export async function archivePolicy(store: ControlStore, actor: Actor, id: string, reason: string): Promise<Policy> {
  const { organisation } = actor;
  const change = { action: 'policy.archive', objectType: 'policy', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const policy = await findPolicy(trx, organisation, id);
    requireActive(policy);
    const owners = await defaultOf(trx, organisation, id);
    if (owners.length > 0) {
      throw new SignalboxError('policy_is_default', { policy: policy.title, owners: owners.join(' and ') });
    }
    const [mandatory]: string[] = await trx('organisations').where({ mandatory_policy: id }).pluck('id');
    if (mandatory !== undefined) throw new SignalboxError('policy_is_mandatory', { policy: policy.title });
    await trx('policies').where({ id }).update({ archived_at: Date.now() });
    return { before: { archived: false }, after: { archived: true }, value: { ...policy, archived: true } };
  });
}

/** Takes a policy out of the archive: its live version serves requests again. Throws `invalid_input` where it is not there. */
export async function unarchivePolicy(store: ControlStore, actor: Actor, id: string, reason: string): Promise<Policy> {
  const change = { action: 'policy.unarchive', objectType: 'policy', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const policy = await findPolicy(trx, actor.organisation, id);
    if (!policy.archived) {
      throw new SignalboxError('invalid_input', { why: `The policy “${policy.title}” is not in the archive` });
    }
    await trx('policies').where({ id }).update({ archived_at: null });
    return { before: { archived: true }, after: { archived: false }, value: { ...policy, archived: false } };
  });
}
