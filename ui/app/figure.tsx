import './figure.css';
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  /** What is counted, and of which time where the heading does not say it. */
  readonly words: string;
  readonly children: ReactNode;
}

/** A number with what it counts. */
export function Figure({ words, children }: Props) {
  return (
    <div>
      <Text fz={22} fw={700} lh={1.2} component="div" className="figure">
        {children}
      </Text>
      <Text size="sm" c="dimmed">
        {words}
      </Text>
    </div>
  );
}
