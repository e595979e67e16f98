/** The traffic of the last minute, told again every second. */
import { z } from 'zod';
import { RECORD_STATUSES } from '../../policies/record-status.ts';
import { readJson } from './client.ts';

const liveTotals = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  /** Of the requests that ended in the last 60 seconds. */
  requests: z.number(),
  errors: z.number(),
  refused: z.number(),
  /** Nano-dollars. */
  cost: z.number(),
  tokens: z.number(),
  /** Requests that ended in each of those seconds, the one that is going on last. */
  perSecond: z.array(z.number()),
  /** Requests under way. */
  running: z.number(),
  /** Those that ended last, the newest first. */
  recent: z.array(
    z.object({
      id: z.string(),
      at: z.number(),
      team: z.string().nullable(),
      model: z.string().nullable(),
      status: z.enum(RECORD_STATUSES),
      cost: z.number(),
      durationMs: z.number(),
    }),
  ),
});
export type LiveTotals = z.infer<typeof liveTotals>;

interface Watcher {
  readonly onTotals: (totals: LiveTotals) => void;
  /** The gateway does not answer any more. It is asked again by itself. */
  readonly onLost: () => void;
}

const AGAIN_MS = 3_000;

/** Watches the traffic until the function that it gives is called. */
export function watchLive({ onTotals, onLost }: Watcher): () => void {
  let source: EventSource | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  const connect = (): void => {
    source = new EventSource('/api/live');
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const read = liveTotals.safeParse(readJson(data));
      if (read.success) onTotals(read.data);
    };
    source.onerror = () => {
      onLost();
      // A browser gives up where the answer was an error; then it is for us to try again.
      source?.close();
      clearTimeout(again);
      again = setTimeout(connect, AGAIN_MS);
    };
  };
  connect();
  return () => {
    clearTimeout(again);
    source?.close();
  };
}
