import { Badge } from '@mantine/core';
import type { RecordStatus } from '../../policies/record-status.ts';
import { STATUS_WORDS } from './status-words.ts';

const COLOURS: Record<RecordStatus, string> = {
  ok: 'teal',
  answered: 'teal',
  blocked: 'orange',
  failed: 'red',
  aborted: 'gray',
  lost: 'red',
  dry_run: 'gray',
  shadow: 'grape',
  counted: 'gray',
};

/** How a request ended; words first, the colour only helps. */
export function Status({ status }: { readonly status: RecordStatus }) {
  return (
    <Badge variant="dot" color={COLOURS[status]} tt="none" fw={600}>
      {STATUS_WORDS[status]}
    </Badge>
  );
}
