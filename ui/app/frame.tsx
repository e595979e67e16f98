import {
  ActionIcon,
  AppShell,
  Badge,
  Box,
  Burger,
  Button,
  Group,
  Menu,
  Text,
  UnstyledButton,
  VisuallyHidden,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconLogout, IconUserCircle } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { useMay } from '../api/may.ts';
import { type Session, signOut } from '../api/session.ts';
import { waitingQuery } from '../api/waiting-approvals.ts';
import { type ShownEntry, useEntries } from './entries.ts';
import { Failure } from './failure.tsx';
import { Logo } from './logo.tsx';
import { SchemeButton } from './scheme-button.tsx';
import { TextLink } from './text-link.tsx';

// Drawn only where it is opened, in small windows.
const MenuDrawer = lazy(async () => ({ default: (await import('./menu-drawer.tsx')).MenuDrawer }));

interface Props {
  readonly session: Session;
  readonly children: ReactNode;
}

/** What stands around every screen: the way to the others, who is signed in, and the way out. */
export function Frame({ session, children }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: () => signOut(client),
    onSuccess: (goTo) => (goTo === null ? navigate({ to: '/' }) : window.location.assign(goTo)),
  });
  const { person, organisation } = session;
  const { daily, others } = useEntries();
  return (
    <AppShell header={{ height: 60 }} padding={{ base: 'sm', xs: 'lg' }}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <AppShell.Header px={{ base: 8, xs: 'lg' }}>
        <Group h="100%" justify="space-between" wrap="nowrap" gap={6}>
          <Group gap="sm" wrap="nowrap">
            <SmallMenu entries={[...daily, ...others]} />
            <Logo />
            <Text fw={700} size="lg" visibleFrom="xs">
              Signalbox
            </Text>
            <Box visibleFrom="md" ml={{ md: 'xs', lg: 'lg' }}>
              <Group component="nav" aria-label="Main" gap={2} wrap="nowrap">
                <Entries entries={daily} />
                <WaitingApprovals />
                <Others entries={others} />
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
  readonly entries: readonly ShownEntry[];
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

/** The way to what waits for one's own approval; nothing while nothing does, or where it is looked at. */
function WaitingApprovals() {
  const here = useLocation({ select: ({ pathname }) => pathname });
  const { data } = useQuery({ ...waitingQuery, enabled: useMay()('read policy') });
  const count = data ? data.requests + data.emergencies + data.answers.length : 0;
  if (count === 0 || here.startsWith('/approvals')) return null;
  return (
    <TextLink to="/approvals" className="nav-link nav-waiting">
      Approvals
      <Badge size="sm" circle aria-hidden>
        {count}
      </Badge>
      <VisuallyHidden>, {count} waiting for you</VisuallyHidden>
    </TextLink>
  );
}

/** The rest of the ways; the button names the screen that is open where it is one of them. */
function Others({ entries }: EntriesProps) {
  const here = useLocation({ select: ({ pathname }) => pathname });
  const open = entries.find(({ to }) => here === to || here.startsWith(`${to}/`));
  return (
    <Menu position="bottom-start" trigger="click" returnFocus>
      <Menu.Target>
        <UnstyledButton className="nav-link" {...(open ? { 'data-status': 'active' } : {})}>
          {open?.title ?? 'More'} <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {entries.map(({ title, to }) => (
          <Menu.Item key={to} component={Link} to={to}>
            {title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The way to the other screens where the window is too small for all of them in a row. */
function SmallMenu({ entries }: EntriesProps) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Burger hiddenFrom="md" size="sm" opened={opened} onClick={open} aria-label="Menu" aria-expanded={opened} />
      {opened ? (
        <Suspense>
          <MenuDrawer onClose={close}>
            <Entries entries={entries} onChoose={close} />
          </MenuDrawer>
        </Suspense>
      ) : null}
    </>
  );
}
