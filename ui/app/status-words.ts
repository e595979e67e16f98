import type { RecordStatus } from '../../policies/record-status.ts';

/** How a request ended, in words. */
export const STATUS_WORDS: Record<RecordStatus, string> = {
  ok: 'Answered',
  answered: 'Answered by the policy',
  blocked: 'Refused by the policy',
  failed: 'Failed',
  aborted: 'The app hung up',
  lost: 'Lost in a crash',
  dry_run: 'Dry run',
  shadow: 'A copy',
  counted: 'A count of its tokens',
};
