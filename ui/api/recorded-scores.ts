/** How complex the requests of the last week were, as they were scored when they came in. */
import { queryOptions } from '@tanstack/react-query';
import { type RecordedScore, scoresOf } from '../../policies/thresholds.ts';
import { PERIOD_MS } from './periods.ts';
import { replayableRecords } from './replayable.ts';

/** So many of the newest are looked at. */
const MOST = 2000;
const FRESH_MS = 300_000;

export interface RecordedScores {
  readonly scores: readonly RecordedScore[];
  /** Start of each request by its id, in milliseconds since 1970. */
  readonly times: ReadonlyMap<string, number>;
  /** Requests of the last week that were looked at, those that nobody classified included. */
  readonly requests: number;
  /** Whether there were more than could be looked at. */
  readonly areNewestOnly: boolean;
}

/** Of the requests that a policy decided. */
export const recordedScoresQuery = (policy: string) =>
  queryOptions({
    queryKey: ['records', 'scores', policy],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }): Promise<RecordedScores> => {
      const from = Date.now() - PERIOD_MS.week;
      const newest = await replayableRecords(policy, MOST, signal, () => undefined);
      const records = newest.filter(({ at }) => at >= from);
      return {
        scores: scoresOf(records),
        times: new Map(records.map(({ id, at }) => [id, at])),
        requests: records.length,
        areNewestOnly: records.length === MOST,
      };
    },
  });
