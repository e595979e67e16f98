import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useMay, useMayEverywhere } from '../../api/may.ts';
import { anyTrafficQuery } from '../../api/usage.ts';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';

const Dashboard = lazy(async () => ({ default: (await import('../dashboard/dashboard.tsx')).Dashboard }));
const Welcome = lazy(async () => ({ default: (await import('./welcome.tsx')).Welcome }));
const OwnStart = lazy(async () => ({ default: (await import('./own-start.tsx')).OwnStart }));

/** How often it is looked for the first request. */
const REFRESH_MS = 3_000;

const SHOWN = ['read usage', 'read record', 'read budget'] as const;

/** What is going on, as far as one may see it; for those who may see none of it, where they can go. */
export function Start() {
  const sees = SHOWN.every(useMay());
  return <Suspense fallback={<Waiting what="the overview" />}>{sees ? <Overview /> : <OwnStart />}</Suspense>;
}

/**
 * What is going on; where no request has come yet, what this gateway is, and how to send one, and for those who see a part
 * of it where they can go.
 */
function Overview() {
  const seesAll = SHOWN.every(useMayEverywhere());
  const traffic = useQuery({
    ...anyTrafficQuery,
    refetchInterval: ({ state }) => (state.data === true ? false : REFRESH_MS),
  });
  if (traffic.data === true) return <Dashboard />;
  if (traffic.data === false) return seesAll ? <Welcome /> : <OwnStart />;
  return traffic.error ? (
    <Screen title="Overview">
      <Failure title="The overview could not be loaded" error={traffic.error} onRetry={() => traffic.refetch()} />
    </Screen>
  ) : (
    <Waiting what="the overview" />
  );
}
