/** Rules for approval, in words. */
import { definitionOf } from '../../../policies/access/roles.ts';
import type { ApprovalRule } from '../../api/approval-rules.ts';
import { plural } from '../../app/words.ts';
import { sayAnyOf } from './request-words.ts';

/** What a rule asks for, in sentences; `nameOf` gives names of people by id. */
export function sayRule({ approvals, by, emergency }: ApprovalRule, nameOf: (id: string) => string): string {
  if (approvals === 0) return 'No approval is needed: whoever may publish does so alone.';
  const who = by === null ? 'anybody whose role lets them approve' : sayAnyOf(by.map(nameOf));
  const roles = emergency.map((role) => definitionOf(role).title);
  const urgent =
    roles.length === 0
      ? 'Nobody can publish without that, even in an emergency.'
      : `In an emergency it can be published without that by the ${plural(roles.length, 'role').replace(/^\S+ /, '')} ${sayAnyOf(roles)}, and somebody else has to follow it up.`;
  return `${plural(approvals, 'person has', 'people have')} to approve each draft: ${who}, but never those who drew it. ${urgent}`;
}
