/** What has changed between two drawings: for the colours on a canvas, and in words for people. Positions are no change. */
import { findKind } from './compile.ts';
import { canonical, quoteBoth, settingChanges } from './diff-settings.ts';
import { called } from './editing/names.ts';
import { outline } from './editing/outline.ts';
import { portsOf } from './editing/ports.ts';
import { portRenames } from './editing/settings.ts';
import type { Graph, GraphNode } from './graph.ts';
import { type BudgetNames, quote } from './setting-words.ts';

export interface Change {
  readonly kind:
    | 'node added'
    | 'node removed'
    | 'kind changed'
    | 'renamed'
    | 'note changed'
    | 'setting changed'
    | 'connected'
    | 'disconnected'
    | 'led elsewhere';
  /** The node that it is about; of edges, the one that they leave. */
  readonly node: string;
  /** Place in the node's settings, such as `cases.0.when`; null where it is not about settings. */
  readonly field: string | null;
  /** One sentence for people. */
  readonly words: string;
}

export interface GraphDiff {
  /** In the order in which requests meet the nodes. */
  readonly changes: readonly Change[];
  /** Nodes by the id that they have after, removed ones by their id before; those that stayed the same are left out. */
  readonly nodes: ReadonlyMap<string, 'added' | 'removed' | 'changed'>;
  /**
   * Edges by `${from} ${port} ${to}`, ports by the names that they have after; one that leads elsewhere now is removed
   * and added.
   */
  readonly edges: ReadonlyMap<string, 'added' | 'removed'>;
}

const LONGEST_SENTENCE = 200;
const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** The changes from one drawing to another. `budgets` has names by id for the sentences; without it they show the ids. */
export function diffGraphs(before: Graph, after: Graph, budgets: BudgetNames = NO_NAMES): GraphDiff {
  return new Diff(withIdsOf(before, after), after, budgets).result();
}

/** Whether two drawings say the same; where things stand and in which order they are listed makes no difference. */
export function sameGraph(a: Graph, b: Graph): boolean {
  return diffGraphs(a, b).changes.length === 0;
}

/** What a node is but for its id. */
function likeness({ kind, title, settings }: GraphNode): string {
  const parsed = findKind(kind)?.settings.safeParse(settings);
  return canonical([kind, title, parsed?.success ? parsed.data : settings]);
}

/** The one node of each likeness; none where several are alike. */
function onlyOnes(nodes: readonly GraphNode[]): Map<string, GraphNode> {
  const found = new Map<string, GraphNode>();
  const several = new Set<string>();
  for (const node of nodes) {
    const key = likeness(node);
    if (found.has(key)) several.add(key);
    found.set(key, node);
  }
  for (const key of several) found.delete(key);
  return found;
}

/** A drawing that shares no id with the other one, such as an imported one, gets the ids of the nodes that are alike. */
function withIdsOf(graph: Graph, model: Graph): Graph {
  const ids = new Set(model.nodes.map(({ id }) => id));
  if (graph.nodes.some(({ id }) => ids.has(id))) return graph;
  const alike = onlyOnes(model.nodes);
  const renamed = new Map<string, string>();
  for (const [key, { id }] of onlyOnes(graph.nodes)) {
    const found = alike.get(key);
    if (found) renamed.set(id, found.id);
  }
  const named = (id: string): string => renamed.get(id) ?? id;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, id: named(node.id) })),
    edges: graph.edges.map(({ from, port, to }) => ({ from: named(from), port, to: named(to) })),
  };
}

/** Nodes by their ids; a second one of an id, which a drawing may have while it is edited, by one that nobody else has. */
function byId(graph: Graph): Map<string, GraphNode> {
  const nodes = new Map<string, GraphNode>();
  for (const node of graph.nodes) {
    let key = node.id;
    while (nodes.has(key)) key = `${key} again`;
    nodes.set(key, node);
  }
  return nodes;
}

/** Where each port of each node leads; a drawing that is edited may have several edges at a port. */
function targetsOf(graph: Graph): Map<string, Map<string, Set<string>>> {
  const targets = new Map<string, Map<string, Set<string>>>();
  for (const { from, port, to } of graph.edges) {
    const ports = targets.get(from) ?? new Map<string, Set<string>>();
    targets.set(from, ports.set(port, (ports.get(port) ?? new Set()).add(to)));
  }
  return targets;
}

