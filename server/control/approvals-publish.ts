/** Whether a draft may be published: by its approvals, or because there is an emergency. */
import type { Knex } from 'knex';
import { abilityOf, mayIn, type Place } from '../../policies/access/ability.ts';
import type { Grant } from '../../policies/access/grants.ts';
import { ROLES } from '../../policies/access/roles.ts';
import { SignalboxError } from '../errors.ts';
import type { ApprovalRule } from './approval-rules.ts';
import { countedApprovals, type DraftDigests, type NamedApproval, readApproving } from './approvals.ts';
import type { Actor } from './history.ts';

/** Why a version may become the live one, as its entry of the history says it. */
export interface Leave {
  readonly approvals: readonly NamedApproval[];
  readonly approvalRule: ApprovalRule;
  readonly emergency: boolean;
}

/** Whether one of these grants lets a person publish there in an emergency. */
export function allowsEmergency(rule: ApprovalRule, grants: readonly Grant[], person: string, place: Place): boolean {
  const named = grants.filter(({ role }) => rule.emergency.includes(role));
  return mayIn(abilityOf(named, { person, onlyReads: false }), 'publish policy', place);
}

const sayRoles = ({ emergency }: ApprovalRule): string =>
  emergency.length === 0 ? 'nobody' : emergency.map((role) => ROLES[role].title).join(', ');

/**
 * Throws `approval_missing` where a policy's rule asks for more approvals of this draft than it has, and
 * `emergency_not_allowed` where there is an emergency and the person may not publish in one. `draft` null is for bytes that
 * nobody can have approved; `emergency` has the grants of the person who says that it is one. To be called within the change
 * that publishes.
 */
export async function requireLeave(
  trx: Knex,
  actor: Actor,
  policy: string,
  draft: DraftDigests | null,
  emergency: readonly Grant[] | null,
): Promise<Leave> {
  const approving = await readApproving(trx, actor.organisation, policy);
  const { rule, place, people, authors } = approving;
  const approvals = draft === null ? [] : await countedApprovals(trx, approving, policy, draft);
  if (approvals.length >= rule.approvals) return { approvals, approvalRule: rule, emergency: false };
  if (emergency !== null) {
    if (allowsEmergency(rule, emergency, actor.id, place)) return { approvals, approvalRule: rule, emergency: true };
    throw new SignalboxError('emergency_not_allowed', { roles: sayRoles(rule) });
  }
  const may = [...people].filter((id) => !authors.has(id));
  throw new SignalboxError('approval_missing', {
    needed: rule.approvals,
    given: approvals.length,
    who: rule.by === null ? 'everybody whose roles let them approve' : 'the people whom its rule names',
    may,
  });
}
