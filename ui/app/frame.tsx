import {
  ActionIcon,
  AppShell,
  Box,
  Burger,
  Button,
  Drawer,
  Group,
  Menu,
  Stack,
  Text,
  UnstyledButton,
  VisuallyHidden,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconLogout, IconUserCircle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
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

/** What people come for every day. */
const DAILY = [
  { title: 'Overview', to: '/' },
  { title: 'Policies', to: '/policies' },
  { title: 'Requests', to: '/requests' },
  { title: 'Usage', to: '/usage' },
  { title: 'Budgets', to: '/budgets' },
] as const;

/** What is looked at, or set up, now and then. */
const OTHERS = [
  { title: 'Agent runs', to: '/sessions' },
  { title: 'Months', to: '/months' },
  { title: 'Alerts', to: '/alerts' },
  { title: 'Audit', to: '/audit' },
  { title: 'Projects', to: '/projects' },
  { title: 'Keys', to: '/keys' },
  { title: 'Models', to: '/models' },
  { title: 'People', to: '/people' },
  { title: 'Service tokens', to: '/service-tokens' },
  { title: 'Sign-in', to: '/sign-in-settings' },
] as const;

export const ENTRIES = [...DAILY, ...OTHERS] as const;

/** What stands around every screen: the way to the others, who is signed in, and the way out. */
export function Frame({ session, children }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: () => signOut(client),
    onSuccess: (goTo) => (goTo === null ? navigate({ to: '/' }) : window.location.assign(goTo)),
  });
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
                <Entries entries={DAILY} />
                <Others />
              </Group>
            </Box>
          </Group>
          <Group gap="sm" wrap="nowrap">
            {person ? (
              <TextLink to="/account" className="nav-link person-link">
                <IconUserCircle size={20} aria-hidden />
                <VisuallyHidden>Your account</VisuallyHidden>
                <Text span size="sm" visibleFrom="lg" truncate maw={220}>
                  {person.name}, {organisation.name}
                </Text>
              </TextLink>
            ) : (
              <Text size="sm" c="dimmed" visibleFrom="lg">
                {organisation.name}
              </Text>
            )}
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

interface EntriesProps {
  readonly entries: readonly (typeof ENTRIES)[number][];
  readonly onChoose?: () => void;
}

function Entries({ entries, onChoose }: EntriesProps) {
  return entries.map(({ title, to }) => (
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

/** The rest of the ways; the button names the screen that is open where it is one of them. */
function Others() {
  const here = useLocation({ select: ({ pathname }) => pathname });
  const open = OTHERS.find(({ to }) => here === to || here.startsWith(`${to}/`));
  return (
    <Menu position="bottom-start" trigger="click" returnFocus>
      <Menu.Target>
        <UnstyledButton className="nav-link" {...(open ? { 'data-status': 'active' } : {})}>
          {open?.title ?? 'More'} <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {OTHERS.map(({ title, to }) => (
          <Menu.Item key={to} component={Link} to={to}>
            {title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
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
          <Entries entries={ENTRIES} onChoose={close} />
        </Stack>
      </Drawer>
    </>
  );
}