function sayTargets(ports: ReadonlyMap<string, ReadonlySet<string>> | undefined): string {
  return [...(ports ?? [])]
    .map(([port, targets]) => `${port} ${[...targets].sort().join(' ')}`)
    .sort()
    .join('\n');
}

class Diff {
  readonly #before: Graph;
  readonly #after: Graph;
  readonly #budgets: BudgetNames;
  readonly #old: ReadonlyMap<string, GraphNode>;
  readonly #new: ReadonlyMap<string, GraphNode>;
  readonly #changes: Change[] = [];
  readonly #nodes = new Map<string, 'added' | 'removed' | 'changed'>();
  readonly #edges = new Map<string, 'added' | 'removed'>();

  constructor(before: Graph, after: Graph, budgets: BudgetNames) {
    this.#before = before;
    this.#after = after;
    this.#budgets = budgets;
    this.#old = byId(before);
    this.#new = byId(after);
  }

  result(): GraphDiff {
    const was = targetsOf(this.#before);
    const is = targetsOf(this.#after);
    const touched = new Set<string>();
    for (const id of new Set([...this.#new.keys(), ...this.#old.keys(), ...is.keys(), ...was.keys()])) {
      const isSame =
        canonical(this.#old.get(id)) === canonical(this.#new.get(id)) &&
        sayTargets(was.get(id)) === sayTargets(is.get(id));
      if (!isSame) touched.add(id);
    }
    for (const id of touched.size > 1 ? this.#inOrder(touched) : touched) {
      this.#node(id);
      this.#ways(id, was.get(id) ?? new Map(), is.get(id) ?? new Map());
    }
    return { changes: this.#changes, nodes: this.#nodes, edges: this.#edges };
  }

  /** Ids in reading order, each removed one behind the node that it stood behind; those that are no node's come last. */
  #inOrder(touched: ReadonlySet<string>): string[] {
    const read = (graph: Graph): string[] => outline(graph).flatMap(({ node, again }) => (again ? [] : [node.id]));
    const order = [...new Set([...read(this.#after), ...this.#new.keys()])];
    const known = new Set(order);
    let behind = -1;
    const isGone = [...this.#old.keys()].some((id) => !known.has(id));
    for (const id of isGone ? new Set([...read(this.#before), ...this.#old.keys()]) : []) {
      if (known.has(id)) behind = order.indexOf(id);
      else order.splice(++behind, 0, id);
    }
    return [...new Set([...order, ...touched])].filter((id) => touched.has(id));
  }

  #add(kind: Change['kind'], node: string, words: string, field: string | null = null): void {
    this.#changes.push({ kind, node, field, words });
  }

  #node(id: string): void {
    const before = this.#old.get(id);
    const after = this.#new.get(id);
    if (!before || !after) {
      if (after) {
        this.#nodes.set(id, 'added');
        this.#add('node added', after.id, `${called(after)} is new, ${kindTitle(after)} node.${this.#sentence(after)}`);
      } else if (before) {
        this.#nodes.set(id, 'removed');
        this.#add('node removed', before.id, `${called(before)}, ${kindTitle(before)} node, is gone.`);
      }
      return;
    }
    const known = this.#changes.length;
    const node = after.id;
    if (before.title !== after.title) {
      this.#add('renamed', node, `${called(before)} is called ${called(after)} now.`);
    }
    if (before.kind !== after.kind) {
      const words = `${called(after)} is ${kindTitle(after)} node now instead of ${kindTitle(before)} node.`;
      this.#add('kind changed', node, `${words}${this.#sentence(after)}`);
    } else {
      const context = {
        schema: findKind(after.kind)?.settings,
        called: called(after),
        budgets: this.#budgets,
        renamedPorts: this.#renames(id),
      };
      for (const { field, words } of settingChanges(before.settings, after.settings, context)) {
        this.#add('setting changed', node, words, field);
      }
    }
    this.#note(node, before, after);
    if (this.#changes.length > known) this.#nodes.set(id, 'changed');
  }

  /** Ports of a node that are called otherwise now. */
  #renames(id: string): ReadonlyMap<string, string> {
    const [before, after] = [this.#old.get(id), this.#new.get(id)];
    return before && after && before.kind === after.kind ? portRenames(before, after) : NO_NAMES;
  }

  /** What a node does, with a space before it; nothing where its settings do not say. */
  #sentence(node: GraphNode): string {
    const bound = findKind(node.kind)?.bind(node.settings);
    if (!bound?.ok) return '';
    let { sentence } = bound.node;
    for (const id of bound.node.budgets ?? []) {
      if (id !== '') sentence = sentence.replaceAll(id, this.#budgets.get(id) ?? id);
    }
    if (sentence.length > LONGEST_SENTENCE) return ` ${sentence.slice(0, LONGEST_SENTENCE - 1)}…`;
    return ` ${sentence}${sentence.endsWith('.') ? '' : '.'}`;
  }

  #note(node: string, before: GraphNode, after: GraphNode): void {
    const was = before.note ?? '';
    const is = after.note ?? '';
    if (was === is) return;
    const [old, now] = quoteBoth(was, is);
    if (was === '') this.#add('note changed', node, `${called(after)} has a note now: ${quote(is)}.`);
    else if (is === '') this.#add('note changed', node, `The note of ${called(after)} is gone. It was ${quote(was)}.`);
    else this.#add('note changed', node, `The note of ${called(after)} is now ${now} instead of ${old}.`);
  }

  #ways(id: string, was: ReadonlyMap<string, ReadonlySet<string>>, is: ReadonlyMap<string, ReadonlySet<string>>): void {
    if (sayTargets(was) === sayTargets(is)) return;
    const labels = new Map<string, string>();
    for (const node of [this.#new.get(id), this.#old.get(id)]) {
      for (const { name, label } of (node && portsOf(node)) ?? []) if (!labels.has(name)) labels.set(name, label);
    }
    const renamed = this.#renames(id);
    const oldNames = new Map([...renamed].map(([old, now]) => [now, old]));
    for (const port of new Set([...labels.keys(), ...is.keys(), ...was.keys()])) {
      const old = (renamed.has(port) ? undefined : was.get(oldNames.get(port) ?? port)) ?? new Set<string>();
      const now = is.get(port) ?? new Set<string>();
      const gone = [...old].filter((to) => !now.has(to)).sort();
      const come = [...now].filter((to) => !old.has(to)).sort();
      for (const to of gone) this.#edges.set(`${id} ${port} ${to}`, 'removed');
      for (const to of come) this.#edges.set(`${id} ${port} ${to}`, 'added');
      this.#way(id, labels.get(port) ?? port, gone, come);
    }
  }

  #way(id: string, label: string, gone: readonly string[], come: readonly string[]): void {
    const node = this.#new.get(id) ?? this.#old.get(id);
    const from = node ? called(node) : quote(id);
    const what = label === 'next' ? `${from}: what comes out of it` : `${from}: what leaves by “${label}”`;
    const [old, now] = [
      gone.map((to) => this.#titled(to)).join(' and '),
      come.map((to) => this.#titled(to)).join(' and '),
    ];
    if (come.length > 0 && gone.length > 0)
      this.#add('led elsewhere', id, `${what} now goes to ${now} instead of ${old}.`);
    else if (come.length > 0) this.#add('connected', id, `${what} now goes to ${now}.`);
    // The edges of a node that is gone went with it.
    else if (gone.length > 0 && (this.#new.has(id) || !this.#old.has(id))) {
      this.#add('disconnected', id, `${what} no longer goes to ${old}.`);
    }
  }

  #titled(id: string): string {
    const node = this.#new.get(id) ?? this.#old.get(id);
    return node ? called(node) : quote(id);
  }
}

/** A node's kind with its article: “a Model”, “an Answer”. */
function kindTitle({ kind }: GraphNode): string {
  const title = findKind(kind)?.title ?? quote(kind);
  return `${/^[AEIOU]/.test(title) ? 'an' : 'a'} ${title}`;
}
