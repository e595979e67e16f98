/** How requests end, as their records say it, and which of them asked for an answer. */

/**
 * `lost`: the process died before it could be recorded. `dry_run`: it only asked what would happen. `shadow` is no request:
 * it is a copy of one, whatever became of it. `counted`: a provider was asked to count its tokens, whatever came of that.
 */
export const RECORD_STATUSES = [
  ...(['ok', 'answered', 'blocked', 'failed', 'aborted', 'lost'] as const),
  ...(['dry_run', 'shadow', 'counted'] as const),
] as const;
export type RecordStatus = (typeof RECORD_STATUSES)[number];

/** Statuses of requests that asked for no answer: no sum over what was asked of models has them, nor does any of its errors. */
export const NO_TRAFFIC = ['dry_run', 'counted'] as const satisfies readonly RecordStatus[];

/** Whether a request asked for an answer, or is a copy of one that did. */
export const isTraffic = (status: RecordStatus): boolean => NO_TRAFFIC.every((one) => one !== status);
