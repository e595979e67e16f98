/**
 * The traffic of the last minute, counted in memory as requests end: one object a second and organisation, used again and
 * again, with a fixed number of names each, and the same for each project, since not everybody sees all of them. To count
 * a request takes less than a microsecond, whether anybody looks or not.
 */
import { isTraffic, type RecordStatus } from '../../policies/record-status.ts';
import { ERROR_STATUSES } from '../records/batch.ts';
import type { RequestRecord } from '../records/record.ts';

const SECONDS = 60;
const RECENT = 20;
const TOP = 10;
/** Names that a second tells apart: what comes after them is counted together, so that nobody can fill the memory. */
const NAMES = 50;
const OTHERS = 'others';

export interface NameTotal {
  /** Null where a request has none, such as the model of one that was refused. */
  readonly name: string | null;
  readonly requests: number;
  /** Nano-dollars. */
  readonly cost: number;
}

export interface RecentRequest {
  readonly id: string;
  readonly at: number;
  readonly team: string | null;
  readonly model: string | null;
  readonly status: RecordStatus;
  /** Nano-dollars. */
  readonly cost: number;
  readonly durationMs: number;
}

export interface LiveTotals {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Sums over the requests that ended in the last 60 seconds. */
  readonly requests: number;
  readonly errors: number;
  readonly refused: number;
  readonly cost: number;
  readonly tokens: number;
  /** The ten that most requests went to, the most first. */
  readonly byModel: readonly NameTotal[];
  readonly byTeam: readonly NameTotal[];
  /** Requests that ended in each of the 60 seconds, the one that is going on last. */
  readonly perSecond: readonly number[];
  /** Requests under way now. */
  readonly running: number;
  /** The last 20 that ended, the newest first. */
  readonly recent: readonly RecentRequest[];
}

type Names = Map<string | null, { requests: number; cost: number }>;

interface Second {
  /** Seconds since 1970; what stands in it is of an earlier round while it is another one. */
  second: number;
  requests: number;
  errors: number;
  refused: number;
  cost: number;
  tokens: number;
  readonly byModel: Names;
  readonly byTeam: Names;
}

interface Ended extends RecentRequest {
  /** How many had ended before it. */
  readonly place: number;
}

/** What is counted of an organisation, or of one of its projects. */
interface Counted {
  running: number;
  /** By the second of the minute; made when the first request ends in it. */
  readonly seconds: (Second | undefined)[];
  readonly recent: Ended[];
  /** How many requests have ended: the place in `recent` of the next one. */
  ended: number;
}

export class LiveTraffic {
  /** By the ids of organisations and of projects. */
  readonly #counted = new Map<string, Counted>();
  #ended = 0;

  /** A request of an organisation has begun, for one of its projects. */
  began(organisation: string, project: string): void {
    this.#of(organisation).running += 1;
    this.#of(project).running += 1;
  }

  /** It is not under way any more. */
  left(organisation: string, project: string): void {
    this.#of(organisation).running -= 1;
    this.#of(project).running -= 1;
  }

  /** Counts a request that ended at `now` (milliseconds since 1970), where it is traffic. */
  ended(record: RequestRecord, status: RecordStatus, now: number): void {
    if (!isTraffic(status)) return;
    const { id, at, model, cost, durationMs } = record;
    const team = record.tags.team?.value ?? null;
    const request = { id, at, team, model, status, cost, durationMs, place: this.#ended };
    this.#ended += 1;
    for (const counted of [this.#of(record.organisation), this.#of(record.project)]) {
      count(secondOf(counted, Math.floor(now / 1000)), request, record);
      counted.recent[counted.ended % RECENT] = request;
      counted.ended += 1;
    }
  }

  /** The last minute of an organisation as it is at `now`; of some of its projects alone where they are named. */
  totals(organisation: string, projects: readonly string[] | null, now: number): LiveTotals {
    const all = (projects ?? [organisation]).flatMap((id) => this.#counted.get(id) ?? []);
    const newest = Math.floor(now / 1000);
    const sums = { requests: 0, errors: 0, refused: 0, cost: 0, tokens: 0 };
    const [byModel, byTeam]: [Names, Names] = [new Map(), new Map()];
    const perSecond = Array.from({ length: SECONDS }, () => 0);
    for (const second of all.flatMap(({ seconds }) => seconds)) {
      if (!second || second.second <= newest - SECONDS || second.second > newest) continue;
      for (const name of ['requests', 'errors', 'refused', 'cost', 'tokens'] as const) sums[name] += second[name];
      const place = SECONDS - 1 - (newest - second.second);
      perSecond[place] = (perSecond[place] ?? 0) + second.requests;
      merge(byModel, second.byModel);
      merge(byTeam, second.byTeam);
    }
    return {
      at: now,
      ...sums,
      byModel: top(byModel),
      byTeam: top(byTeam),
      perSecond,
      running: all.reduce((sum, { running }) => sum + running, 0),
      recent: recentOf(all),
    };
  }

  #of(id: string): Counted {
    let counted = this.#counted.get(id);
    if (!counted) {
      counted = { running: 0, seconds: [], recent: [], ended: 0 };
      this.#counted.set(id, counted);
    }
    return counted;
  }
}

function count(second: Second, { model, team, status, cost }: Ended, { usage }: RequestRecord): void {
  second.requests += 1;
  if (ERROR_STATUSES.includes(status)) second.errors += 1;
  if (status === 'blocked') second.refused += 1;
  second.cost += cost;
  second.tokens += usage.inputTokens + usage.outputTokens;
  add(second.byModel, model, cost);
  add(second.byTeam, team, cost);
}

function emptySecond(): Second {
  return {
    second: -1,
    requests: 0,
    errors: 0,
    refused: 0,
    cost: 0,
    tokens: 0,
    byModel: new Map(),
    byTeam: new Map(),
  };
}

/** The counts of a second, emptied of what was in their place a minute ago. */
function secondOf({ seconds }: Counted, at: number): Second {
  const second = seconds[at % SECONDS] ?? emptySecond();
  seconds[at % SECONDS] = second;
  if (second.second === at) return second;
  second.second = at;
  second.requests = second.errors = second.refused = second.cost = second.tokens = 0;
  second.byModel.clear();
  second.byTeam.clear();
  return second;
}

function add(names: Names, name: string | null, cost: number): void {
  const known = names.get(name);
  if (known) {
    known.requests += 1;
    known.cost += cost;
  } else if (names.size < NAMES || name === OTHERS) names.set(name, { requests: 1, cost });
  else add(names, OTHERS, cost);
}

function merge(names: Names, more: Names): void {
  for (const [name, { requests, cost }] of more) {
    const known = names.get(name);
    if (known) {
      known.requests += requests;
      known.cost += cost;
    } else names.set(name, { requests, cost });
  }
}

function top(names: Names): NameTotal[] {
  const totals = [...names].map(([name, { requests, cost }]): NameTotal => ({ name, requests, cost }));
  return totals
    .sort((a, b) => b.requests - a.requests || b.cost - a.cost || ((a.name ?? '') < (b.name ?? '') ? -1 : 1))
    .slice(0, TOP);
}

function recentOf(all: readonly Counted[]): RecentRequest[] {
  return all
    .flatMap(({ recent }) => recent)
    .sort((a, b) => b.place - a.place)
    .slice(0, RECENT)
    .map(({ place, ...request }) => request);
}
