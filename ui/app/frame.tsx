import { ActionIcon, AppShell, Button, Group, Text } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Session, signOut } from '../api/session.ts';
import { Failure } from './failure.tsx';
import { Logo } from './logo.tsx';
import { SchemeButton } from './scheme-button.tsx';
import { TextLink } from './text-link.tsx';

interface Props {
  readonly session: Session;
  readonly children: ReactNode;
}

const ENTRIES = [
  { title: 'Start', to: '/' },
  { title: 'Policies', to: '/policies' },
  { title: 'Requests', to: '/requests' },
] as const;

/** What stands around every screen: the way to the others, who is signed in, and the way out. */
export function Frame({ session, children }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({ mutationFn: () => signOut(client), onSuccess: () => navigate({ to: '/' }) });
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
              {ENTRIES.map(({ title, to }) => (
                <TextLink
                  key={title}
                  to={to}
                  className="nav-link"
                  activeOptions={{ exact: to === '/', includeSearch: false }}
                >
                  {title}
                </TextLink>
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
