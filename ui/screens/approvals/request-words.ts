/** How requests for approval stand, in words. */
import type { ApprovalRequest } from '../../api/approvals.ts';
import { plural } from '../../app/words.ts';

type State = ApprovalRequest['state'];

export const STATE_WORDS: Readonly<Record<State, { readonly title: string; readonly color: string }>> = {
  open: { title: 'waits for approval', color: 'orange' },
  approved: { title: 'approved, can be published', color: 'teal' },
  refused: { title: 'sent back', color: 'red' },
  void: { title: 'void: the draft was edited since', color: 'gray' },
  withdrawn: { title: 'withdrawn', color: 'gray' },
  published: { title: 'published', color: 'teal' },
};

/** Whether it still waits for something: approvals, or to be published. */
export const isOpen = ({ state }: ApprovalRequest): boolean => state === 'open' || state === 'approved';

/** More names than these are only counted. */
const MOST_NAMED = 6;

/** "Ada", "Ada or Bea", "Ada, Bea or 3 others": those of whom one is enough. */
export function sayAnyOf(names: readonly string[]): string {
  const left = names.length - MOST_NAMED;
  const said = left > 1 ? [...names.slice(0, MOST_NAMED), `${left} others`] : names;
  const last = said.at(-1) ?? '';
  return said.length < 2 ? last : `${said.slice(0, -1).join(', ')} or ${last}`;
}

/** How many approvals there are, and how many more are needed. */
export function sayApprovals({ approvals, needed }: ApprovalRequest): string {
  const counting = approvals.filter(({ counts }) => counts).length;
  if (needed === 0) return `No approval is needed; ${plural(counting, 'person has', 'people have')} approved.`;
  return `${counting} of ${plural(needed, 'approval')}.`;
}
