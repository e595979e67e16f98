/** One transaction's worth of the record store, with its sums made before the database sees it. */
import type { Intent, RequestRecord, Spend } from './record.ts';

export type Correction = Spend & {
  readonly organisation: string;
  readonly at: number;
  readonly reason: string;
  readonly actor: string;
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
}

export interface EdgeSum {
  readonly organisation: string;
  readonly project: string;
  readonly policy: string;
  readonly version: number;
  readonly hour: number;
  readonly node: string;
  readonly port: string;
  requests: number;
  errors: number;
  cost: number;
}

export interface Batch {
  readonly intents: readonly Intent[];
  readonly records: readonly RequestRecord[];
  readonly corrections: readonly CorrectionRow[];
  readonly spend: readonly SpendSum[];
  readonly edges: readonly EdgeSum[];
}

/** The connection that writes batches: one for each dialect. */
export interface BatchWriter {
  /** All or nothing, in one transaction. False, and nothing written, where one of the records is already there. */
  write(batch: Batch): Promise<boolean>;
}

export const HOUR_MS = 3_600_000;

/** Statuses of requests that went wrong: not those that a policy refused or a client gave up. */
export const ERROR_STATUSES: readonly RequestRecord['status'][] = ['failed', 'lost'];

/** Leaves out what comes twice and intents that the batch itself ends, and sums up spend and edges. */
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
  const edges: EdgeSums = new Map();
  for (const record of once.values()) {
    for (const { budget, scope, unit, window, settled } of record.charges) {
      addSpend(spend, record, budget, scope, unit, window, settled);
    }
    addEdges(edges, record);
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
    edges: [...edges.values()].flat().flatMap((way) => [...way.sums.values()].flatMap((ports) => [...ports.values()])),
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

/** A version in an hour, with the sums of its edges by node and port. */
interface Way extends Owners {
  readonly version: number;
  readonly hour: number;
  readonly sums: Map<string, Map<string, EdgeSum>>;
}

/** Ways of each policy. */
type EdgeSums = Map<string, Way[]>;

function addEdges(ways: EdgeSums, record: RequestRecord): void {
  const { organisation, project, policy, version, cost, status } = record;
  // A dry run is no traffic.
  if (policy === null || version === null || status === 'dry_run') return;
  const hour = record.at - (record.at % HOUR_MS);
  const errors = ERROR_STATUSES.includes(status) ? 1 : 0;
  const ofPolicy = listOf(ways, policy);
  let way = ofPolicy.find(
    (known) =>
      known.hour === hour &&
      known.version === version &&
      known.project === project &&
      known.organisation === organisation,
  );
  if (!way) {
    way = { organisation, project, version, hour, sums: new Map() };
    ofPolicy.push(way);
  }
  for (const { node, port } of record.trace) {
    if (port === null) continue;
    let ports = way.sums.get(node);
    if (!ports) {
      ports = new Map();
      way.sums.set(node, ports);
    }
    const sum = ports.get(port);
    if (sum) {
      sum.requests += 1;
      sum.errors += errors;
      sum.cost += cost;
    } else {
      ports.set(port, { organisation, project, policy, version, hour, node, port, requests: 1, errors, cost });
    }
  }
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
