/** What one record adds to the sums, and to which of them. */
import { isTraffic } from '../../policies/record-status.ts';
import { ERROR_STATUSES } from '../records/batch.ts';
import type { RequestRecord } from '../records/record.ts';
import type { Dimension } from './dimensions.ts';
import { stepOf } from './latencies.ts';
import { noSums, type Sums } from './sums.ts';

/** What is read of a record. */
export type CountedRecord = Pick<
  RequestRecord,
  | 'id'
  | 'organisation'
  | 'project'
  | 'key'
  | 'at'
  | 'status'
  | 'app'
  | 'model'
  | 'policy'
  | 'version'
  | 'endpoint'
  | 'tags'
  | 'usage'
  | 'cost'
  | 'durationMs'
  | 'attempts'
  | 'trace'
  | 'savedByRouting'
  | 'savedByCaching'
>;

export interface RecordUsage {
  readonly organisation: string;
  /** Start of the request, milliseconds since 1970. */
  readonly at: number;
  readonly values: Readonly<Record<Dimension, string | null>>;
  readonly tags: RequestRecord['tags'];
  readonly sums: Sums;
}

/** The name of a project's team; null for a project that is not known. */
export type TeamOf = (project: string) => string | null;

/** What a record adds; null for what is no traffic. */
export function usageOfRecord(record: CountedRecord, teamOf: TeamOf): RecordUsage | null {
  if (!isTraffic(record.status)) return null;
  const { organisation, at } = record;
  return { organisation, at, values: valuesOf(record, teamOf), tags: record.tags, sums: sumsOf(record) };
}

function valuesOf(record: CountedRecord, teamOf: TeamOf): RecordUsage['values'] {
  const { project, key, app, model, policy, version, status, endpoint, tags } = record;
  const tag = (name: string): string | null => (Object.hasOwn(tags, name) ? (tags[name]?.value ?? null) : null);
  const node = nodeOf(record);
  const slash = model?.indexOf('/') ?? -1;
  return {
    team: tag('team') ?? teamOf(project),
    project,
    key,
    user: tag('user'),
    app,
    model,
    provider: model !== null && slash > 0 ? model.slice(0, slash) : null,
    policy,
    version: policy === null || version === null ? null : `${policy}@${version}`,
    node: policy === null || node === null ? null : `${policy}/${node}`,
    status,
    usage: tag('usage'),
    workflow: tag('workflow'),
    agent: tag('agent'),
    endpoint,
  };
}

/** The node whose call answered, else the one at which the request ended. */
function nodeOf({ attempts, trace }: CountedRecord): string | null {
  const answered = attempts.findLast((attempt) => attempt.ok)?.node ?? trace.at(-1)?.node;
  return answered === undefined || answered === '' ? null : answered;
}

function sumsOf(record: CountedRecord): Sums {
  const { status, usage, cost, durationMs, attempts, savedByRouting, savedByCaching } = record;
  const sums = noSums();
  const isShadow = status === 'shadow';
  // A copy of a request costs, and is no request.
  sums.requests = isShadow ? 0 : 1;
  sums.errors = ERROR_STATUSES.includes(status) ? 1 : 0;
  sums.refused = status === 'blocked' ? 1 : 0;
  sums.inputTokens = usage.inputTokens;
  sums.cachedTokens = usage.cachedInputTokens;
  sums.outputTokens = usage.outputTokens;
  sums.reasoningTokens = usage.reasoningTokens;
  sums.cost = cost;
  sums.savedByRouting = savedByRouting ?? 0;
  sums.savedByCaching = savedByCaching ?? 0;
  sums.shadowCost = isShadow ? cost : 0;
  for (const attempt of attempts) if (!attempt.ok && !isShadow) sums.retryCost += attempt.cost ?? 0;
  // What was refused or broke off says nothing of how long answers take.
  if (status === 'ok' || status === 'answered') {
    sums.latencyMs = Math.round(durationMs);
    sums.latencies.set(stepOf(durationMs), 1);
  }
  return sums;
}
