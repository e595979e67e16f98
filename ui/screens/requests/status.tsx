import { Badge } from '@mantine/core';
import type { RecordStatus } from '../../api/records.ts';

/** How a request ended, in words. */
export const STATUS_WORDS: Record<RecordStatus, string> = {
  ok: 'Answered',
  answered: 'Answered by the policy',
  blocked: 'Refused by the policy',
  failed: 'Failed',
  aborted: 'The app hung up',
  lost: 'Lost in a crash',
  dry_run: 'Dry run',
};

const COLOURS: Record<RecordStatus, string> = {
  ok: 'teal',
  answered: 'teal',
  blocked: 'orange',
  failed: 'red',
  aborted: 'gray',
  lost: 'red',
  dry_run: 'gray',
};

/** How a request ended; words first, the colour only helps. */
export function Status({ status }: { readonly status: RecordStatus }) {
  return (
    <Badge variant="dot" color={COLOURS[status]} tt="none" fw={600}>
      {STATUS_WORDS[status]}
    </Badge>
  );
}
