import { Box, Group, Stack, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { hasMoved } from './navigation.ts';

interface Props {
  readonly title: string;
  /** Beside the heading: a state, or what can be done. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A screen with its heading, which is the title of the window too and takes the focus when one comes to it. */
export function Screen({ title, aside, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasMoved()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Stack gap="lg">
      <title>{`${title} · Signalbox`}</title>
      <Group justify="space-between" gap="sm">
        <Title order={1} ref={heading} tabIndex={-1} className="screen-title">
          {title}
        </Title>
        {aside === undefined ? null : <Box>{aside}</Box>}
      </Group>
      {children}
    </Stack>
  );
}
