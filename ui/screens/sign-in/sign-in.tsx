import { Card, Center, Group, Stack, Text, Title } from '@mantine/core';
import { useLocation } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { Logo } from '../../app/logo.tsx';
import { SchemeButton } from '../../app/scheme-button.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { SignInForm } from './sign-in-form.tsx';

const Invited = lazy(() => import('./invited.tsx'));
const FromProvider = lazy(() => import('./from-provider.tsx'));

/** What somebody sees who is not signed in: the way in, or what an invitation or a provider has led to. */
export function SignIn() {
  const path = useLocation({ select: ({ pathname }) => pathname });
  if (path === '/invitation') {
    return (
      <Page title="You are invited">
        <Suspense fallback={<Waiting what="your invitation" />}>
          <Invited />
        </Suspense>
      </Page>
    );
  }
  if (path === '/sign-in/return') {
    return (
      <Page title="Signing in">
        <Suspense fallback={<Waiting what="the page" />}>
          <FromProvider />
        </Suspense>
      </Page>
    );
  }
  return (
    <Page
      title="Sign in"
      below="The first account and its password were shown in the terminal when this gateway was started for the first time. Everybody else comes in by an invitation."
    >
      <SignInForm email="" />
    </Page>
  );
}

interface PageProps {
  readonly title: string;
  readonly below?: string;
  readonly children: ReactNode;
}

function Page({ title, below, children }: PageProps) {
  return (
    <Center mih="100vh" p="md" component="main">
      <title>{`${title} · Signalbox`}</title>
      <Stack w="100%" maw={420} gap="lg">
        <Group justify="space-between">
          <Group gap="sm">
            <Logo />
            <Text fw={700} size="lg">
              Signalbox
            </Text>
          </Group>
          <SchemeButton />
        </Group>
        <Card withBorder padding="xl">
          <Title order={1} mb="lg">
            {title}
          </Title>
          {children}
        </Card>
        {below === undefined ? null : (
          <Text size="sm" c="dimmed">
            {below}
          </Text>
        )}
      </Stack>
    </Center>
  );
}
