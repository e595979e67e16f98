import { ActionIcon, AppShell, Box, Burger, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
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

export const ENTRIES = [
  { title: 'Start', to: '/' },
  { title: 'Policies', to: '/policies' },
  { title: 'Requests', to: '/requests' },
  { title: 'Projects', to: '/projects' },
  { title: 'Keys', to: '/keys' },
  { title: 'Budgets', to: '/budgets' },
  { title: 'Models', to: '/models' },
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
            <SmallMenu />
            <Logo />
            <Text fw={700} size="lg" visibleFrom="xs">
              Signalbox
            </Text>
            <Box visibleFrom="md" ml={{ md: 'xs', lg: 'lg' }}>
              <Group component="nav" aria-label="Main" gap={2} wrap="nowrap">
                <Entries />
              </Group>
            </Box>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <Text size="sm" c="dimmed" visibleFrom="lg">
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

function Entries({ onChoose }: { readonly onChoose?: () => void }) {
  return ENTRIES.map(({ title, to }) => (
    <TextLink
      key={title}
      to={to}
      className="nav-link"
      activeOptions={{ exact: to === '/', includeSearch: false }}
      {...(onChoose ? { onClick: onChoose } : {})}
    >
      {title}
    </TextLink>
  ));
}

/** The way to the other screens where the window is too small for all of them in a row. */
function SmallMenu() {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Burger hiddenFrom="md" size="sm" opened={opened} onClick={open} aria-label="Menu" aria-expanded={opened} />
      <Drawer
        opened={opened}
        onClose={close}
        title="Signalbox"
        size={260}
        hiddenFrom="md"
        closeButtonProps={{ 'aria-label': 'Close the menu' }}
      >
        <Stack component="nav" aria-label="Main" gap={4}>
          <Entries onChoose={close} />
        </Stack>
      </Drawer>
    </>
  );
}
