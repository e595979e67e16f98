import { Drawer, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The menu of small windows, from the side. */
export function MenuDrawer({ onClose, children }: Props) {
  return (
    <Drawer
      opened
      onClose={onClose}
      title="Signalbox"
      size={260}
      hiddenFrom="md"
      closeButtonProps={{ 'aria-label': 'Close the menu' }}
    >
      <Stack component="nav" aria-label="Main" gap={4}>
        {children}
      </Stack>
    </Drawer>
  );
}
