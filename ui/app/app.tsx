import { Container, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense } from 'react';
import { sessionQuery } from '../api/session.ts';
import { PolicyList } from '../screens/policies/policy-list.tsx';
import { RequestList } from '../screens/requests/request-list.tsx';
import { SignIn } from '../screens/sign-in/sign-in.tsx';
import { SignInForm } from '../screens/sign-in/sign-in-form.tsx';
import { Start } from '../screens/start/start.tsx';
import { Unknown } from '../screens/unknown/unknown.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Failure } from './failure.tsx';
import { Frame } from './frame.tsx';
import { usePlace } from './navigation.ts';
import type { Place } from './places.ts';
import { Waiting } from './waiting.tsx';

const Policy = lazy(() => import('../screens/policies/policy.tsx').then(({ Policy }) => ({ default: Policy })));
const Request = lazy(() => import('../screens/requests/request.tsx').then(({ Request }) => ({ default: Request })));

function screenOf(place: Place): ReactNode {
  switch (place.screen) {
    case 'start':
      return <Start />;
    case 'policies':
      return <PolicyList />;
    case 'policy':
      return <Policy key={place.policy} id={place.policy} version={place.version} />;
    case 'requests':
      return <RequestList filter={place.filter} />;
    case 'request':
      return <Request key={place.record} id={place.record} />;
    case 'unknown':
      return <Unknown />;
  }
}

/** Shows the sign-in or the screen of the address; when a session ends, the screen stays behind the sign-in. */
export function App() {
  const place = usePlace();
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
    <Frame place={place} session={session}>
      <ErrorBoundary key={place.screen}>
        <Suspense fallback={<Waiting what="the page" />}>{screenOf(place)}</Suspense>
      </ErrorBoundary>
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
