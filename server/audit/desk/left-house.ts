/**
 * What left the house: every call that was sent to a model, or to its provider to be counted, by where that stood, by the
 * policy's version that let it go, and by what became of private data. Records are read in pages of their time, so that any
 * span of time can be asked about.
 */
import { PROTECTIONS } from '../../../policies/protection.ts';
import { addCount } from '../../../policies/text/places.ts';
import type { Attempt, RequestRecord } from '../../records/record.ts';
import type { Place } from '../../records/time-order.ts';
import { type RecordStores, recordsOfSpan } from '../../usage/source.ts';
import type { ReportedKinds } from './reporting.ts';

/** What became of private data; of some older records nothing is known. */
export const LEFT_PROTECTIONS = [...PROTECTIONS, 'not_known'] as const;
export type LeftProtection = (typeof LEFT_PROTECTIONS)[number];

interface LeftWay {
  readonly model: string;
  readonly provider: string;
  /** Where its machines stood; null where that is not said. */
  readonly region: string | null;
  /** Null where the model is not known any more. */
  readonly leavesHouse: boolean | null;
  /** True of older records, which do not say the two above: then these are as they are set today. */
  readonly asSetToday: boolean;
  /** The path by which it left: id and version of the policy; null where none decided. */
  readonly policy: string | null;
  readonly version: number | null;
  readonly protection: LeftProtection;
}

export interface LeftGroup extends LeftWay {
  requests: number;
  /** How many of them only had their tokens counted. */
  counts: number;
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

/** What it is read from. */
export interface LeftSources {
  readonly stores: RecordStores;
  /** How a model is set up today; undefined where it is not known any more. */
  readonly today: (model: string) => { readonly region?: string; readonly leavesHouse: boolean } | undefined;
  /** For older records: the kinds of private data that the drawing of a version only reports. */
  readonly reported: ReportedKinds;
}

/** Requests that are read in one go; in between, others have their turn. */
const STEP = 100;

/** Failures at which nothing was sent. */
const NEVER_SENT: ReadonlySet<string> = new Set(['unsupported', 'unknown_model', 'not_allowed']);

/** Whether a call went out. Older records do not say it: where it is not sure, it did. */
function wentOut({ ok, sent, failure, status, message }: Attempt): boolean {
  if (sent !== undefined) return sent !== null;
  if (ok || status !== null) return true;
  // A connection that breaks before the answer has taken the request along.
  if (failure === 'connect') return message?.startsWith('no connection') !== true;
  return !NEVER_SENT.has(failure ?? '');
}

/** What became of private data in an older record, which does not say it of each call. */
async function protectionIn(record: RequestRecord, reported: ReportedKinds): Promise<LeftProtection> {
  const { trace, redactions, policy, version, mandatory } = record;
  const found = Object.keys(redactions);
  if (found.length === 0) {
    if (trace.length === 0) return 'not_known';
    return trace.some(({ kind }) => kind === 'redact') ? 'not_found' : 'not_looked_for';
  }
  const kinds = await reported({ policy, version });
  const before = mandatory ? await reported(mandatory) : null;
  const left = found.filter((kind) => kinds.has(kind) || before?.has(kind));
  if (left.length === 0) return 'taken_out';
  return left.length === found.length ? 'left_in' : 'in_part';
}

const providerOf = (model: string): string => model.slice(0, Math.max(0, model.indexOf('/')));

class LeftSums {
  readonly #sources: LeftSources;
  readonly #groups = new Map<string, LeftGroup>();

  constructor(sources: LeftSources) {
    this.#sources = sources;
  }

  get groups(): LeftGroup[] {
    return [...this.#groups.values()];
  }

  async #wayOf(record: RequestRecord, { model, sent }: Attempt): Promise<LeftWay> {
    const { policy, version } = record;
    const path = { model, provider: providerOf(model), policy, version };
    if (sent) return { ...path, ...sent, asSetToday: false };
    const { region = null, leavesHouse = null } = this.#sources.today(model) ?? {};
    const protection = await protectionIn(record, this.#sources.reported);
    return { ...path, region, leavesHouse, protection, asSetToday: true };
  }

  /** Adds what a request sent out. */
  async add(record: RequestRecord): Promise<void> {
    const touched = new Set<LeftGroup>();
    for (const attempt of record.attempts) {
      if (!wentOut(attempt)) continue;
      const group = this.#groupOf(await this.#wayOf(record, attempt));
      group.calls += 1;
      group.inputTokens += attempt.usage.inputTokens;
      group.outputTokens += attempt.usage.outputTokens;
      touched.add(group);
    }
    for (const group of touched) {
      group.requests += 1;
      if (record.status === 'counted') group.counts += 1;
      if (group.protection === 'not_looked_for') continue;
      for (const [kind, count] of Object.entries(record.redactions)) addCount(group.found, kind, count);
    }
  }

  #groupOf(way: LeftWay): LeftGroup {
    const { model, region, leavesHouse, asSetToday, policy, version, protection } = way;
    const key = JSON.stringify([model, region, leavesHouse, asSetToday, policy, version, protection]);
    let group = this.#groups.get(key);
    if (!group) {
      group = { ...way, requests: 0, counts: 0, calls: 0, inputTokens: 0, outputTokens: 0, found: {} };
      this.#groups.set(key, group);
    }
    return group;
  }
}

/**
 * What left in the first `most` requests of a span of time (milliseconds since 1970, the second exclusive), or of what is
 * behind a place in it. It gives way to others between steps, and ends with the reason of `signal` where that is aborted.
 */
export async function leftInPage(
  sources: LeftSources,
  span: {
    readonly organisation: string;
    readonly from: number;
    readonly to: number;
    readonly behind?: Place | undefined;
  },
  most: number,
  signal: AbortSignal,
): Promise<LeftPage> {
  const sums = new LeftSums(sources);
  let passed = 0;
  for await (const { records } of recordsOfSpan(sources.stores, span, STEP)) {
    for (const record of records) await sums.add(record);
    passed += records.length;
    const last = records.at(-1);
    if (passed >= most && last) return { groups: sums.groups, passed, next: { at: last.at, id: last.id } };
    await new Promise(setImmediate);
    signal.throwIfAborted();
  }
  return { groups: sums.groups, passed, next: null };
}
