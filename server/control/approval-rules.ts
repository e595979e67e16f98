/** Rules for approval: how many people have to approve a draft before it is published, who they are, and what an emergency allows. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { PERMISSIONS } from '../../policies/access/permissions.ts';
import { definitionOf, roleSchema } from '../../policies/access/roles.ts';
import { ORGANISATION } from '../access/places.ts';
import { SignalboxError } from '../errors.ts';
import { approvingPeople, placeIn } from './approvals-people.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { idSchema } from './input.ts';
import { findPolicy } from './policies.ts';

const MOST_APPROVALS = 10;

export const approvalRuleSchema = z
  .strictObject({
    approvals: z.int().min(0).max(MOST_APPROVALS).meta({ description: 'How many people have to approve; 0 for none.' }),
    by: z.array(idSchema).min(1).max(100).nullable().meta({
      description: 'Ids of the people whose approval counts; null for everybody whose roles let them approve.',
    }),
    emergency: z.array(roleSchema).max(20).meta({
      description: 'Roles that may publish without approvals in an emergency; empty for nobody.',
    }),
  })
  .meta({ id: 'ApprovalRule' });
export type ApprovalRule = z.output<typeof approvalRuleSchema>;

/** What counts where nobody has said anything. */
const NO_APPROVALS: ApprovalRule = { approvals: 0, by: null, emergency: ['admin'] };

interface RuleRow {
  readonly organisation: string;
  /** Empty for the rule of all policies that have none of their own. */
  readonly policy: string;
  readonly rule_json: string;
}

/** The rule of a policy with where it comes from. */
export interface PolicyRule {
  /** What counts. */
  readonly rule: ApprovalRule;
  /** Its own; null where that of the organisation counts. */
  readonly own: ApprovalRule | null;
  readonly organisation: ApprovalRule;
}

const EVERY_POLICY = '';

/** The rule that counts for a policy. */
export async function readRule(db: Knex, organisation: string, policy: string): Promise<PolicyRule> {
  const rows = await db<RuleRow>('approval_rules').where({ organisation }).whereIn('policy', [policy, EVERY_POLICY]);
  const rules = new Map(rows.map((row) => [row.policy, approvalRuleSchema.parse(JSON.parse(row.rule_json))]));
  const ofAll = rules.get(EVERY_POLICY) ?? NO_APPROVALS;
  const own = rules.get(policy) ?? null;
  return { rule: own ?? ofAll, own, organisation: ofAll };
}

/** The rule of all policies that have none of their own. */
export const readOrganisationRule = async (db: Knex, organisation: string): Promise<ApprovalRule> =>
  (await readRule(db, organisation, EVERY_POLICY)).organisation;

/** Throws `invalid_input` for a rule that nobody could follow. */
async function requirePossible(
  trx: Knex,
  organisation: string,
  policy: string | null,
  { approvals, by, emergency }: ApprovalRule,
): Promise<void> {
  const refuse = (why: string): never => {
    throw new SignalboxError('invalid_input', { why });
  };
  for (const role of emergency) {
    const { title, may } = definitionOf(role);
    if (!may.includes('publish policy')) refuse(`The role “${title}” may not ${PERMISSIONS['publish policy']}`);
  }
  if (by === null) return;
  const place = policy === null ? ORGANISATION : await placeIn(trx, organisation, policy);
  const able = await approvingPeople(trx, organisation, place);
  if (by.some((id) => !able.has(id))) {
    refuse('Somebody who is named here is not there any more, or has no role that lets them approve this');
  }
  const named = new Set(by).size;
  if (named < approvals) {
    const people = named === 1 ? '1 person is' : `${named} people are`;
    refuse(`${approvals} approvals are asked for, and only ${people} named for them`);
  }
}

/**
 * Changes the rule of a policy, or of all that have none of their own (`policy` null); `rule` null takes its own rule off a
 * policy. Nothing is published by that. Throws `not_found`, and `invalid_input` for a rule that nobody could follow.
 */
export async function changeRule(
  store: ControlStore,
  actor: Actor,
  policy: string | null,
  { rule, reason }: { readonly rule: ApprovalRule | null; readonly reason: string },
): Promise<PolicyRule> {
  const { organisation } = actor;
  const objectId = policy ?? organisation;
  const objectType = policy === null ? 'organisation' : 'policy';
  return store.change(actor, { action: 'approval_rules.change', objectType, objectId, reason }, async (trx) => {
    if (policy !== null) await findPolicy(trx, organisation, policy);
    if (rule !== null) await requirePossible(trx, organisation, policy, rule);
    const of = policy ?? EVERY_POLICY;
    const before = await readRule(trx, organisation, of);
    const key = { organisation, policy: of };
    await trx('approval_rules').where(key).delete();
    if (rule !== null) {
      const row = { ...key, rule_json: JSON.stringify(rule), author: actor.id, reason, at: Date.now() };
      await trx('approval_rules').insert(row);
    }
    const value = await readRule(trx, organisation, of);
    const say = (one: PolicyRule) => (policy === null ? one.organisation : one.own);
    return { before: say(before), after: say(value), value };
  });
}
