/** Keeps a stream's connection from being taken for dead while its model thinks. */
import type { ServerResponse } from 'node:http';

/** A comment, which every reader of server-sent events passes over. */
const COMMENT = ': heartbeat\n\n';

export interface Heartbeat {
  /** Something else was sent: there is no need of a comment for another while. */
  sent(): void;
  stop(): void;
}

/**
 * Sends a comment whenever nothing else was sent for so long. What is sent otherwise has to be whole events, so that a
 * comment never stands in the middle of one. To a client that does not read, none is sent.
 */
export function startHeartbeat(res: ServerResponse, everyMs: number): Heartbeat {
  const timer = setTimeout(() => {
    if (!res.writableNeedDrain) res.write(COMMENT);
    timer.refresh();
  }, everyMs);
  return {
    sent: () => timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
