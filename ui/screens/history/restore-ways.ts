/** How an old version can come back, by the policy's rule for approval and by what the person may do. */
import type { ApprovalState } from '../../api/approvals.ts';
import { plural } from '../../app/words.ts';

export type Way = 'at once' | 'approval' | 'emergency';

interface May {
  readonly draft: boolean;
  readonly publish: boolean;
}

/** The ways that are open to somebody, the one to be preferred first; none where they cannot bring anything back. */
export function waysOf({ rule, mayPublishInEmergency }: ApprovalState, may: May): readonly Way[] {
  if (rule.approvals === 0) return may.publish ? ['at once'] : [];
  return [
    ...(may.draft ? (['approval'] as const) : []),
    ...(may.publish && mayPublishInEmergency ? (['emergency'] as const) : []),
  ];
}

/** What a way is called, and what happens then. */
export function sayWay(way: Way, version: number, { rule }: ApprovalState): { title: string; help: string } {
  const people = plural(rule.approvals, 'person has', 'people have');
  switch (way) {
    case 'at once':
      return { title: 'Publish it at once', help: 'It is live for the next request.' };
    case 'approval':
      return {
        title: 'Put it into the draft and ask for approval',
        help: `Version ${version} becomes the draft, and ${people} to approve it before it is published. Until then nothing changes for requests.`,
      };
    case 'emergency':
      return {
        title: 'Publish it at once, in an emergency',
        help: 'It is live for the next request without any approval, and is marked as an emergency until somebody else has followed it up.',
      };
  }
}
