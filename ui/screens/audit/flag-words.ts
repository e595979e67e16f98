/** What there is to look at first in a change, in words. */
import type { Flag } from '../../api/audit-kinds.ts';

/** How much there is to look at. */
export type FlagColor = 'red' | 'orange' | 'gray';

interface FlagWords {
  /** On the change itself. */
  readonly title: string;
  /** Above a list of them, after their number. */
  readonly many: string;
  readonly color: FlagColor;
}

export const FLAG_WORDS: Readonly<Record<Flag, FlagWords>> = {
  unapproved: { title: 'Nobody else approved it', many: 'that nobody else approved', color: 'red' },
  self_approved: { title: 'Approved by its own author', many: 'approved by their own author', color: 'red' },
  emergency: { title: 'Emergency, not followed up', many: 'in an emergency, not followed up', color: 'orange' },
  no_reason: { title: 'No reason given', many: 'without a reason', color: 'gray' },
};
