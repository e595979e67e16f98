/**
 * What left the house: every call that was made to a model, by model, by the policy's version that let it go, and by whether
 * private data was looked for. Records are read in pages of their time, so that any span of time can be asked about.
 */
import type { RequestRecord } from '../../records/record.ts';
import { type Place, type RecordStores, recordsOfSpan } from '../../usage/source.ts';

/** Private data was looked for and found, looked for and not found, or not looked for. */
export const LOOKED_FOR = ['found', 'not found', 'not looked for'] as const;
export type LookedFor = (typeof LOOKED_FOR)[number];

export interface LeftGroup {
  readonly model: string;
  /** The path by which it left: id and version of the policy; null where none decided. */
  readonly policy: string | null;
  readonly version: number | null;
  readonly lookedFor: LookedFor;
  requests: number;
  /** Calls to the model: several where one was tried again. */
  calls: number;
  inputTokens: number;
  outputTokens: number;
  /** How much private data was found, by its kind. */
  readonly found: Record<string, number>;
}

export interface LeftPage {
  readonly groups: readonly LeftGroup[];
  /** How many requests were looked at. */
  readonly passed: number;
  /** Where the next page begins; null at the end of the time. */
  readonly next: Place | null;
}

/** Requests that are read in one go; in between, others have their turn. */
const STEP = 100;

/** Failures at which nothing was sent. */
const NOT_SENT: ReadonlySet<string> = new Set([
  ...['connect', 'over_budget', 'unsupported', 'unknown_model', 'not_allowed', 'cooling_down', 'account_full'],
]);

function lookedForIn({ trace, redactions }: RequestRecord): LookedFor {
  if (Object.values(redactions).some((count) => count > 0)) return 'found';
  return trace.some(({ kind }) => kind === 'redact') ? 'not found' : 'not looked for';
}

/** What a request sent out, by model. */
function sentBy(record: RequestRecord): Map<string, { calls: number; inputTokens: number; outputTokens: number }> {
  const sent = new Map<string, { calls: number; inputTokens: number; outputTokens: number }>();
  const attempts = record.attempts.filter(({ ok, failure }) => ok || !NOT_SENT.has(failure ?? ''));
  for (const { model, usage } of attempts) {
    const sum = sent.get(model) ?? { calls: 0, inputTokens: 0, outputTokens: 0 };
    sum.calls += 1;
    sum.inputTokens += usage.inputTokens;
    sum.outputTokens += usage.outputTokens;
    sent.set(model, sum);
  }
  // The process died while the model had it: nothing else is known.
  if (record.status === 'lost' && record.model !== null && sent.size === 0) {
    sent.set(record.model, {
      calls: 1,
      inputTokens: record.usage.inputTokens,
      outputTokens: record.usage.outputTokens,
    });
  }
  return sent;
}

/** Adds what requests sent out to the sums by model, path and protection. */
function addLeft(groups: Map<string, LeftGroup>, record: RequestRecord): void {
  const lookedFor = lookedForIn(record);
  const { policy, version } = record;
  for (const [model, { calls, inputTokens, outputTokens }] of sentBy(record)) {
    const key = JSON.stringify([model, policy, version, lookedFor]);
    const group: LeftGroup = groups.get(key) ?? {
      ...{ model, policy, version, lookedFor },
      ...{ requests: 0, calls: 0, inputTokens: 0, outputTokens: 0, found: {} },
    };
    group.requests += 1;
    group.calls += calls;
    group.inputTokens += inputTokens;
    group.outputTokens += outputTokens;
    for (const [kind, count] of Object.entries(record.redactions)) group.found[kind] = (group.found[kind] ?? 0) + count;
    groups.set(key, group);
  }
}

/**
 * What left in the first `most` requests of a span of time (milliseconds since 1970, the second exclusive), or of what is
 * behind a place in it. It gives way to others between steps.
 */
export async function leftInPage(
  stores: RecordStores,
  span: {
    readonly organisation: string;
    readonly from: number;
    readonly to: number;
    readonly behind?: Place | undefined;
  },
  most: number,
): Promise<LeftPage> {
  const groups = new Map<string, LeftGroup>();
  let passed = 0;
  for await (const { records } of recordsOfSpan(stores, span, STEP)) {
    for (const record of records) addLeft(groups, record);
    passed += records.length;
    const last = records.at(-1);
    if (passed >= most && last) return { groups: [...groups.values()], passed, next: { at: last.at, id: last.id } };
    await new Promise(setImmediate);
  }
  return { groups: [...groups.values()], passed, next: null };
}
