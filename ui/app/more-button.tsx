import { Button, Group } from '@mantine/core';
import { sayCount } from './words.ts';

interface Props {
  /** How many are not shown yet; there is no button for none. */
  readonly left: number;
  readonly onMore: () => void;
}

/** Shows more of a list that is there already. */
export function MoreButton({ left, onMore }: Props) {
  if (left <= 0) return null;
  return (
    <Group>
      <Button size="xs" variant="default" onClick={onMore}>
        Show more ({sayCount(left)} left)
      </Button>
    </Group>
  );
}
