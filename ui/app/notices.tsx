import { lazy, Suspense, useEffect, useState } from 'react';

const Notifications = lazy(async () => ({ default: (await import('@mantine/notifications')).Notifications }));

const ACTS = ['pointerdown', 'keydown'] as const;

/** Where notices of what somebody did come up: nothing is told before something was done, so nothing is loaded before. */
export function Notices() {
  const [hasActed, setHasActed] = useState(false);
  useEffect(() => {
    const act = () => setHasActed(true);
    for (const kind of ACTS) window.addEventListener(kind, act, { once: true, capture: true });
    return () => {
      for (const kind of ACTS) window.removeEventListener(kind, act, { capture: true });
    };
  }, []);
  if (!hasActed) return null;
  return (
    <Suspense>
      <Notifications position="bottom-right" />
    </Suspense>
  );
}
