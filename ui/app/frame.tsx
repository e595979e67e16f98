import { ActionIcon, AppShell, Button, Group, Text } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type Session, signOut } from '../api/session.ts';
import { Failure } from './failure.tsx';
import { Logo } from './logo.tsx';
import { go } from './navigation.ts';
import { PlaceLink } from './place-link.tsx';
import { NO_FILTER, type Place } from './places.ts';
import { SchemeButton } from './scheme-button.tsx';

interface Props {
  readonly place: Place;
  readonly session: Session;
  readonly children: ReactNode;
}

const ENTRIES = [
  { title: 'Start', to: { screen: 'start' }, screens: ['start'] },
  { title: 'Policies', to: { screen: 'policies' }, screens: ['policies', 'policy'] },
  { title: 'Requests', to: { screen: 'requests', filter: NO_FILTER }, screens: ['requests', 'request'] },
] as const;

/** What stands around every screen: the way to the others, who is signed in, and the way out. */
export function Frame({ place, session, children }: Props) {
  const client = useQueryClient();
  const leave = useMutation({ mutationFn: () => signOut(client), onSuccess: () => go({ screen: 'start' }) });
  const { person, organisation } = session;
  return (
    <AppShell header={{ height: 60 }} padding={{ base: 'sm', xs: 'lg' }}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <AppShell.Header px={{ base: 8, xs: 'lg' }}>
        <Group h="100%" justify="space-between" wrap="nowrap" gap={6}>
          <Group gap="sm" wrap="nowrap">
            <Logo />
            <Text fw={700} size="lg" visibleFrom="sm">
              Signalbox
            </Text>
            <Group component="nav" aria-label="Main" gap={4} ml={{ base: 0, sm: 'lg' }} wrap="nowrap">
              {ENTRIES.map(({ title, to, screens }) => (
                <PlaceLink
                  key={title}
                  to={to}
                  className="nav-link"
                  {...(screens.some((one) => one === place.screen) ? { 'aria-current': 'page' } : {})}
                >
                  {title}
                </PlaceLink>
              ))}
            </Group>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <Text size="sm" c="dimmed" visibleFrom="md">
              {person ? `${person.name}, ${organisation.name}` : organisation.name}
            </Text>
            <SchemeButton />
            <Button
              variant="default"
              size="sm"
              visibleFrom="sm"
              loading={leave.isPending}
              onClick={() => leave.mutate()}
            >
              Sign out
            </Button>
            <ActionIcon
              variant="default"
              size="lg"
              hiddenFrom="sm"
              aria-label="Sign out"
              loading={leave.isPending}
              onClick={() => leave.mutate()}
            >
              <IconLogout size={18} aria-hidden />
            </ActionIcon>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        {leave.error ? (
          <Failure title="You are still signed in" error={leave.error} onRetry={() => leave.mutate()} />
        ) : null}
        {children}
      </AppShell.Main>
    </AppShell>
  );
}
