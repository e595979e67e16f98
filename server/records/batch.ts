/** One transaction's worth of the record store, with its sums made before the database sees it. */
import { asDrawn, partsOf } from '../../policies/mandatory.ts';
import { isTraffic } from '../../policies/record-status.ts';
import type { Feedback } from './feedback.ts';
import type { Intent, RequestRecord, Spend } from './record.ts';
import { addToSession, type SessionRequestRow, type SessionSum } from './sessions.ts';
import type { HourSpend } from './spend-by-hour.ts';

export type Correction = Spend & {
  readonly organisation: string;
  readonly at: number;
  readonly reason: string;
  readonly actor: string;
  /** What it comes from, such as the id of a reset: a second one of the same is not written. */
  readonly reference?: string;
};

export interface SpendSum {
  readonly organisation: string;
  readonly project: string;
  readonly budget: string;
  readonly scope: string;
  readonly unit: string;
  readonly window_start: number;
  spent: number;
}

export interface CorrectionRow extends SpendSum {
  readonly at: number;
  readonly reason: string;
  readonly actor: string;
  readonly reference?: string;
}

/** How often a whole way through a version was taken in an hour; edges are counted from it when they are asked for. */
export interface PathSum {
  readonly organisation: string;
  readonly project: string;
  readonly policy: string;
  readonly version: number;
  readonly hour: number;
  /** See `pathOf`. */
  readonly path: string;
  requests: number;
  errors: number;
  cost: number;
}

export interface Batch {
  readonly intents: readonly Intent[];
  readonly records: readonly RequestRecord[];
  readonly corrections: readonly CorrectionRow[];
  readonly spend: readonly SpendSum[];
  readonly paths: readonly PathSum[];
  readonly hours: readonly HourSpend[];
  readonly sessions: readonly SessionSum[];
  readonly sessionRequests: readonly SessionRequestRow[];
}

/** The connection that writes batches: one for each dialect. */
export interface BatchWriter {
  /**
   * All or nothing, in one transaction, but for intents, which do not wait for it. False, and nothing else written, where
   * one of the records is already there. An empty batch tries whether anything can be written.
   */
  write(batch: Batch): Promise<boolean>;
  /** See `RecordStore.intentsNow`; not there where every intent has to be waited for. */
  intentsNow?(intents: readonly Intent[]): boolean;
  /** From now on records that start before `until` (milliseconds since 1970) are marked as late, to count at `until`. */
  freezeBefore(organisation: string, until: number): Promise<void>;
  /** Keeps one feedback, in place of what its key has said of its request before. */
  putFeedback(feedback: Feedback): Promise<void>;
}

export const HOUR_MS = 3_600_000;

/** Statuses of requests that went wrong: not those that a policy refused or a client gave up. */
export const ERROR_STATUSES: readonly RequestRecord['status'][] = ['failed', 'lost'];

/** Leaves out what comes twice and intents that the batch itself ends, and sums up spend and paths. */
export function batchOf(
  intents: readonly Intent[],
  records: readonly RequestRecord[],
  corrections: readonly Correction[] = [],
): Batch {
  const once = new Map<string, RequestRecord>();
  for (const record of records) once.set(record.id, record);
  const open = new Map<string, Intent>();
  for (const intent of intents) if (!once.has(intent.id)) open.set(intent.id, intent);
  const spend: SpendSums = new Map();
  const paths: PathSums = new Map();
  const hours: HourSums = new Map();
  const sessions = new Map<string, SessionSum>();
  const sessionRequests: SessionRequestRow[] = [];
  for (const record of once.values()) {
    for (const { budget, scope, unit, window, settled } of record.charges) {
      addSpend(spend, record, budget, scope, unit, window, settled);
      if (settled !== 0) addHour(hours, record, budget, scope, settled);
    }
    addPaths(paths, record);
    addToSession(sessions, sessionRequests, record, ERROR_STATUSES.includes(record.status));
  }
  const corrected = corrections.map(({ window, ...rest }) => ({ ...rest, project: '', window_start: window }));
  for (const entry of corrected) {
    addSpend(spend, entry, entry.budget, entry.scope, entry.unit, entry.window_start, entry.spent);
  }
  return {
    intents: [...open.values()],
    records: [...once.values()],
    corrections: corrected,
    spend: [...spend.values()].flat(),
    paths: [...paths.values()].flat(),
    hours: [...hours.values()].flat(),
    sessions: [...sessions.values()],
    sessionRequests,
  };
}

