import { Box, Card, Center, Group, Stack, Text, Title } from '@mantine/core';
import { Logo } from '../../app/logo.tsx';
import { SchemeButton } from '../../app/scheme-button.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** The first page of someone who is not signed in. */
export function SignIn() {
  return (
    <Center mih="100vh" p="md" component="main">
      <title>Sign in · Signalbox</title>
      <Stack w="100%" maw={400} gap="lg">
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
            Sign in
          </Title>
          <SignInForm email="" />
        </Card>
        <Box>
          <Text size="sm" c="dimmed">
            The first account and its password were shown in the terminal when this gateway was started for the first
            time.
          </Text>
        </Box>
      </Stack>
    </Center>
  );
}
