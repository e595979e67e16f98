/** What left the house, as it is found: sums that grow, and how far it is. */
import { useCallback, useEffect, useState } from 'react';
import { askLeft, type LeftGroup } from '../../../api/audit-desk.ts';

interface Told {
  readonly groups: readonly LeftGroup[];
  readonly done: number;
  readonly total: number;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly error: Error | null;
}

const AT_FIRST: Told = { groups: [], done: 0, total: 0, state: 'running', error: null };

/** Asks about a time at once, and again for each other one (milliseconds since 1970, the second exclusive). */
export function useLeft(
  from: number,
  to: number,
): { readonly told: Told; readonly stop: () => void; readonly again: () => void } {
  const [told, setTold] = useState(AT_FIRST);
  const [tries, setTries] = useState(0);
  const [asking, setAsking] = useState<AbortController | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new try asks again
  useEffect(() => {
    const controller = new AbortController();
    setAsking(controller);
    setTold(AT_FIRST);
    const change = (by: Partial<Told>): void => {
      if (!controller.signal.aborted) setTold((before) => ({ ...before, ...by }));
    };
    askLeft({ from, to }, (groups, done, total) => change({ groups, done, total }), controller.signal).then(
      () => change({ state: 'done' }),
      (error: unknown) => change({ state: 'failed', error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => controller.abort();
  }, [from, to, tries]);
  const stop = useCallback(() => {
    asking?.abort();
    setTold((before) => ({ ...before, state: 'stopped' }));
  }, [asking]);
  const again = useCallback(() => setTries((count) => count + 1), []);
  return { told, stop, again };
}
