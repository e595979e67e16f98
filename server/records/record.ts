/** The durable account of one request, and the intent that is committed before money is put at risk. */
import type { TraceStep } from '../../policies/decision.ts';
import type { Protection } from '../../policies/protection.ts';
import type { RecordStatus } from '../../policies/record-status.ts';
import type { TagSource, Usage, UsageSource } from '../../policies/request.ts';
import type { Feedback, FeedbackFilter, FeedbackTotal } from './feedback.ts';
import type { ChargeMovement, CorrectionMovement, MovementFilter, SpentFilter } from './movements.ts';
import type { PostedFilter, PostedRecord, PostedTotal } from './posted.ts';
import type { SessionRequest, SessionTotal } from './sessions.ts';
import type { ScopeSpend, SpendHistoryFilter } from './spend-by-hour.ts';

/** What a request took of one budget; amounts in the budget's unit (nano-dollars or tokens). */
export interface Charge {
  readonly budget: string;
  readonly revision: number;
  readonly scope: string;
  readonly unit: 'usd' | 'tokens';
  /** Start of the window that was open when the hold was taken, milliseconds since 1970. */
  readonly window: number;
  readonly held: number;
  readonly settled: number;
}

/** How a call went out, as things were when it was made. */
export interface Sent {
  /** Where the model's machines stood, as its account said; null where it did not. */
  readonly region: string | null;
  /** False for a model on the organisation's own machines. */
  readonly leavesHouse: boolean;
  readonly protection: Protection;
}

/** One call to a model. */
export interface Attempt {
  readonly node: string;
  readonly model: string;
  readonly ok: boolean;
  readonly failure: string | null;
  readonly status: number | null;
  readonly message: string | null;
  readonly usage: Usage;
  readonly usageSource: UsageSource;
  /** Nano-dollars; null where the price is not known. */
  readonly cost: number | null;
  /** Where the price came from, such as "list 1a2b3c4d of 2026-11-01, -15 %"; null without one. Older ones do not say. */
  readonly price?: string | null;
  readonly firstByteMs: number | null;
  readonly durationMs: number;
  readonly upstreamId: string | null;
  /** Null where surely nothing went out. Older ones do not say. */
  readonly sent?: Sent | null;
}

/** What a request sent and was answered, each cut after a million characters. */
export interface Content {
  readonly request: string;
  readonly answer: string | null;
}

export interface RequestRecord {
  /** `req_` and a UUIDv7. */
  readonly id: string;
  readonly gateway: string;
  readonly boot: string;
  readonly sequence: number;
  readonly organisation: string;
  readonly project: string;
  readonly key: string;
  /** Start, milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  readonly overheadMs: number;
  readonly status: RecordStatus;
  readonly httpStatus: number;
  readonly errorCode: string | null;
  readonly endpoint: string;
  readonly stream: boolean;
  readonly app: string | null;
  readonly requestedModel: string;
  /** The model that answered, or whose provider counted; null where none did. */
  readonly model: string | null;
  readonly policy: string | null;
  readonly version: number | null;
  /** The organisation's own policy, where one ran before it, and the version of it. */
  readonly mandatory?: { readonly policy: string; readonly version: number };
  readonly tags: Readonly<Record<string, { readonly value: string; readonly source: TagSource }>>;
  readonly trace: readonly TraceStep[];
  readonly attempts: readonly Attempt[];
  readonly charges: readonly Charge[];
  readonly redactions: Readonly<Record<string, number>>;
  /**
   * The id of the revisions of program, code, prices and budgets that decided it. Not there in older records, and where no
   * policy was asked.
   */
  readonly revisions?: string;
  /** Sums over the attempts. */
  readonly usage: Usage;
  readonly usageSource: UsageSource;
  /** Nano-dollars; what is known of it where a price is missing. */
  readonly cost: number;
  /**
   * Nano-dollars that the answer would have cost more at the model that was asked for, at the prices of the request's time;
   * below zero where it would have cost less. Not there where no other model was asked for, or a price is not known.
   */
  readonly savedByRouting?: number;
  /** Nano-dollars that the answer had cost when it was kept; only for one that a cache gave again, where that is known. */
  readonly savedByCaching?: number;
  /** The request that this is a copy of. */
  readonly shadowOf?: string;
  /** Facts that every replay needs, never text: estimated tokens, turns, images, clock. */
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[] | null>>;
  /** What was sent and answered, sealed (see content-sealing.ts); null where none is kept. */
  readonly content: Content | null;
}

