import { Box, Group, Stack, Title } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';

interface Props {
  readonly title: string;
  /** Beside the heading: a state, or what can be done. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A screen with its heading, which is the title of the window too and takes the focus when one comes to it. */
export function Screen({ title, aside, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const router = useRouter();
  useEffect(() => {
    // The first screen of a visit leaves the focus where the browser has it.
    if (router.history.canGoBack()) heading.current?.focus({ preventScroll: true });
  }, [router]);
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
