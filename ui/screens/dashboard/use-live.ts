import { useDocumentVisibility } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type LiveTotals, watchLive } from '../../api/live.ts';
import { sessionQuery } from '../../api/session.ts';

export interface Live {
  /** What was told last; null before that. */
  readonly totals: LiveTotals | null;
  readonly state: 'waiting' | 'told' | 'lost' | 'paused';
  readonly setPaused: (paused: boolean) => void;
}

/** The traffic of the last minute as it is told; nothing is asked for while that is paused or the page is hidden. */
export function useLive(): Live {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const isSeen = useDocumentVisibility() !== 'hidden';
  const [paused, setPaused] = useState(false);
  const [totals, setTotals] = useState<LiveTotals | null>(null);
  const [isLost, setLost] = useState(false);
  const isIn = session.data?.state === 'in';
  const watches = isIn && isSeen && !paused;
  useEffect(() => {
    if (!watches) return;
    return watchLive({
      onTotals: (told) => {
        setTotals(told);
        setLost(false);
      },
      onLost: () => {
        setLost(true);
        // The stream ends with the session too: then one has to sign in, and nothing is asked for until then.
        void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
      },
    });
  }, [watches, client]);
  const state = paused ? 'paused' : isLost ? 'lost' : totals === null ? 'waiting' : 'told';
  return { totals, state, setPaused };
}
