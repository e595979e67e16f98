/**
 * One run of agents as a tree. A request belongs under the one that its tag `parent` names: by its id, or as the newest
 * request before it whose tag `step` has that name; a name that no request has becomes a branch of its own. A request
 * without a parent belongs under its tag `agent`, or to the run itself. Requests come in the order of time, and no branch
 * can be its own parent, since only what came before can be one.
 */
import { ERROR_STATUSES } from '../records/batch.ts';
import type { SessionRequest } from '../records/sessions.ts';

export interface BranchTotal {
  readonly requests: number;
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Nano-dollars. */
  readonly cost: number;
  /** Start of its first request, milliseconds since 1970. */
  readonly from: number;
  /** End of its last request. */
  readonly to: number;
}

export interface Branch {
  /** Of a request, its id; else made up, and the same for the same run. */
  readonly id: string;
  /** Null for what belongs to the run itself. */
  readonly parent: string | null;
  readonly depth: number;
  readonly kind: 'request' | 'step' | 'agent';
  /** The step, the agent, or the model that answered; null for a request that has none of them. */
  readonly name: string | null;
  /** Null for a step or an agent that is no request of its own. */
  readonly request: SessionRequest | null;
  /** Of the branch with all that is under it. */
  readonly total: BranchTotal;
}

interface Open {
  readonly id: string;
  readonly kind: Branch['kind'];
  readonly name: string | null;
  readonly request: SessionRequest | null;
  readonly parent: Open | null;
  readonly children: Open[];
  readonly total: { -readonly [K in keyof BranchTotal]: BranchTotal[K] };
}

/** The branches of a run, each before those under it, and all of it in total; `requests` in their order of time. */
export function sessionTree(requests: readonly SessionRequest[]): { total: BranchTotal; branches: Branch[] } {
  const roots: Open[] = [];
  const byId = new Map<string, Open>();
  const newestStep = new Map<string, Open>();
  const made = new Map<string, Open>();
  const add = (branch: Omit<Open, 'children' | 'total'>): Open => {
    const open: Open = { ...branch, children: [], total: emptyTotal() };
    (branch.parent?.children ?? roots).push(open);
    return open;
  };
  const makeNamed = (kind: 'step' | 'agent', name: string): Open => {
    const id = `${kind}:${name}`;
    const known = made.get(id) ?? add({ id, kind, name, request: null, parent: null });
    made.set(id, known);
    return known;
  };
  const total = emptyTotal();
  for (const request of requests) {
    const { parent, step, agent } = request.tags;
    let under: Open | null = null;
    if (parent) under = byId.get(parent.value) ?? newestStep.get(parent.value) ?? makeNamed('step', parent.value);
    else if (agent) under = makeNamed('agent', agent.value);
    const name = step?.value ?? request.model;
    const branch = add({ id: request.id, kind: 'request', name, request, parent: under });
    byId.set(request.id, branch);
    if (step) newestStep.set(step.value, branch);
    addTo(total, request);
    for (let one: Open | null = branch; one; one = one.parent) addTo(one.total, request);
  }
  return { total: plain(total), branches: inOrder(roots) };
}

function emptyTotal(): Open['total'] {
  return {
    requests: 0,
    errors: 0,
    inputTokens: 0,
    outputTokens: 0,
    cost: 0,
    from: Number.POSITIVE_INFINITY,
    to: 0,
  };
}

function addTo(total: Open['total'], request: SessionRequest): void {
  total.requests += 1;
  if (ERROR_STATUSES.includes(request.status)) total.errors += 1;
  total.inputTokens += request.inputTokens;
  total.outputTokens += request.outputTokens;
  total.cost += request.cost;
  total.from = Math.min(total.from, request.at);
  total.to = Math.max(total.to, request.at + Math.round(request.durationMs));
}

/** Of nothing, a time of nothing. */
const plain = (total: BranchTotal): BranchTotal => (total.requests === 0 ? { ...total, from: 0 } : total);

/** Without recursion: a run can be as deep as it is long. */
function inOrder(roots: readonly Open[]): Branch[] {
  const branches: Branch[] = [];
  const waiting = [...roots].reverse().map((open) => ({ open, depth: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { open, depth } = next;
    const { id, kind, name, request, parent, total, children } = open;
    branches.push({ id, parent: parent?.id ?? null, depth, kind, name, request, total: plain(total) });
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i];
      if (child) waiting.push({ open: child, depth: depth + 1 });
    }
  }
  return branches;
}