/**
 * Committed before dispatch: if the process dies, the request is charged at what it held. A further attempt that holds more
 * commits it again, in place of the one before.
 */
export interface Intent {
  readonly id: string;
  readonly gateway: string;
  readonly boot: string;
  readonly sequence: number;
  readonly organisation: string;
  readonly project: string;
  readonly key: string;
  readonly at: number;
  readonly requestedModel: string;
  readonly model: string;
  readonly policy: string | null;
  readonly version: number | null;
  readonly tags: RequestRecord['tags'];
  /** Charges with `settled` equal to `held`. */
  readonly charges: readonly Charge[];
  readonly usage: Usage;
  readonly cost: number;
  /** Not there in older ones. */
  readonly sent?: Sent;
}

/** Spend of one budget's scope in one window, as the ledger has it. */
export interface Spend {
  readonly budget: string;
  readonly scope: string;
  readonly window: number;
  readonly unit: 'usd' | 'tokens';
  readonly spent: number;
}

export interface RecordFilter {
  readonly organisation: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly project?: string;
  /** Id of the key. */
  readonly key?: string;
  readonly model?: string;
  readonly policy?: string;
  readonly version?: number;
  readonly status?: RecordStatus;
  /** Milliseconds since 1970, inclusive and exclusive. */
  readonly from?: number;
  readonly to?: number;
  /** Nano-dollars. */
  readonly costAtLeast?: number;
  readonly before?: string;
  /** Only records that one of these lets through, for somebody who may not see all; none of them for nothing at all. */
  readonly reach?: readonly RecordReach[];
}

/** What a record has to be of: one of the projects, policies and keys that are named. */
export interface RecordReach {
  readonly projects?: readonly string[];
  readonly policies?: readonly string[];
  readonly keys?: readonly string[];
}

/** The columns that usage totals can be grouped by, besides `tag:<name>`. */
export const GROUPINGS = ['project', 'key', 'model', 'policy', 'version', 'status', 'app', 'hour', 'day'] as const;
export type Grouping = (typeof GROUPINGS)[number] | `tag:${string}`;

export interface UsageTotal {
  readonly group: string | null;
  readonly requests: number;
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Nano-dollars. */
  readonly cost: number;
}

/** What went through a policy. */
export interface PolicyTraffic {
  readonly policy: string;
  readonly requests: number;
  readonly errors: number;
  /** Nano-dollars. */
  readonly cost: number;
}

/** How often an edge of a version was taken in an hour. */
export interface EdgeCount {
  readonly node: string;
  readonly port: string;
  readonly hour: number;
  readonly requests: number;
  readonly errors: number;
  readonly cost: number;
}

