/** What apps say of answers: kept with what decided and answered, and summed by it. */
import type { Knex } from 'knex';
import type { TraceStep } from '../../policies/decision.ts';
import { storableText } from './batch.ts';
import { withinReach } from './reach.ts';
import type { RecordReach } from './record.ts';

/** How good an answer was, from -1 (bad) to 1 (good), as one key says it of one request. */
export interface Feedback {
  readonly organisation: string;
  readonly project: string;
  readonly request: string;
  readonly key: string;
  /** When the request began, and when the feedback came, milliseconds since 1970. */
  readonly requestAt: number;
  readonly at: number;
  readonly score: number;
  readonly label: string | null;
  /** Sealed where it comes from the store or goes there; see feedback-sealing.ts. */
  readonly comment: string | null;
  readonly policy: string | null;
  readonly version: number | null;
  /** The model that answered. */
  readonly model: string | null;
  /** See `variantOf`. */
  readonly variant: string | null;
}

export interface FeedbackFilter {
  readonly organisation: string;
  readonly policy: string;
  /** When the requests began: milliseconds since 1970, inclusive and exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** As that of a filter of records. */
  readonly reach?: readonly RecordReach[] | undefined;
}

/** Feedback on the answers that have these three in common. */
export interface FeedbackTotal {
  readonly version: number | null;
  readonly model: string | null;
  readonly variant: string | null;
  readonly count: number;
  /** Mean of the scores, from -1 to 1. */
  readonly mean: number;
}

const COLUMNS = {
  organisation: 'organisation',
  project: 'project',
  request: 'request',
  key: 'key_id',
  requestAt: 'request_at',
  at: 'at',
  score: 'score',
  label: 'label',
  comment: 'comment',
  policy: 'policy',
  version: 'version',
  model: 'model',
  variant: 'variant',
} as const satisfies Record<keyof Feedback, string>;

const NAMES = Object.keys(COLUMNS) as (keyof Feedback)[];

/** A statement that keeps one feedback, in place of what its key has said of its request before. */
export function putFeedback(placeholder: (position: number) => string): string {
  const columns = Object.values(COLUMNS);
  const replaced = columns.slice(columns.indexOf('at')).map((column) => `${column} = excluded.${column}`);
  return `INSERT INTO feedback (${columns.join(', ')}) VALUES (${columns.map((_, i) => placeholder(i + 1)).join(', ')})
    ON CONFLICT (organisation, request, key_id) DO UPDATE SET ${replaced.join(', ')}`;
}

/** The values of that statement in their order. */
export function feedbackValues(feedback: Feedback): (string | null)[] {
  return NAMES.map((name) => {
    const value = feedback[name];
    return storableText(value === null ? null : String(value));
  });
}

/** The variants that a request was given, such as "trial.b"; null where no split was on its way. */
export function variantOf(trace: readonly TraceStep[]): string | null {
  const taken = trace.flatMap(({ kind, node, port }) => (kind === 'split' && port !== null ? [`${node}.${port}`] : []));
  return taken.length === 0 ? null : taken.join(' ');
}

/** What was said of a request, the oldest first. */
export async function feedbackOf(readers: Knex, organisation: string, request: string): Promise<Feedback[]> {
  return readers('feedback').where({ organisation, request }).orderBy(['at', 'key_id']).select<Feedback[]>(COLUMNS);
}

/** Feedback on a policy's answers by version, model and variant, the newest version first. */
export async function feedbackTotals(
  readers: Knex,
  { organisation, policy, from, to, reach }: FeedbackFilter,
): Promise<FeedbackTotal[]> {
  const query = readers('feedback').where({ organisation, policy });
  if (from !== undefined) query.where('request_at', '>=', from);
  if (to !== undefined) query.where('request_at', '<', to);
  withinReach(query, 'feedback', reach);
  const rows = await query
    .groupBy('version', 'model', 'variant')
    .select<FeedbackTotal[]>('version', 'model', 'variant', readers.raw('COUNT(*) AS count, AVG(score) AS mean'));
  const totals = rows.map((row) => ({ ...row, count: Number(row.count), mean: Number(row.mean) }));
  const named = ({ model, variant }: FeedbackTotal): string => `${model ?? ''}\n${variant ?? ''}`;
  return totals.sort((a, b) => (b.version ?? 0) - (a.version ?? 0) || (named(a) < named(b) ? -1 : 1));
}
