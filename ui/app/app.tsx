import { Container, Modal, Text } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { sessionQuery } from '../api/session.ts';
import { SignIn } from '../screens/sign-in/sign-in.tsx';
import { SignInForm } from '../screens/sign-in/sign-in-form.tsx';
import { Failure } from './failure.tsx';
import { Frame } from './frame.tsx';
import { Waiting } from './waiting.tsx';

/** Shows the sign-in or the screen of the address; when a session ends, the screen stays behind the sign-in. */
export function App() {
  const query = useQuery(sessionQuery);
  if (query.data === undefined) {
    if (!query.error) return <Waiting what="Signalbox" />;
    return (
      <Container size="xs" py="xl">
        <Failure title="Signalbox cannot be opened" error={query.error} onRetry={() => query.refetch()} />
      </Container>
    );
  }
  if (query.data.state === 'out') return <SignIn />;
  const { state, session } = query.data;
  return (
    <Frame session={session}>
      <Outlet />
      <Notifications position="bottom-right" />
      <Modal
        opened={state === 'ended'}
        onClose={() => undefined}
        withCloseButton={false}
        closeOnClickOutside={false}
        closeOnEscape={false}
        title="Your session has ended"
        centered
      >
        <Text size="sm" mb="md">
          Sign in again to go on where you are.
        </Text>
        <SignInForm email={session.person?.email ?? ''} />
      </Modal>
    </Frame>
  );
}
