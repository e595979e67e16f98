/** What is wrong with a drawing: each problem with its node, words for people, and how to mend it. */
import type { Budget } from './budget.ts';
import { houseProblems } from './check-house.ts';
import { type PolicyPlace, placeProblems } from './check-project.ts';
import { findKind, modelsWithin, reachableModels } from './compile.ts';
import { conditionFacts, conditionProblems, implies } from './condition.ts';
import { facts } from './facts.ts';
import type { Graph, GraphNode } from './graph.ts';
import { kinds } from './kinds/index.ts';
import type { BoundNode, ConditionUse } from './kinds/kind.ts';
import type { ModelLookup } from './model.ts';
import { enterPolicy, NO_VERSIONS, type VersionLookup, type Way } from './pinned.ts';

export type ProblemCode =
  | 'no_request'
  | 'many_requests'
  | 'duplicate_id'
  | 'unknown_kind'
  | 'settings'
  | 'condition'
  | 'edge_nowhere'
  | 'edge_twice'
  | 'loose_port'
  | 'cycle'
  | 'unreachable'
  | 'fact_too_early'
  | 'unknown_model'
  | 'unpriced_model'
  | 'unknown_budget'
  | 'unknown_channel'
  | 'budget_without_model'
  | 'shadowed_case'
  | 'policy_not_entered'
  | 'free_scope'
  | 'mixed_embeddings'
  | 'no_way_to_project'
  | 'project_out_of_place'
  | 'more';

export interface Problem {
  readonly code: ProblemCode;
  /** Errors stop a publish; warnings are shown. */
  readonly severity: 'error' | 'warning';
  readonly node: string | null;
  /** Place in the node's settings, such as `cases.0.when`; null for the node as a whole. */
  readonly field: string | null;
  readonly message: string;
  readonly fix: string;
}

/** What the check needs to know of the house. */
export interface CheckContext {
  readonly models: ModelLookup;
  readonly budget: (id: string) => Budget | undefined;
  /** Whether there is a channel of that name; where nobody can say, it is taken to be there. */
  readonly hasChannel?: (name: string) => boolean;
  /** Whether callers may say this tag as they like, so that a limit counted by it could be dodged. */
  readonly callersChoose: (tag: string) => boolean;
  /** Finds versions of other policies; where nobody can say, they are taken to be there and sound. */
  readonly versions?: VersionLookup;
  /** Where the policy stands; where nobody can say, it is one of the organisation with none before it. */
  readonly place?: PolicyPlace;
}

const MOST_SHOWN = 200;

/** All problems of a graph, errors first; at most 200, with a last one that counts the rest. */
export function checkGraph(graph: Graph, context: CheckContext): Problem[] {
  return checkWithin(graph, context, []);
}

/** `way` are the policies that lead into this one. */
function checkWithin(graph: Graph, context: CheckContext, way: Way): Problem[] {
  const check = new Check(graph, context);
  check.nodes();
  check.edges();
  check.ways();
  check.house(way);
  const problems = check.problems.sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1));
  if (problems.length <= MOST_SHOWN) return problems;
  const rest = problems.length - MOST_SHOWN;
  return [
    ...problems.slice(0, MOST_SHOWN),
    {
      code: 'more',
      severity: problems[MOST_SHOWN]?.severity ?? 'warning',
      node: null,
      field: null,
      message: `There are ${rest} more problems.`,
      fix: 'Mend some of these first.',
    },
  ];
}

/** Whether a graph may be published. */
export function canPublish(problems: readonly Problem[]): boolean {
  return problems.every((problem) => problem.severity !== 'error');
}

class Check {
  readonly problems: Problem[] = [];
  readonly #graph: Graph;
  readonly #context: CheckContext;
  readonly #nodes = new Map<string, GraphNode>();
  readonly #bound = new Map<string, BoundNode>();
  readonly #next = new Map<string, string[]>();

  constructor(graph: Graph, context: CheckContext) {
    this.#graph = graph;
    this.#context = context;
  }

