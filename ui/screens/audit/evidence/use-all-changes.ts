/** All changes of a time, loaded page by page, with how far it is. */
import { useCallback, useEffect, useState } from 'react';
import { askAllChanges, type ChangeCounts, type ReviewedChange } from '../../../api/audit-desk.ts';
import type { ReviewedShown } from '../../../app/addresses.ts';
import { filterOf, spanKeyOf } from '../reviewed.ts';
import { spanOf } from '../shown-time.ts';

interface AllChanges {
  readonly changes: readonly ReviewedChange[] | null;
  readonly counts: ChangeCounts;
  /** So many have come, of so many. */
  readonly done: number;
  readonly all: number;
  readonly error: Error | null;
}

const NONE: ChangeCounts = { all: 0, unapproved: 0, self_approved: 0, emergency: 0, no_reason: 0 };
const AT_FIRST: AllChanges = { changes: null, counts: NONE, done: 0, all: 0, error: null };

/** Loads the changes that an address asks for, up to `now` in milliseconds since 1970. */
export function useAllChanges(shown: ReviewedShown, now: number): AllChanges & { readonly again: () => void } {
  const [told, setTold] = useState(AT_FIRST);
  const [tries, setTries] = useState(0);
  const key = JSON.stringify([filterOf(shown), spanKeyOf(shown), tries]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key holds all that the address says
  useEffect(() => {
    const controller = new AbortController();
    setTold(AT_FIRST);
    const change = (by: Partial<AllChanges>): void => {
      if (!controller.signal.aborted) setTold((before) => ({ ...before, ...by }));
    };
    askAllChanges(filterOf(shown), spanOf(shown, now), (done, all) => change({ done, all }), controller.signal).then(
      ({ changes, counts }) => change({ changes, counts }),
      (error: unknown) => change({ error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => controller.abort();
  }, [key, now]);
  const again = useCallback(() => setTries((count) => count + 1), []);
  return { ...told, again };
}
