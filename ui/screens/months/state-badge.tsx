import { Badge } from '@mantine/core';
import { IconLock, IconLockOpen, IconPlayerPlay } from '@tabler/icons-react';
import type { MonthSummary } from '../../api/months.ts';
import { stateOf } from './month-words.ts';

const LOOKS = {
  running: { words: 'still running', icon: IconPlayerPlay },
  open: { words: 'over, still open', icon: IconLockOpen },
  closed: { words: 'closed', icon: IconLock },
} as const;

/** Whether a month runs, can be closed, or is closed. */
export function StateBadge({ month }: { readonly month: Pick<MonthSummary, 'closed' | 'ended'> }) {
  const { words, icon: Icon } = LOOKS[stateOf(month)];
  return (
    <Badge variant="default" tt="none" leftSection={<Icon size={13} aria-hidden />}>
      {words}
    </Badge>
  );
}
