/** A record as the database holds it: columns for what is filtered or summed, the rest as JSON text. */
import { NO_USAGE } from '../../policies/request.ts';
import type { HEAD } from './columns.ts';
import type { RequestRecord } from './record.ts';

/** Values of the columns `HEAD`; `tags` and `charges` go in as they are and come out as JSON text. */
export interface Head extends Record<keyof typeof HEAD, unknown> {
  readonly id: string;
  readonly organisation: string;
  readonly project: string;
  readonly key_id: string;
  readonly at: number;
  readonly status: RequestRecord['status'];
  readonly app: string | null;
  readonly model: string | null;
  readonly policy: string | null;
  readonly version: number | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost: number;
  readonly tags: RequestRecord['tags'];
  readonly charges: RequestRecord['charges'];
}

/** The columns' values, in their order. */
export function headOf(record: RequestRecord): Head {
  return {
    id: record.id,
    organisation: record.organisation,
    project: record.project,
    key_id: record.key,
    at: record.at,
    status: record.status,
    app: record.app,
    model: record.model,
    policy: record.policy,
    version: record.version,
    input_tokens: record.usage.inputTokens,
    output_tokens: record.usage.outputTokens,
    cost: record.cost,
    tags: record.tags,
    charges: record.charges,
  };
}

/** What no question filters or sums. */
export type Detail = Omit<
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
  | 'cost'
  | 'tags'
  | 'charges'
  | 'content'
>;

export function detailOf(record: RequestRecord): Detail {
  return {
    gateway: record.gateway,
    boot: record.boot,
    sequence: record.sequence,
    durationMs: record.durationMs,
    overheadMs: record.overheadMs,
    httpStatus: record.httpStatus,
    errorCode: record.errorCode,
    endpoint: record.endpoint,
    stream: record.stream,
    requestedModel: record.requestedModel,
    usage: record.usage,
    usageSource: record.usageSource,
    ...(record.savedByRouting !== undefined && { savedByRouting: record.savedByRouting }),
    ...(record.savedByCaching !== undefined && { savedByCaching: record.savedByCaching }),
    ...(record.shadowOf !== undefined && { shadowOf: record.shadowOf }),
    ...(record.revisions !== undefined && { revisions: record.revisions }),
    ...(record.mandatory !== undefined && { mandatory: record.mandatory }),
    redactions: record.redactions,
    attempts: record.attempts,
    facts: record.facts,
    trace: record.trace,
  };
}

/** A row as it is read. */
export interface RecordRow extends Omit<Head, 'tags' | 'charges'> {
  readonly tags: string;
  readonly charges: string;
  readonly detail: string;
}

export function recordOf(row: RecordRow, content: RequestRecord['content']): RequestRecord {
  const detail: Detail = JSON.parse(row.detail);
  // A new object with the members of `detail` spread into it takes four times as long.
  return Object.assign(detail, {
    // Older records tell fewer kinds of tokens apart.
    usage: { ...NO_USAGE, ...detail.usage },
    attempts: detail.attempts.map((attempt) => ({ ...attempt, usage: { ...NO_USAGE, ...attempt.usage } })),
    id: row.id,
    organisation: row.organisation,
    project: row.project,
    key: row.key_id,
    at: row.at,
    status: row.status,
    app: row.app,
    model: row.model,
    policy: row.policy,
    version: row.version,
    cost: row.cost,
    tags: JSON.parse(row.tags),
    charges: JSON.parse(row.charges),
    content,
  });
}
