import { Badge } from '@mantine/core';
import type { AlertState } from '../../api/alerts.ts';
import { STATE_WORDS } from './alert-words.ts';

const COLOURS: Readonly<Record<AlertState, string>> = {
  waiting: 'yellow',
  sending: 'blue',
  delivered: 'teal',
  failed: 'red',
  summed: 'gray',
  dropped: 'gray',
};

/** The state of a message; words first, the colour only helps. */
export function AlertBadge({ state }: { readonly state: AlertState }) {
  return (
    <Badge variant="dot" color={COLOURS[state]} tt="none" fw={600}>
      {STATE_WORDS[state]}
    </Badge>
  );
}