/** Where records are kept. Each implementation passes the same contract suite. */
export interface RecordStore {
  /**
   * Writes records, which end their intents, with spend and counts of paths in one transaction; intents apart from it, and
   * also while other records are being written. Whoever brings an intent and a record of the same request in two commits
   * lets the first end before the second begins. A commit of nothing rejects while nothing can be written.
   */
  commit(batch: { readonly intents: readonly Intent[]; readonly records: readonly RequestRecord[] }): Promise<void>;
  /**
   * Makes intents durable before it returns; false where that has to be waited for: then they are to be committed. Throws
   * what went wrong; then they may be there or not, and are to be committed as well.
   */
  intentsNow(intents: readonly Intent[]): boolean;
  /** Intents that have no record: requests that were under way when a process died. */
  openIntents(gateway: string): Promise<Intent[]>;
  /** Adds to a counter by hand; a ledger entry with its reason. One whose `reference` is there already changes nothing. */
  correct(
    entry: Spend & {
      readonly organisation: string;
      readonly at: number;
      readonly reason: string;
      readonly actor: string;
      readonly reference?: string;
    },
  ): Promise<void>;
  /** What requests were charged of a budget, in the order of their start, then of their ids. */
  charges(filter: MovementFilter, limit: number): Promise<ChargeMovement[]>;
  /** Corrections of a budget in the order in which they were made. */
  corrections(filter: MovementFilter, limit: number): Promise<CorrectionMovement[]>;
  /** What one scope of a budget has spent, by the windows that start between two moments. */
  spentInWindows(filter: SpentFilter): Promise<{ readonly window: number; readonly spent: number }[]>;
  /** What requests that start between two moments were charged of it, with the corrections made between them. */
  spentByStart(filter: SpentFilter): Promise<number>;
  /** Spend of every window that starts at or after `from`. */
  spend(from: number): Promise<Spend[]>;
  /** Recomputes spend from records and corrections, for comparison with `spend`. */
  recomputeSpend(from: number): Promise<Spend[]>;
  /** What scopes of a budget were charged over time, by scope and in rising order of time. */
  spendHistory(filter: SpendHistoryFilter): Promise<ScopeSpend[]>;
  /**
   * The sessions that ended last in a span of time (milliseconds since 1970, `to` exclusive), the newest first; with `reach`
   * as if there were no other requests.
   */
  sessions(
    organisation: string,
    span: { readonly from?: number | undefined; readonly to?: number | undefined },
    limit: number,
    reach?: readonly RecordReach[],
  ): Promise<SessionTotal[]>;
  /** A session with its first requests in their order; null where there is none of that name. `reach` as with `sessions`. */
  session(
    organisation: string,
    session: string,
    limit: number,
    reach?: readonly RecordReach[],
  ): Promise<{ readonly total: SessionTotal; readonly requests: SessionRequest[] } | null>;
  get(organisation: string, id: string): Promise<RequestRecord | null>;
  /** Keeps what a key says of a request, in place of what it has said before. */
  giveFeedback(feedback: Feedback): Promise<void>;
  /** What was said of a request, the oldest first. */
  feedback(organisation: string, request: string): Promise<Feedback[]>;
  /** What was said of a policy's answers, by version, model and variant. */
  feedbackTotals(filter: FeedbackFilter): Promise<FeedbackTotal[]>;
  /** Newest first; `next` is the `before` of the following page. */
  list(filter: RecordFilter, limit: number): Promise<{ records: RequestRecord[]; next: string | null }>;
  totals(filter: RecordFilter, by: Grouping): Promise<UsageTotal[]>;
  /** The most frequent values of each tag in the newest requests since a moment (milliseconds since 1970). */
  tagsSeen(organisation: string, from: number): Promise<Record<string, string[]>>;
  /** What went through each policy that was used since a moment (milliseconds since 1970), whose hour counts whole. */
  traffic(organisation: string, from: number): Promise<PolicyTraffic[]>;
  edges(organisation: string, policy: string, version: number, from: number, to: number): Promise<EdgeCount[]>;
  /** From now on records that start before `until` and are yet to come count at `until`: the months before it are closed. */
  freezeBefore(organisation: string, until: number): Promise<void>;
  /** A page of records as months count them, in the order of their start, then of their ids. */
  posted(filter: PostedFilter, limit: number): Promise<PostedRecord[]>;
  /** What each project adds to a span of time (milliseconds since 1970, the second exclusive). */
  postedTotals(organisation: string, from: number, to: number): Promise<PostedTotal[]>;
  /** The first moment at or after `from` at which a record counts; null where there is none. */
  firstPosted(organisation: string, from: number): Promise<number | null>;
}