  #add(
    code: ProblemCode,
    node: string | null,
    message: string,
    fix: string,
    more: { field?: string; warning?: boolean } = {},
  ): void {
    this.problems.push({
      code,
      severity: more.warning ? 'warning' : 'error',
      node,
      field: more.field ?? null,
      message,
      fix,
    });
  }

  #name(id: string): string {
    return `“${this.#nodes.get(id)?.title || id}”`;
  }

  nodes(): void {
    for (const node of this.#graph.nodes) {
      if (this.#nodes.has(node.id)) {
        this.#add('duplicate_id', node.id, `Two nodes have the id “${node.id}”.`, 'Give one of them another id.');
        continue;
      }
      this.#nodes.set(node.id, node);
      this.#settings(node);
    }
    const starts = this.#graph.nodes.filter((node) => node.kind === 'request');
    if (starts.length === 0)
      this.#add(
        'no_request',
        null,
        'There is no request node, so nothing can enter.',
        'Add a request node and connect it.',
      );
    for (const extra of starts.slice(1)) {
      this.#add('many_requests', extra.id, 'There is more than one request node.', 'Keep one, and delete this one.');
    }
  }

  #settings(node: GraphNode): void {
    const kind = findKind(node.kind);
    if (!kind) {
      this.#add(
        'unknown_kind',
        node.id,
        `There is no kind of node named “${node.kind}”.`,
        `Use one of: ${Object.keys(kinds).join(', ')}.`,
      );
      return;
    }
    const bound = kind.bind(node.settings);
    if (!bound.ok) {
      for (const issue of bound.error.issues.slice(0, 10)) {
        const field = issue.path.join('.');
        this.#add(
          'settings',
          node.id,
          `${this.#name(node.id)}${field === '' ? '' : `, ${field}`}: ${issue.message}`,
          'Correct this setting.',
          { field },
        );
      }
      return;
    }
    this.#bound.set(node.id, bound.node);
    for (const problem of bound.node.problems ?? [])
      this.#add('settings', node.id, problem.message, problem.fix, { field: problem.field });
    const conditions = bound.node.conditions ?? [];
    for (const { field, condition } of conditions) {
      for (const problem of conditionProblems(condition))
        this.#add('condition', node.id, problem.message, problem.fix, { field });
    }
    this.#shadowed(node.id, conditions);
  }

  #shadowed(node: string, conditions: readonly ConditionUse[]): void {
    conditions.forEach((later, i) => {
      const earlier = conditions.slice(0, i).find((one) => implies(later.condition, one.condition));
      if (!earlier) return;
      this.#add(
        'shadowed_case',
        node,
        `In ${this.#name(node)}, the case “${later.port}” can never be taken: whatever it takes, “${earlier.port}” has taken before.`,
        `Move “${later.port}” before “${earlier.port}”, or delete it.`,
        { field: later.field },
      );
    });
  }

  edges(): void {
    const taken = new Set<string>();
    for (const edge of this.#graph.edges) {
      const from = this.#nodes.get(edge.from);
      if (!from || !this.#nodes.has(edge.to)) {
        const missing = from ? edge.to : edge.from;
        this.#add(
          'edge_nowhere',
          from ? edge.from : null,
          `An edge leads ${from ? 'to' : 'from'} “${missing}”, which does not exist.`,
          'Delete the edge.',
        );
        continue;
      }
      const ports = this.#bound.get(edge.from)?.ports;
      if (ports && !ports.some((port) => port.name === edge.port)) {
        this.#add(
          'edge_nowhere',
          edge.from,
          `${this.#name(edge.from)} has no port “${edge.port}”.`,
          'Delete the edge, or connect it to another port.',
          { field: edge.port },
        );
        continue;
      }
      if (this.#nodes.get(edge.to)?.kind === 'request') {
        this.#add('cycle', edge.from, 'An edge leads back to the request node.', 'Delete the edge.');
        continue;
      }
      const key = `${edge.from}\n${edge.port}`;
      if (taken.has(key)) {
        this.#add(
          'edge_twice',
          edge.from,
          `Two edges leave the port “${edge.port}” of ${this.#name(edge.from)}.`,
          'Keep one of them.',
          { field: edge.port },
        );
        continue;
      }
      taken.add(key);
      this.#next.set(edge.from, [...(this.#next.get(edge.from) ?? []), edge.to]);
    }
    for (const [id, node] of this.#bound) {
      for (const port of node.ports) {
        if (port.ifLoose !== undefined || taken.has(`${id}\n${port.name}`)) continue;
        this.#add(
          'loose_port',
          id,
          `The port “${port.label}” of ${this.#name(id)} leads nowhere.`,
          'Connect it, for example to a block node that says why.',
          { field: port.name },
        );
      }
    }
  }

  ways(): void {
    const start = this.#graph.nodes.find((node) => node.kind === 'request');
    const state = new Map<string, 'open' | 'done'>();
    const cycles = new Set<string>();
    // Depth first with an explicit stack, since a drawing can be a chain of a thousand nodes.
    const visit = (root: string): void => {
      const stack: { id: string; next: number }[] = [{ id: root, next: 0 }];
      state.set(root, 'open');
      while (stack.length > 0) {
        const top = stack[stack.length - 1]!;
        const to = this.#next.get(top.id)?.[top.next++];
        if (to === undefined) {
          state.set(top.id, 'done');
          stack.pop();
        } else if (state.get(to) === 'open') {
          const circle = stack.slice(stack.findIndex((one) => one.id === to)).map((one) => this.#name(one.id));
          if (!cycles.has(to))
            this.#add(
              'cycle',
              to,
              `The way goes in a circle: ${circle.join(' → ')} → ${circle[0]}.`,
              'Delete one of these edges.',
            );
          cycles.add(to);
        } else if (!state.has(to)) {
          state.set(to, 'open');
          stack.push({ id: to, next: 0 });
        }
      }
    };
    if (start) visit(start.id);
    for (const id of this.#nodes.keys()) {
      if (start && !state.has(id))
        this.#add('unreachable', id, `No way leads to ${this.#name(id)}.`, 'Connect it, or delete it.');
      if (!state.has(id)) visit(id);
    }
    if (cycles.size === 0) this.#factsTooEarly();
  }

  /** What the drawing needs of the house, and of its place there. */
  house(way: Way): void {
    this.problems.push(...placeProblems(this.#graph, this.#bound, this.#context, way.length > 0));
    const versions = this.#context.versions ?? NO_VERSIONS;
    const reachable = reachableModels(this.#graph, this.#bound, (inner) => modelsWithin(inner, versions, way));
    for (const [id, node] of this.#bound) {
      if (node.continues && this.#context.versions) this.#policy(id, node.continues, this.#context.versions, way);
      for (const { code, message, fix, ...more } of houseProblems(this.#name(id), node, reachable(id), this.#context)) {
        this.#add(code, id, message, fix, more);
      }
    }
  }

  /** The problems of the version that a node goes on in, as problems of the node. */
  #policy(id: string, continues: NonNullable<BoundNode['continues']>, versions: VersionLookup, way: Way): void {
    const entered = enterPolicy(continues, versions, way);
    if (!entered.ok) {
      const fix = {
        unknown: 'Choose a policy and one of its versions.',
        circle: 'Choose a version that does not lead back here.',
        too_deep: 'Choose a policy that goes on in fewer others.',
      }[entered.cause];
      this.#add('policy_not_entered', id, `${this.#name(id)} cannot go on: ${entered.why}`, fix, {
        field: entered.cause === 'unknown' ? 'version' : 'policy',
      });
      return;
    }
    const { name, graph } = entered.version;
    const inner = `version ${continues.version} of “${name}”`;
    for (const { code, severity, message } of checkWithin(graph, this.#context, entered.way)) {
      const fix = `Publish a version of “${name}” without this problem, and choose it here.`;
      const more = { field: 'version', warning: severity === 'warning' };
      this.#add(code, id, `${this.#name(id)}, in ${inner}: ${message}`, fix, more);
    }
  }

  /** Facts that a node provides are known only behind such a node. */
  #factsTooEarly(): void {
    const before = new Map<string, Set<string>>();
    const order: string[] = [];
    const incoming = new Map<string, number>();
    for (const targets of this.#next.values()) for (const to of targets) incoming.set(to, (incoming.get(to) ?? 0) + 1);
    const ready = [...this.#nodes.keys()].filter((id) => !incoming.has(id));
    for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
      order.push(id);
      const kindsSoFar = new Set([...(before.get(id) ?? []), this.#nodes.get(id)?.kind ?? '']);
      for (const to of this.#next.get(id) ?? []) {
        const known = before.get(to);
        // Only what every way provides is sure; a missing fact makes conditions false, so one way is enough to allow it.
        if (known) for (const kind of kindsSoFar) known.add(kind);
        else before.set(to, new Set(kindsSoFar));
        incoming.set(to, (incoming.get(to) ?? 1) - 1);
        if (incoming.get(to) === 0) ready.push(to);
      }
    }
    for (const id of order) {
      for (const { field, condition } of this.#bound.get(id)?.conditions ?? []) {
        for (const name of conditionFacts(condition)) {
          const provider = facts.get(name)?.providedBy;
          if (!provider || before.get(id)?.has(provider)) continue;
          this.#add(
            'fact_too_early',
            id,
            `${this.#name(id)} asks for “${facts.get(name)?.label}”, which is not known here.`,
            `Put a ${provider} node before it.`,
            { field },
          );
        }
      }
    }
  }
}
