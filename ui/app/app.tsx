import { Container } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { sessionQuery } from '../api/session.ts';
import { SignIn } from '../screens/sign-in/sign-in.tsx';
import { Failure } from './failure.tsx';
import { Frame } from './frame.tsx';
import { Notices } from './notices.tsx';
import { Waiting } from './waiting.tsx';

// Dialogs are much script, and the first screen shows none.
const SessionEnded = lazy(async () => ({ default: (await import('./session-ended.tsx')).SessionEnded }));

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
      <Notices />
      {state === 'ended' ? (
        <Suspense>
          <SessionEnded email={session.person?.email ?? ''} />
        </Suspense>
      ) : null}
    </Frame>
  );
}
