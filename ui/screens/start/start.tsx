import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useMayEverywhere } from '../../api/may.ts';
import { anyTrafficQuery } from '../../api/usage.ts';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';

const Dashboard = lazy(async () => ({ default: (await import('../dashboard/dashboard.tsx')).Dashboard }));
const Welcome = lazy(async () => ({ default: (await import('./welcome.tsx')).Welcome }));
const OwnStart = lazy(async () => ({ default: (await import('./own-start.tsx')).OwnStart }));

/** How often it is looked for the first request. */
const REFRESH_MS = 3_000;

/** What is going on; for those who may not see that everywhere, where they can go. */
export function Start() {
  const mayEverywhere = useMayEverywhere();
  const seesAll = (['read usage', 'read record', 'read budget'] as const).every((permission) =>
    mayEverywhere(permission),
  );
  return <Suspense fallback={<Waiting what="the overview" />}>{seesAll ? <Overview /> : <OwnStart />}</Suspense>;
}

/** What is going on; for those who have had no request yet, what this gateway is, and how to send one. */
function Overview() {
  const traffic = useQuery({
    ...anyTrafficQuery,
    refetchInterval: ({ state }) => (state.data === true ? false : REFRESH_MS),
  });
  if (traffic.data === true) return <Dashboard />;
  if (traffic.data === false) return <Welcome />;
  return traffic.error ? (
    <Screen title="Overview">
      <Failure title="The overview could not be loaded" error={traffic.error} onRetry={() => traffic.refetch()} />
    </Screen>
  ) : (
    <Waiting what="the overview" />
  );
}
