import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  /** Pixels below which it scrolls sideways. */
  readonly minWidth: number;
  readonly label: string;
  readonly children: ReactNode;
}

/** A table that scrolls sideways where there is little room, by keyboard too; what is hidden in it widens no page. */
export function WideTable({ minWidth, label, children }: Props) {
  return (
    <Table.ScrollContainer
      type="native"
      minWidth={minWidth}
      tabIndex={0}
      role="group"
      aria-label={label}
      style={{ position: 'relative' }}
    >
      {children}
    </Table.ScrollContainer>
  );
}