interface Owners {
  readonly organisation: string;
  readonly project: string;
}

// Sums are found by an id that tells most of them apart, then by looking: to build and hash a key of all the columns for
// every charge and step takes longer than all the rest.

/** Sums of each budget. */
type SpendSums = Map<string, SpendSum[]>;

function addSpend(
  sums: SpendSums,
  { organisation, project }: Owners,
  budget: string,
  scope: string,
  unit: string,
  window_start: number,
  spent: number,
): void {
  const ofBudget = listOf(sums, budget);
  for (const sum of ofBudget) {
    if (
      sum.scope === scope &&
      sum.window_start === window_start &&
      sum.unit === unit &&
      sum.project === project &&
      sum.organisation === organisation
    ) {
      sum.spent += spent;
      return;
    }
  }
  ofBudget.push({ organisation, project, budget, scope, unit, window_start, spent });
}

/** Hours of each budget. */
type HourSums = Map<string, HourSpend[]>;

function addHour(sums: HourSums, record: RequestRecord, budget: string, scope: string, spent: number): void {
  const { organisation, at } = record;
  const hour = at - (at % HOUR_MS);
  const ofBudget = listOf(sums, budget);
  for (const sum of ofBudget) {
    if (sum.scope === scope && sum.hour === hour && sum.organisation === organisation) {
      sum.spent += spent;
      return;
    }
  }
  ofBudget.push({ organisation, budget, scope, hour, spent });
}

/** Paths of each policy. */
type PathSums = Map<string, PathSum[]>;

/** The ports by which nodes were left, as text: `enter.next>sort.simple`. Ids of nodes have no dots, and neither kind has `>`. */
function pathOf(trace: RequestRecord['trace']): string {
  let path = '';
  for (const { node, port } of trace) if (port !== null) path += path === '' ? `${node}.${port}` : `>${node}.${port}`;
  return path;
}

/** The nodes and ports of a path. */
export function edgesOf(path: string): { readonly node: string; readonly port: string }[] {
  return path.split('>').map((step) => {
    const dot = step.indexOf('.');
    return { node: step.slice(0, dot), port: step.slice(dot + 1) };
  });
}

/** The part of the way in the organisation's own policy counts as traffic of that one. */
function addPaths(paths: PathSums, record: RequestRecord): void {
  const { policy, version, mandatory, trace, status } = record;
  if (policy === null || version === null || !isTraffic(status)) return;
  if (!mandatory) {
    addPath(paths, record, policy, version, pathOf(trace));
    return;
  }
  const parts = partsOf(trace);
  addPath(paths, record, policy, version, pathOf(parts.own));
  addPath(paths, record, mandatory.policy, mandatory.version, pathOf(parts.mandatory.map(asDrawn)));
}

function addPath(paths: PathSums, record: RequestRecord, policy: string, version: number, path: string): void {
  const { organisation, project, cost, status } = record;
  if (path === '') return;
  const hour = record.at - (record.at % HOUR_MS);
  const errors = ERROR_STATUSES.includes(status) ? 1 : 0;
  const ofPolicy = listOf(paths, policy);
  for (const sum of ofPolicy) {
    if (
      sum.path === path &&
      sum.hour === hour &&
      sum.version === version &&
      sum.project === project &&
      sum.organisation === organisation
    ) {
      sum.requests += 1;
      sum.errors += errors;
      sum.cost += cost;
      return;
    }
  }
  ofPolicy.push({ organisation, project, policy, version, hour, path, requests: 1, errors, cost });
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  let list = lists.get(key);
  if (!list) {
    list = [];
    lists.set(key, list);
  }
  return list;
}

/** JSON text that both databases take, also where a caller sent what PostgreSQL refuses: see `storableText`. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes surrogates only when they stand alone.
  if (!text.includes('\\u0000') && !text.includes('\\ud')) return text;
  return text.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\\ufffd');
}

/** Text without the character of code 0, which no text of PostgreSQL can hold: a replacement character in its place. */
export function storableText(text: string | null): string | null {
  return text?.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}
