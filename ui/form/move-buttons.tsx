import { ActionIcon, Group } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';

interface Props {
  /** What is moved or removed, such as "case 2". */
  readonly what: string;
  readonly at: number;
  readonly count: number;
  readonly onMove: (to: number) => void;
  readonly onRemove: () => void;
}

/** Up, down, away. Buttons that lead nowhere stay in their place, so that the focus does too. */
export function MoveButtons({ what, at, count, onMove, onRemove }: Props) {
  const button = { variant: 'subtle', color: 'gray', size: 28 } as const;
  return (
    <Group gap={2} wrap="nowrap">
      {count < 2 ? null : (
        <>
          <ActionIcon
            {...button}
            aria-label={`Move ${what} up`}
            aria-disabled={at === 0}
            data-disabled={at === 0 || undefined}
            onClick={() => onMove(at - 1)}
          >
            <IconArrowUp size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon
            {...button}
            aria-label={`Move ${what} down`}
            aria-disabled={at === count - 1}
            data-disabled={at === count - 1 || undefined}
            onClick={() => onMove(at + 1)}
          >
            <IconArrowDown size={16} aria-hidden />
          </ActionIcon>
        </>
      )}
      <ActionIcon {...button} aria-label={`Remove ${what}`} onClick={onRemove}>
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
